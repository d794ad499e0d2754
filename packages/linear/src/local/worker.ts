/** A thread of the local solver: it keeps the data of one stage and computes tasks of it. */
import { parentPort } from 'node:worker_threads';
import { errorCode, type LorekeepError, onRequests } from '@lorekeep/core';
import { openStage, type StageRunner } from './stages.ts';
import type { Answer, Request } from './tasks.ts';

const port = parentPort!;
let runner: Promise<StageRunner> | undefined;

onRequests(port, async (request: Request) => {
  const answer: Answer = {};
  try {
    if ('stage' in request) {
      const before = runner;
      runner = undefined;
      await (await before)?.close();
      runner = openStage(request.stage);
      await runner;
    } else await (await runner)?.run(request.task);
  } catch (error) {
    const { message } = error as Error;
    const notDefinite = errorCode(error) === 'LINEAR_NOT_DEFINITE' ? (error as LorekeepError).details : undefined;
    answer.error = { message, ...(notDefinite && { notDefinite: notDefinite as { row: number; pivot: number } }) };
  }
  port.postMessage(answer);
});
