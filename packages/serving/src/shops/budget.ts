/**
 * The threads that all shops of a process share. A shop computes with one thread: its sessions of
 * ONNX Runtime start none of their own, and run on the threads that Node has for the whole process.
 * What occupies a core for long (a publication, reading the texts of new items) asks for a place
 * here first, so that the number of shops that do so together does not grow with the number of shops.
 */

export interface ThreadBudget {
  readonly threads: number;
  /** Runs `work` when a place is free: first come, first served. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Places taken, and those who wait for one. */
  readonly inUse: number;
  readonly waiting: number;
}

export function createThreadBudget(threads: number): ThreadBudget {
  const queue: (() => void)[] = [];
  let inUse = 0;
  return {
    threads,
    async run(work) {
      if (inUse < threads) inUse++;
      // The place goes from hand to hand: it is never free while somebody waits.
      else await new Promise<void>((resolve) => queue.push(resolve));
      try {
        return await work();
      } finally {
        const next = queue.shift();
        if (next === undefined) inUse--;
        else next();
      }
    },
    get inUse() {
      return inUse;
    },
    get waiting() {
      return queue.length;
    },
  };
}
