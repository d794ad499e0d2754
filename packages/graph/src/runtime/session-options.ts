/** The options of every ONNX Runtime session, on the main thread and in workers. */
import type { InferenceSession } from 'onnxruntime-node';

/** @param threads that compute one operation */
export const sessionOptions = (threads: number): InferenceSession.SessionOptions => ({
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  // Errors are thrown with a code, so the library does not print them.
  logSeverityLevel: 4,
  // The memory pattern is a plan of the graph's memory, made at the first run. It reserves nearly
  // twice the memory that is used, and saves no time.
  enableMemPattern: false,
  // Every session has threads of its own. If they spin after a run, they take the cores from the
  // session that runs next.
  extra: { session: { force_spinning_stop: '1' } },
});
