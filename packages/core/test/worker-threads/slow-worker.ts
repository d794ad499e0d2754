/** A thread whose requests take long: each counts up when it has ended. */
import { parentPort } from 'node:worker_threads';
import { onRequests } from '../../src/index.ts';

onRequests(parentPort!, (counter: Int32Array) => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  Atomics.add(counter, 0, 1);
});
