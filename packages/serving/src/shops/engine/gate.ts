/** Many may pass at once, or one alone: an engine is exchanged while nobody writes to it. */

export interface Gate {
  /** Passes together with others. */
  shared<T>(work: () => Promise<T>): Promise<T>;
  /** Waits until nobody is in, and keeps others out until `work` is done. */
  alone<T>(work: () => Promise<T>): Promise<T>;
}

export function createGate(): Gate {
  let inside = 0;
  let empty: (() => void) | undefined;
  let closed: Promise<unknown> | undefined;
  let lastAlone: Promise<unknown> = Promise.resolve();

  return {
    async shared(work) {
      while (closed !== undefined) await closed;
      inside++;
      try {
        return await work();
      } finally {
        if (--inside === 0) empty?.();
      }
    },
    alone(work) {
      const result = lastAlone.then(async () => {
        const { promise, resolve } = Promise.withResolvers<void>();
        closed = promise;
        try {
          if (inside > 0) await new Promise<void>((left) => (empty = left));
          empty = undefined;
          return await work();
        } finally {
          closed = undefined;
          resolve();
        }
      });
      lastAlone = result.catch(() => {});
      return result;
    },
  };
}
