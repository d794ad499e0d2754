/**
 * How worker threads with native code end. `worker.terminate()` stops a thread inside a native call,
 * for example while it loads ONNX Runtime. The native code then throws where nothing can catch it,
 * and the whole program aborts ("terminate called after throwing an instance of 'Napi::Error'").
 * So a thread is asked to end, and ends between two requests.
 */
import type { MessagePort, Worker } from 'node:worker_threads';

const END = 'lorekeep: end';

/** A thread that does not end by itself within this time is terminated after all. */
const PATIENCE_MS = 60_000;

/** In the thread: calls `handle` with each request, until the thread is asked to end. */
export function onRequests<Request>(port: MessagePort, handle: (request: Request) => void): void {
  port.on('message', (message: Request | typeof END) => {
    if (message === END) port.close();
    else handle(message);
  });
}

/** Asks a thread that uses `onRequests` to end after its current request. Resolves when it has ended. */
export async function endWorker(worker: Worker): Promise<void> {
  if (worker.threadId === -1) return;
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  worker.once('exit', resolve);
  worker.ref();
  worker.postMessage(END);
  const timer = setTimeout(() => worker.terminate(), PATIENCE_MS);
  await ended;
  clearTimeout(timer);
}
