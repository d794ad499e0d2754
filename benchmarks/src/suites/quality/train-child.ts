/**
 * One training in a process of its own, which `measure.ts` starts, so that its peak memory is
 * honest.
 */
import { openWorkspace, type TrainOptions } from '@lorekeep/workspace';
import { answer } from '../../measure/child-answer.ts';

export interface Training {
  /** Folder of the workspace. */
  dir: string;
  options: TrainOptions;
}

export interface Trained {
  version: string;
  /** 0 if the workspace had the version already. */
  seconds: number;
}

await answer<Training, Trained>(async ({ dir, options }) => {
  await using workspace = await openWorkspace(dir);
  const { version, seconds } = await workspace.train(options);
  return { version, seconds };
});
