/** How every graph here is run, on whichever thread. */
import type { InferenceSession } from 'onnxruntime-node';

/** @param threads that compute one operation */
export const sessionOptions = (threads: number): InferenceSession.SessionOptions => ({
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  // What goes wrong is thrown, with a code; the library need not print it too.
  logSeverityLevel: 4,
  // A plan of a graph's memory, made at its first run: it reserves nearly twice of what is in use, and saves no time.
  enableMemPattern: false,
  // Every session has its own threads. Left to spin after a run, they take the cores from the session that runs next.
  extra: { session: { force_spinning_stop: '1' } },
});
