/** The names in the directory at the end of a ZIP archive (APPNOTE 4.3.12); empty if it is damaged. */
import { stat } from 'node:fs/promises';
import { readHead } from '../unpack.ts';

const END_OF_DIRECTORY = Buffer.from([0x50, 0x4b, 5, 6]);
const ENTRY = 0x02014b50;
/** The directory's end with the longest comment. */
const TAIL_BYTES = 22 + 0xffff;
const MAX_DIRECTORY_BYTES = 4 << 20;

export async function zipMembers(file: string): Promise<string[]> {
  const { size } = await stat(file);
  const tail = await readHead(file, Math.min(TAIL_BYTES, size), Math.max(0, size - TAIL_BYTES));
  const end = tail.lastIndexOf(END_OF_DIRECTORY);
  if (end < 0 || end + 22 > tail.length) return [];
  const length = Math.min(tail.readUInt32LE(end + 12), MAX_DIRECTORY_BYTES);
  const offset = tail.readUInt32LE(end + 16);
  if (offset >= size || length === 0) return [];
  const directory = await readHead(file, length, offset);
  const names: string[] = [];
  for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === ENTRY; ) {
    const nameLength = directory.readUInt16LE(at + 28);
    names.push(directory.toString('utf8', at + 46, at + 46 + nameLength));
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return names;
}
