/**
 * The only source of randomness: a seeded generator that is passed as an argument and is never
 * global. The same seed gives the same numbers on the same machine. The state is four 32-bit words,
 * so a checkpoint can contain it, and a resumed run continues bit for bit.
 * Algorithm: xoshiro128** 1.1 (Blackman & Vigna, 2018), seeded with splitmix32.
 */

export type RandomState = [number, number, number, number];

export interface Random {
  /** Uniform in [0, 1) with 32 random bits. */
  next(): number;
  /** Uniform unsigned 32-bit integer. */
  uint32(): number;
  /** Uniform integer in [0, bound). */
  int(bound: number): number;
  /**
   * Fills `into` with the values of `into.length` calls of `int`, at a quarter of their cost;
   * returns `into`.
   */
  ints<T extends Int32Array | Uint32Array>(bound: number, into: T): T;
  /** Standard normal (Box–Muller; no hidden state between calls). */
  normal(): number;
  /** Shuffles in place (Fisher–Yates) and returns its argument. */
  shuffle<T extends { length: number; [index: number]: unknown }>(values: T): T;
  /**
   * An independent stream that depends on the current state and on a label. The state does not
   * change, so a new consumer with its own label does not affect the others.
   */
  fork(label: string): Random;
  state(): RandomState;
  restore(state: RandomState): void;
}

export function createRandom(seed: number): Random {
  const state: RandomState = [0, 0, 0, 0];
  let mix = seed | 0;
  for (let word = 0; word < 4; word++) {
    mix = (mix + 0x9e3779b9) | 0;
    let z = mix ^ (mix >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    state[word] = (z ^ (z >>> 15)) >>> 0;
  }
  return fromState(state);
}

/**
 * Fills `words` with the next values of the stream and advances `state` (four words). The loop uses
 * local variables, because they stay in registers.
 */
export function fillWords(words: Uint32Array, state: Uint32Array): void {
  let a = state[0];
  let b = state[1];
  let c = state[2];
  let d = state[3];
  for (let i = 0; i < words.length; i++) {
    const product = Math.imul(b, 5);
    words[i] = Math.imul((product << 7) | (product >>> 25), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
  }
  state[0] = a;
  state[1] = b;
  state[2] = c;
  state[3] = d;
}

function fromState(initial: RandomState): Random {
  const state = Uint32Array.from(initial);
  const one = new Uint32Array(1);

  function uint32(): number {
    fillWords(one, state);
    return one[0];
  }
  const next = () => uint32() / 4294967296;
  const random: Random = {
    next,
    uint32,
    int: (bound) => Math.floor(next() * bound),
    ints(bound, into) {
      const words = new Uint32Array(into.buffer, into.byteOffset, into.length);
      fillWords(words, state);
      for (let i = 0; i < words.length; i++) words[i] = Math.floor((words[i] / 4294967296) * bound);
      return into;
    },
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    shuffle(values) {
      const array = values as { length: number; [index: number]: unknown };
      for (let i = array.length - 1; i > 0; i--) {
        const j = random.int(i + 1);
        const swapped = array[i];
        array[i] = array[j];
        array[j] = swapped;
      }
      return values;
    },
    fork(label) {
      const [a, b, c, d] = state;
      let hash = 2166136261 ^ (a ^ Math.imul(b, 31) ^ Math.imul(c, 131) ^ Math.imul(d, 1031));
      for (let i = 0; i < label.length; i++) hash = Math.imul(hash ^ label.charCodeAt(i), 16777619);
      return createRandom(hash);
    },
    state: () => [state[0], state[1], state[2], state[3]],
    restore: (saved) => state.set(saved),
  };
  return random;
}
