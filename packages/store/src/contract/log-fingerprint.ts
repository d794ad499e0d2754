/**
 * The fingerprint of an interaction log: equal data gives an equal fingerprint in every adapter.
 */
import { createHash } from 'node:crypto';
import type { InteractionLog } from './event-log.ts';

/** Ids per update of the hash. */
const IDS_PER_UPDATE = 4096;

/**
 * SHA-256 over ids (each ended by a byte that UTF-8 never contains), offsets, items and time
 * stamps, then over weights, negative events and types if there are any. Each list is preceded by its
 * length. Numbers are little-endian, as on every machine that Node supports.
 */
export function fingerprintOf(log: Omit<InteractionLog, 'fingerprint'>): string {
  const hash = createHash('sha256');
  const end = Uint8Array.of(0xff);
  for (const ids of [log.itemIds, log.userIds]) {
    hash.update(`${ids.length}\n`);
    let chunk: Uint8Array[] = [];
    for (const id of ids) {
      chunk.push(Buffer.from(id, 'utf8'), end);
      if (chunk.length >= IDS_PER_UPDATE) {
        hash.update(Buffer.concat(chunk));
        chunk = [];
      }
    }
    hash.update(Buffer.concat(chunk));
  }
  const update = (array: Uint16Array | Uint32Array | Int32Array | Float32Array | Float64Array) => {
    hash.update(`${array.length}\n`);
    hash.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  };
  for (const array of [log.offsets, log.items, log.timestamps]) update(array);
  if (log.weights !== undefined) {
    hash.update('weights\n');
    update(log.weights);
  }
  if (log.negatives !== undefined) {
    hash.update('negatives\n');
    for (const array of [log.negatives.offsets, log.negatives.items, log.negatives.positions]) update(array);
  }
  if (log.types !== undefined) {
    hash.update(`types\n${JSON.stringify(log.types.names)}\n`);
    update(log.types.of);
  }
  return hash.digest('hex');
}
