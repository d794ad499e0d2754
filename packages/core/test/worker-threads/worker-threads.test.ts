import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { endWorker } from '../../src/index.ts';

const start = () => new Worker(new URL('slow-worker.ts', import.meta.url));

describe('endWorker', () => {
  it('lets a thread complete what it was sent, and waits for its end', async () => {
    const worker = start();
    const counter = new Int32Array(new SharedArrayBuffer(4));
    worker.postMessage(counter);
    worker.postMessage(counter);
    await endWorker(worker);
    assert.equal(counter[0], 2);
    assert.equal(worker.threadId, -1);
  });

  it('does nothing for a thread that has ended', async () => {
    const worker = start();
    await endWorker(worker);
    await endWorker(worker);
    assert.equal(worker.threadId, -1);
  });
});
