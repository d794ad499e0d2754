/** The keys of a batch, side by side, with their hashes. The memory is used again for the next batch. */
import { createKeyBuffer, hashKey, type KeyBuffer } from './key.ts';

export class KeyList {
  bytes = new Uint8Array(1 << 16);
  starts = new Uint32Array(1024);
  /** -1 for an id that no entry can have. */
  lengths = new Int32Array(1024);
  hashes = new Uint32Array(1024);
  #count = 0;
  #end = 0;
  readonly #key: KeyBuffer = createKeyBuffer();

  /** @param count how many keys come */
  clear(count: number): void {
    this.#count = 0;
    this.#end = 0;
    if (count <= this.starts.length) return;
    this.starts = new Uint32Array(count);
    this.lengths = new Int32Array(count);
    this.hashes = new Uint32Array(count);
  }

  add(id: string, category: string | undefined, kind: number): void {
    const key = this.#key;
    const at = this.#count++;
    const length = key.write(id, category);
    this.lengths[at] = length;
    if (length < 0) return;
    if (this.#end + length > this.bytes.length) {
      const larger = new Uint8Array(2 * (this.#end + length));
      larger.set(this.bytes);
      this.bytes = larger;
    }
    const start = this.#end;
    for (let j = 0; j < length; j++) this.bytes[start + j] = key.bytes[j];
    this.starts[at] = start;
    this.hashes[at] = hashKey(key.bytes, 0, length, kind);
    this.#end = start + length;
  }
}
