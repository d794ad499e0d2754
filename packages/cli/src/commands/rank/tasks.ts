/** Outcomes as they are typed: `click`, or `purchase:click` for purchases among clicked impressions. */
import type { RankingTask } from '@lorekeep/workspace';

export function taskOf(text = ''): RankingTask {
  const at = text.lastIndexOf(':');
  return at < 0 ? { outcome: text } : { outcome: text.slice(0, at), among: text.slice(at + 1) };
}

/** `undefined` without any. */
export const tasksOf = (texts: readonly string[] | undefined): RankingTask[] | undefined => texts?.map(taskOf);

export const taskText = ({ outcome, among }: RankingTask): string =>
  among === undefined ? outcome : `${outcome} among ${among}`;
