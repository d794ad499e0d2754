/**
 * The rows of a version in memory, found by key. The rows of the file of entries are one buffer; rows
 * of updates are copied into a second one, each in its own place, so an entity that is updated often
 * takes the memory of one row.
 *
 * A look-up hashes the key, probes an open-addressed table (half empty at most) and compares the key
 * with the row, which is where the blob is read next anyway.
 */
import type { KnowledgeQuery } from '../../contract/data.ts';
import type { FoundBlobs } from '../../contract/tables.ts';
import type { Kind } from '../../schema/layout.ts';
import { createKeyBuffer, hashKey } from './key.ts';
import { ERASED, KIND_AT, ROW_HEAD, type Row } from './rows.ts';

export class RowTable {
  readonly #base: Buffer;
  #updates = Buffer.alloc(0);
  #updateBytes = 0;
  #rows = 0;
  #hashes: Uint32Array;
  /** Position of each row: in the base, or behind its end in the updates. */
  #positions: Float64Array;
  /** Hash and row + 1, in turn. */
  #slots: Uint32Array;
  readonly #key = createKeyBuffer();

  /** @param base the whole file of entries; `expected` rows get their memory at once */
  constructor(base: Buffer, expected: number) {
    this.#base = base;
    this.#hashes = new Uint32Array(Math.max(16, expected));
    this.#positions = new Float64Array(this.#hashes.length);
    this.#slots = new Uint32Array(2 * slotCount(this.#hashes.length));
  }

  /** Names a row of the base. Of two rows with one key the later one counts. */
  addBaseRow(row: Row): void {
    if (row.kind >= ERASED) return;
    const hash = hashKey(this.#base, row.at + ROW_HEAD, row.keyLength, row.kind);
    const known = this.#find(hash, this.#base, row.at + ROW_HEAD, row.keyLength, row.kind);
    if (known >= 0) this.#positions[known] = row.at;
    else this.#insert(hash, row.at);
  }

  /** Copies a row of an update. */
  putUpdate(source: Buffer, row: Row): void {
    if (row.kind >= ERASED) return;
    const hash = hashKey(source, row.at + ROW_HEAD, row.keyLength, row.kind);
    const known = this.#find(hash, source, row.at + ROW_HEAD, row.keyLength, row.kind);
    const position = known < 0 ? -1 : this.#positions[known];
    const isReplaced = position >= this.#base.length;
    const at = isReplaced ? position - this.#base.length : this.#updateBytes;
    if (isReplaced && this.#updates.readUInt32LE(at + 4) === row.length) {
      source.copy(this.#updates, at, row.at, row.at + row.length);
      return;
    }
    const end = this.#updateBytes + row.length;
    if (end > this.#updates.length) {
      const larger = Buffer.alloc(Math.max(1 << 16, 2 * end));
      this.#updates.copy(larger, 0, 0, this.#updateBytes);
      this.#updates = larger;
    }
    source.copy(this.#updates, this.#updateBytes, row.at, row.at + row.length);
    if (known >= 0) this.#positions[known] = this.#base.length + this.#updateBytes;
    else this.#insert(hash, this.#base.length + this.#updateBytes);
    this.#updateBytes = end;
  }

  find(query: KnowledgeQuery, wanted: Readonly<Record<Kind, boolean>>): Record<Kind, FoundBlobs> {
    const { users, items, categories } = query;
    return {
      user: this.#findAll(users, undefined, 0, wanted.user),
      item: this.#findAll(items, undefined, 1, wanted.item),
      userCategory: this.#findAll(users, categories, 2, wanted.userCategory),
    };
  }

  #findAll(ids: string[], categories: string[] | undefined, kind: number, wanted: boolean): FoundBlobs {
    const found: FoundBlobs = { bytes: new Array(ids.length).fill(undefined), offsets: new Float64Array(ids.length) };
    if (!wanted) return found;
    const { bytes: key } = this.#key;
    for (let at = 0; at < ids.length; at++) {
      const isRepeated = at > 0 && ids[at] === ids[at - 1] && categories?.[at] === categories?.[at - 1];
      if (isRepeated) {
        found.bytes[at] = found.bytes[at - 1];
        found.offsets[at] = found.offsets[at - 1];
        continue;
      }
      const length = this.#key.write(ids[at], categories?.[at]);
      if (length < 0) continue;
      const row = this.#find(hashKey(key, 0, length, kind), key, 0, length, kind);
      if (row < 0) continue;
      const position = this.#positions[row];
      const isUpdate = position >= this.#base.length;
      found.bytes[at] = isUpdate ? this.#updates : this.#base;
      found.offsets[at] = (isUpdate ? position - this.#base.length : position) + ROW_HEAD + length;
    }
    return found;
  }

  /** The row with this key, or -1. */
  #find(hash: number, key: Uint8Array, from: number, length: number, kind: number): number {
    const mask = this.#slots.length / 2 - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const row = this.#slots[2 * slot + 1] - 1;
      if (row < 0) return -1;
      if (this.#slots[2 * slot] !== hash) continue;
      const position = this.#positions[row];
      const isUpdate = position >= this.#base.length;
      const bytes = isUpdate ? this.#updates : this.#base;
      const at = isUpdate ? position - this.#base.length : position;
      if (bytes[at + KIND_AT] !== kind || (bytes[at + 10] | (bytes[at + 11] << 8)) !== length) continue;
      let same = 0;
      while (same < length && bytes[at + ROW_HEAD + same] === key[from + same]) same++;
      if (same === length) return row;
    }
  }

  #insert(hash: number, position: number): void {
    if (this.#rows === this.#hashes.length) this.#grow();
    this.#hashes[this.#rows] = hash;
    this.#positions[this.#rows] = position;
    this.#rows++;
    this.#occupy(hash, this.#rows);
  }

  #occupy(hash: number, value: number): void {
    const mask = this.#slots.length / 2 - 1;
    let slot = hash & mask;
    while (this.#slots[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
    this.#slots[2 * slot] = hash;
    this.#slots[2 * slot + 1] = value;
  }

  #grow(): void {
    const size = 2 * this.#hashes.length;
    const [hashes, positions] = [new Uint32Array(size), new Float64Array(size)];
    hashes.set(this.#hashes);
    positions.set(this.#positions);
    this.#hashes = hashes;
    this.#positions = positions;
    this.#slots = new Uint32Array(2 * slotCount(size));
    for (let row = 0; row < this.#rows; row++) this.#occupy(hashes[row], row + 1);
  }
}

/** A power of two, at least twice the rows. */
const slotCount = (rows: number): number => 2 ** Math.ceil(Math.log2(2 * rows));
