/**
 * The thread that publishes a shop without a model: it reads all texts and builds the index. It opens
 * the workspace itself, as another program would, and ends when it is done.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { errorCode } from '@lorekeep/core';
import { NO_MODEL, openWorkspace } from '@lorekeep/workspace';
import type { PublishAnswer, PublishTask } from './publisher.ts';

const { dir, model } = workerData as PublishTask;
const stop = new AbortController();
parentPort!.once('message', () => stop.abort());

async function publish(): Promise<PublishAnswer> {
  const workspace = await openWorkspace(dir);
  const run = { signal: stop.signal };
  try {
    // A lexical encoder knows the words of the items that it has read: it reads all of them again.
    await workspace.encode({ model, refit: true, threads: 1 }, run);
    const { version } = await workspace.publish({ model: NO_MODEL, threads: 1 }, run);
    return { version };
  } catch (error) {
    return { code: errorCode(error), message: error instanceof Error ? error.message : String(error) };
  } finally {
    await workspace.close();
  }
}

const answer = await publish();
parentPort!.postMessage(answer);
parentPort!.close();
