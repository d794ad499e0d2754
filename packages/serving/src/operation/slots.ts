/** Turns for work of one kind: so many at once, so many that wait in the order of arrival, no more. */
export interface Slots {
  /** Takes a slot, at once or when one is free; `undefined` if too many wait. The result gives it back. */
  take(): Promise<() => void> | undefined;
  readonly running: number;
  readonly waiting: number;
}

export function createSlots(atOnce: number, queue: number): Slots {
  const waiting: (() => void)[] = [];
  let running = 0;

  function slot(): () => void {
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      running--;
      next();
    };
  }
  function next(): void {
    if (running >= atOnce || waiting.length === 0) return;
    running++;
    waiting.shift()!();
  }

  return {
    take() {
      if (running < atOnce) {
        running++;
        return Promise.resolve(slot());
      }
      if (waiting.length >= queue) return undefined;
      return new Promise<void>((resolve) => waiting.push(resolve)).then(slot);
    },
    get running() {
      return running;
    },
    get waiting() {
      return waiting.length;
    },
  };
}
