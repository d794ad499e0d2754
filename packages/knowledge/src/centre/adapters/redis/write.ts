/** Writes blobs, and removes them. */
import type { BlobRows } from '../../contract/tables.ts';
import type { Argument, RedisCommand, RedisConnection } from './connection.ts';
import type { StoredVersion } from './find.ts';
import { bucketOf, categoryField, type RedisKeys, STORAGE_LENGTH } from './keys.ts';

/** Commands that are sent together; the timeout is for all of them. */
const COMMANDS = 256;

export async function sendInSlices(connection: RedisConnection, commands: readonly RedisCommand[]): Promise<void> {
  for (let from = 0; from < commands.length; from += COMMANDS)
    await connection.send(commands.slice(from, from + COMMANDS));
}

/** One command for each hash that gets an entry. */
export async function writeRows(
  connection: RedisConnection,
  keys: RedisKeys,
  { storage, buckets }: StoredVersion,
  { kind, ids, categories, blobs, byteLength }: BlobRows,
): Promise<void> {
  const commands = new Map<string, RedisCommand>();
  ids.forEach((id, row) => {
    const key = kind === 'item' ? keys.items(storage, bucketOf(id, buckets)) : keys.user(id);
    let command = commands.get(key);
    if (command === undefined) {
      command = { key, isReadonly: false, arguments: ['HSET', key] };
      commands.set(key, command);
    }
    const field = categories === undefined ? storage : categoryField(storage, categories[row]);
    const blob = Buffer.from(blobs.buffer, blobs.byteOffset + row * byteLength, byteLength);
    command.arguments.push(kind === 'item' ? id : field, blob);
  });
  await sendInSlices(connection, [...commands.values()]);
}

/** Removes what belongs to some storages from the hashes of all users. */
export async function sweepUsers(
  connection: RedisConnection,
  keys: RedisKeys,
  storages: ReadonlySet<string>,
): Promise<void> {
  for await (const found of connection.scan(keys.allUsers)) {
    const reads = found.map((key): RedisCommand => ({ key, isReadonly: true, arguments: ['HKEYS', key] }));
    const removals: RedisCommand[] = [];
    for (let from = 0; from < reads.length; from += COMMANDS) {
      const replies = (await connection.send(reads.slice(from, from + COMMANDS))) as Buffer[][];
      replies.forEach((fields, at) => {
        const gone = fields.filter((field) => storages.has(field.toString('latin1', 0, STORAGE_LENGTH)));
        const { key } = reads[from + at];
        const parts: Argument[] = ['HDEL', key, ...gone];
        if (gone.length > 0) removals.push({ key, isReadonly: false, arguments: parts });
      });
    }
    await sendInSlices(connection, removals);
  }
}

export async function removeBuckets(
  connection: RedisConnection,
  keys: RedisKeys,
  { storage, buckets }: StoredVersion,
): Promise<void> {
  const commands = Array.from({ length: buckets }, (_, bucket): RedisCommand => {
    const key = keys.items(storage, bucket);
    return { key, isReadonly: false, arguments: ['UNLINK', key] };
  });
  await sendInSlices(connection, commands);
}
