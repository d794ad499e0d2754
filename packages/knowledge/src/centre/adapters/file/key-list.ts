/**
 * The keys of a batch as in rows, each from a whole word on, with their hashes. The memory is used again
 * for the next batch.
 */
import { hashKey, MAX_KEY, writeKey } from './key.ts';

export class KeyList {
  words = new Int32Array(1 << 14);
  #bytes = new Uint8Array(this.words.buffer);
  /** In words. */
  starts = new Uint32Array(1024);
  /** In bytes; -1 for an id that no entry can have. */
  lengths = new Int32Array(1024);
  hashes = new Uint32Array(1024);

  /** Takes the keys of a batch in place of the former ones. */
  fill(ids: readonly string[], categories: readonly string[] | undefined, kind: number): void {
    const count = ids.length;
    if (count > this.starts.length) {
      this.starts = new Uint32Array(count);
      this.lengths = new Int32Array(count);
      this.hashes = new Uint32Array(count);
    }
    const { starts, lengths, hashes } = this;
    let start = 0;
    for (let at = 0; at < count; at++) {
      // Neighbouring pairs often have the same user.
      if (at > 0 && ids[at] === ids[at - 1] && categories?.[at] === categories?.[at - 1]) {
        starts[at] = starts[at - 1];
        lengths[at] = lengths[at - 1];
        hashes[at] = hashes[at - 1];
        continue;
      }
      if (start + MAX_KEY + 3 > this.#bytes.length) this.#grow();
      const bytes = this.#bytes;
      let end = writeKey(bytes, start, ids[at], categories?.[at]);
      starts[at] = start >> 2;
      lengths[at] = end < 0 ? -1 : end - start;
      if (end < 0) continue;
      while ((end & 3) !== 0) bytes[end++] = 0;
      hashes[at] = hashKey(this.words, start >> 2, lengths[at], kind);
      start = end;
    }
  }

  #grow(): void {
    const larger = new Int32Array(2 * this.words.length);
    larger.set(this.words);
    this.words = larger;
    this.#bytes = new Uint8Array(larger.buffer);
  }
}
