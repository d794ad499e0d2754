/**
 * Which hashes were met before, for millions of them: the first 64 bits of each in one typed array with open
 * addressing, 12 to 23 bytes a hash where a `Set` of strings takes about 150. Two of a million texts share 64 bits with
 * a probability of 3 in 100 million, so this is for counting; what must be right asks the store.
 */

export interface HashSet {
  /** True if the hash (hexadecimal, 16 digits at least) is new. */
  add(hash: string): boolean;
  readonly size: number;
}

const FIRST_CAPACITY = 1024;
const MOST_FULL = 0.7;

export function createHashSet(): HashSet {
  let capacity = FIRST_CAPACITY;
  let table = new Uint32Array(2 * capacity);
  let size = 0;

  /** Where these 64 bits are, or the free place where they belong. */
  const placeOf = (high: number, low: number): number => {
    let at = low & (capacity - 1);
    while ((table[2 * at] !== high || table[2 * at + 1] !== low) && (table[2 * at] !== 0 || table[2 * at + 1] !== 0))
      at = (at + 1) & (capacity - 1);
    return 2 * at;
  };
  const put = (place: number, high: number, low: number) => {
    table[place] = high;
    table[place + 1] = low;
  };
  const grow = () => {
    const old = table;
    capacity *= 2;
    table = new Uint32Array(2 * capacity);
    for (let at = 0; at < old.length; at += 2)
      if (old[at] !== 0 || old[at + 1] !== 0) put(placeOf(old[at], old[at + 1]), old[at], old[at + 1]);
  };

  return {
    add(hash) {
      const high = Number.parseInt(hash.slice(0, 8), 16);
      // All zeros mark a free place; one such hash in 2^64 is counted as its neighbour.
      const low = Number.parseInt(hash.slice(8, 16), 16) || 1;
      const place = placeOf(high, low);
      if (table[place] === high && table[place + 1] === low) return false;
      put(place, high, low);
      if (++size > MOST_FULL * capacity) grow();
      return true;
    },
    get size() {
      return size;
    },
  };
}
