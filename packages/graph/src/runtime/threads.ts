/**
 * Threads for a graph that takes `batch` rows. One row is less work than waking a second thread for
 * it, which takes milliseconds where the cores are busy.
 */
export const threadsFor = (batch: number, threads: number | undefined): number | undefined =>
  batch === 1 ? 1 : threads;
