/**
 * Numbers the distinct keys of a batch in the order of their first use. A sparse set (Briggs and
 * Torczon, 1993): starting anew takes constant time, because an entry counts only if both arrays
 * agree on it.
 */
export interface BatchNumbers {
  /** Forgets all keys. */
  clear(): void;
  /** @param key a small whole number; memory grows with the largest */
  numberOf(key: number): number;
  /** Distinct keys so far. */
  readonly size: number;
  /** The key of a number below `size`. */
  key(number: number): number;
}

export function createBatchNumbers(): BatchNumbers {
  let numbers = new Int32Array(1024);
  let keys = new Int32Array(1024);
  let size = 0;
  return {
    clear() {
      size = 0;
    },
    numberOf(key) {
      if (key >= numbers.length) numbers = grown(numbers, key + 1);
      const found = numbers[key];
      if (found < size && keys[found] === key) return found;
      if (size === keys.length) keys = grown(keys, size + 1);
      keys[size] = key;
      numbers[key] = size;
      return size++;
    },
    get size() {
      return size;
    },
    key: (number) => keys[number],
  };
}

function grown(from: Int32Array, needed: number): Int32Array<ArrayBuffer> {
  const into = new Int32Array(Math.max(needed, 2 * from.length));
  into.set(from);
  return into;
}
