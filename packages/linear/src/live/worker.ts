/** The thread that solves the columns of a served model. */
import { parentPort } from 'node:worker_threads';
import { onRequests } from '@lorekeep/core';
import { type LiveSolver, openLiveSolver } from './live-solver.ts';
import type { LiveAnswer, LiveRequest } from './tasks.ts';

const port = parentPort!;
let solver: Promise<LiveSolver> | undefined;
let last: Promise<unknown> = Promise.resolve();

async function answer(request: LiveRequest): Promise<LiveAnswer> {
  if (request.kind === 'open') solver = openLiveSolver(request.model, request);
  const open = (await solver)!;
  if (request.kind === 'texts') open.putTexts(request.rows, request.content);
  if (request.kind === 'count') open.count(request.changes);
  if (request.kind === 'solve') return { columns: await open.solve(request.rows) };
  if (request.kind === 'outdated') return { rows: open.outdated() };
  return {};
}

onRequests(port, (request: LiveRequest) => {
  last = last.then(async () => {
    try {
      port.postMessage(await answer(request));
    } catch (error) {
      port.postMessage({ error: { message: (error as Error).message } } satisfies LiveAnswer);
    }
  });
});
