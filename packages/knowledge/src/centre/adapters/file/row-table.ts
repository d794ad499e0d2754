/**
 * The rows of a version in memory, found by key. The rows of the file of entries are one buffer; rows
 * of updates are copied into a second one, each in its own place, so an entity that is updated often
 * takes the memory of one row.
 *
 * A look-up hashes the key, probes an open-addressed table (half empty at most) and compares the key
 * with the row, which is where the blob is read next anyway. Keys are hashed and compared in words of
 * four bytes: rows are aligned to them, and a key has zeros up to the next one.
 */
import type { KnowledgeQuery } from '../../contract/data.ts';
import type { FoundBlobs } from '../../contract/tables.ts';
import type { Kind } from '../../schema/layout.ts';
import { hashKey, wordsOf } from './key.ts';
import { KeyList } from './key-list.ts';
import { blobAt, ERASED, KIND_AT, ROW_HEAD, ROW_UNIT, type Row } from './rows.ts';

const UNIT_WORDS = ROW_UNIT / 4;
const KEY_WORD = ROW_HEAD / 4;
const LENGTH_WORD = 1;
const KIND_WORD = KIND_AT / 4;

const wordsIn = (bytes: Buffer): Int32Array =>
  new Int32Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 4));

export class RowTable {
  readonly #base: Buffer;
  readonly #baseWords: Int32Array;
  #updates = Buffer.alloc(0);
  #updateWords = wordsIn(this.#updates);
  #updateBytes = 0;
  #rows = 0;
  /**
   * Hash, and position + 1 in units of `ROW_UNIT`, in turn; a position behind the base is one in the
   * updates. So a probe touches one line of memory.
   */
  #slots: Uint32Array;
  readonly #keys = new KeyList();
  /** Keeps the compiler from leaving out what is read ahead. */
  touched = 0;

  /** @param base the whole file of entries; `expected` rows get their memory at once */
  constructor(base: Buffer, expected: number) {
    this.#base = base;
    this.#baseWords = wordsIn(base);
    this.#slots = new Uint32Array(2 * slotCount(Math.max(16, expected)));
  }

  /** Names a row of the base. Of two rows with one key the later one counts. */
  addBaseRow(row: Row): void {
    if (row.kind < ERASED) this.#put(this.#baseWords, row.at, row, row.at);
  }

  /** Copies a row of an update. */
  putUpdate(source: Buffer, row: Row): void {
    if (row.kind >= ERASED) return;
    const at = this.#updateBytes;
    const end = at + row.length;
    if (end > this.#updates.length) {
      const larger = Buffer.alloc(Math.max(1 << 16, 2 * end));
      this.#updates.copy(larger, 0, 0, at);
      this.#updates = larger;
      this.#updateWords = wordsIn(larger);
    }
    // The copy is aligned to words, and the row in the file need not be.
    source.copy(this.#updates, at, row.at, end - at + row.at);
    const key = at / 4 + KEY_WORD;
    const hash = hashKey(this.#updateWords, key, row.keyLength, row.kind);
    const known = this.#find(hash, this.#updateWords, key, row.keyLength, row.kind) - this.#base.length;
    if (known >= 0 && this.#updateWords[known / 4 + LENGTH_WORD] === row.length) {
      this.#updates.copyWithin(known, at, end);
      return;
    }
    this.#put(this.#updateWords, at, row, this.#base.length + at);
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

  /**
   * The time of a look-up is the time of its cache misses. So each step runs for all keys before the
   * next begins: its loads do not wait for each other.
   */
  #findAll(ids: string[], categories: string[] | undefined, kind: number, wanted: boolean): FoundBlobs {
    const count = ids.length;
    const found: FoundBlobs = { bytes: new Array(count).fill(undefined), offsets: new Float64Array(count) };
    if (!wanted) return found;
    const keys = this.#keys;
    keys.fill(ids, categories, kind);
    this.#touch(keys, count);
    const end = this.#base.length;
    const { words, starts, lengths, hashes } = keys;
    for (let at = 0; at < count; at++) {
      if (lengths[at] < 0) continue;
      const position = this.#find(hashes[at], words, starts[at], lengths[at], kind);
      if (position < 0) continue;
      found.bytes[at] = position < end ? this.#base : this.#updates;
      found.offsets[at] = (position < end ? position : position - end) + blobAt(lengths[at]);
    }
    return found;
  }

  #touch({ hashes, lengths }: KeyList, count: number): void {
    const slots = this.#slots;
    const mask = slots.length / 2 - 1;
    let sum = 0;
    for (let at = 0; at < count; at++) sum += slots[2 * (hashes[at] & mask)];
    const words = this.#baseWords;
    const end = words.length / UNIT_WORDS;
    for (let at = 0; at < count; at++) {
      let slot = hashes[at] & mask;
      while (slots[2 * slot + 1] !== 0 && slots[2 * slot] !== hashes[at]) slot = (slot + 1) & mask;
      const place = slots[2 * slot + 1];
      if (place === 0 || place > end) continue;
      // The key may begin in one line of memory and end in the next.
      const row = (place - 1) * UNIT_WORDS;
      sum += words[row + KIND_WORD] + words[row + KEY_WORD + (lengths[at] >> 2)];
    }
    this.touched = sum;
  }

  /** Position of the row with this key, or -1. */
  #find(hash: number, keys: Int32Array, from: number, length: number, kind: number): number {
    const slot = this.#slotOf(hash, keys, from, length, kind);
    const place = this.#slots[2 * slot + 1];
    return place === 0 ? -1 : (place - 1) * ROW_UNIT;
  }

  /** The slot of this key, or the free one where it belongs. */
  #slotOf(hash: number, keys: Int32Array, from: number, length: number, kind: number): number {
    const slots = this.#slots;
    const mask = slots.length / 2 - 1;
    const base = this.#baseWords;
    const updates = this.#updateWords;
    const end = base.length;
    const count = wordsOf(length);
    const kindAndLength = kind | (length << 16);
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const place = slots[2 * slot + 1];
      if (place === 0) return slot;
      if (slots[2 * slot] !== hash) continue;
      const position = (place - 1) * UNIT_WORDS;
      const words = position < end ? base : updates;
      const at = position < end ? position : position - end;
      if (words[at + KIND_WORD] !== kindAndLength) continue;
      let same = 0;
      while (same < count && words[at + KEY_WORD + same] === keys[from + same]) same++;
      if (same === count) return slot;
    }
  }

  /** @param at the row's first byte in `words`; `position` is what the table keeps */
  #put(words: Int32Array, at: number, row: Row, position: number): void {
    if (2 * this.#rows >= this.#slots.length / 2) this.#grow();
    const key = at / 4 + KEY_WORD;
    const hash = hashKey(words, key, row.keyLength, row.kind);
    const slot = this.#slotOf(hash, words, key, row.keyLength, row.kind);
    if (this.#slots[2 * slot + 1] === 0) this.#rows++;
    this.#slots[2 * slot] = hash;
    this.#slots[2 * slot + 1] = position / ROW_UNIT + 1;
  }

  #grow(): void {
    const former = this.#slots;
    this.#slots = new Uint32Array(2 * former.length);
    const mask = this.#slots.length / 2 - 1;
    for (let at = 0; at < former.length; at += 2) {
      if (former[at + 1] === 0) continue;
      let slot = former[at] & mask;
      while (this.#slots[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
      this.#slots[2 * slot] = former[at];
      this.#slots[2 * slot + 1] = former[at + 1];
    }
  }
}

/** A power of two, at least twice the rows. */
const slotCount = (rows: number): number => 2 ** Math.ceil(Math.log2(2 * rows));
