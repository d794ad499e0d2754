/**
 * Entries of items that this process has read. An entry of an item never changes within a version, so
 * the only thing that it can miss is an erasure by another process, until `cacheSeconds` are over.
 * Items that are missing are kept too. If the cache is full, the oldest goes.
 */
interface Cached {
  blob: Buffer | undefined;
  until: number;
}

export class ItemCache {
  hits = 0;
  misses = 0;
  readonly #entries = new Map<string, Cached>();
  readonly #capacity: number;
  readonly #milliseconds: number;

  constructor(capacity: number, seconds: number) {
    this.#capacity = seconds > 0 ? capacity : 0;
    this.#milliseconds = seconds * 1000;
  }

  /** @returns null if the item is not in the cache */
  get(storage: string, item: string, now: number): Buffer | undefined | null {
    const found = this.#entries.get(storage + item);
    if (found === undefined || found.until < now) {
      this.misses++;
      return null;
    }
    this.hits++;
    return found.blob;
  }

  /** @returns a copy of the blob: a reply is a part of a larger buffer, which would stay in memory */
  put(storage: string, item: string, blob: Buffer | null, now: number): Buffer | undefined {
    if (this.#capacity === 0) return blob ?? undefined;
    const copy = blob === null ? undefined : Buffer.from(blob);
    this.#entries.delete(storage + item);
    if (this.#entries.size >= this.#capacity) this.#entries.delete(this.#entries.keys().next().value as string);
    this.#entries.set(storage + item, { blob: copy, until: now + this.#milliseconds });
    return copy;
  }

  delete(storage: string, item: string): void {
    this.#entries.delete(storage + item);
  }
}
