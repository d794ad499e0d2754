/** The keys of a batch, side by side, with their hashes. The memory is used again for the next batch. */
import { hashKey, MAX_KEY, writeKey } from './key.ts';

export class KeyList {
  bytes = new Uint8Array(1 << 16);
  starts = new Uint32Array(1024);
  /** -1 for an id that no entry can have. */
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
    let start = 0;
    for (let at = 0; at < count; at++) {
      if (start + MAX_KEY > this.bytes.length) this.#grow();
      const end = writeKey(this.bytes, start, ids[at], categories?.[at]);
      this.starts[at] = start;
      this.lengths[at] = end < 0 ? -1 : end - start;
      if (end < 0) continue;
      this.hashes[at] = hashKey(this.bytes, start, end - start, kind);
      start = end;
    }
  }

  #grow(): void {
    const larger = new Uint8Array(2 * this.bytes.length);
    larger.set(this.bytes);
    this.bytes = larger;
  }
}
