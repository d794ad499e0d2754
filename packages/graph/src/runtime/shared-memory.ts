/**
 * Arrays in shared memory under every version of Node. Native modules of Node before version 24
 * cannot read them ("Invalid argument"), so ONNX Runtime gets copies there.
 */
import type { ArrayData } from '../arrays.ts';

const READS_SHARED_MEMORY = Number(process.versions.node.split('.')[0]) >= 24;

/** Whether ONNX Runtime must work on a copy of the array. */
export function isCopied({ buffer }: ArrayData): boolean {
  return !READS_SHARED_MEMORY && buffer instanceof SharedArrayBuffer;
}

/** The array that ONNX Runtime works on: the array itself, or a copy. */
export const readable = <Data extends ArrayData>(data: Data): Data => (isCopied(data) ? (data.slice() as Data) : data);
