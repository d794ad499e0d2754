/** The main job in a process of its own, which `bench.ts` starts and measures. */
import type { Progress } from '@lorekeep/core';
import { openWorkspace, type Workspace } from '@lorekeep/workspace';
import { PUBLISHED_RULES } from '../../data/published.ts';
import { answer } from '../../measure/child-answer.ts';
import type { JobEvent, JobOptions, JobResult } from './bench.ts';

/** Users who get recommendations at the end, as in a report of `lorekeep quickstart`. */
const EXAMPLES = 3;

await answer<JobOptions, JobResult, JobEvent>(async ({ data, workspace: dir, seed }, tell) => {
  await using workspace = await openWorkspace(dir, { create: true });
  await workspace.changeEventRules(PUBLISHED_RULES);
  const { counts } = await workspace.importDirectory(data);
  tell({ kind: 'step', text: `imported ${counts.items} items, ${counts.events} events` });
  const { texts, seconds } = await workspace.encode();
  tell({ kind: 'step', text: `encoded ${texts} texts in ${seconds.toFixed(1)} s` });
  const trained = await workspace.train({ seed }, { progress: risesOf(tell) });
  tell({ kind: 'step', text: `trained version ${trained.version} in ${trained.seconds.toFixed(1)} s` });
  const { manifest } = await workspace.publish();
  tell({ kind: 'step', text: `published, index recall@10 ${manifest.index.recallAt10.toFixed(4)}` });
  await recommendToExamples(workspace);
  return { metrics: trained.metrics, indexRecall: manifest.index.recallAt10 };
});

/** Tells when training begins, and whenever the validation NDCG@10 in its notes has risen. */
function risesOf(tell: (event: JobEvent) => void): Progress {
  let started = false;
  let best = 0;
  return ({ stage, note }) => {
    // Training begins with the search for the settings of the linear model.
    if (stage !== 'search' && stage !== 'train') return;
    if (!started) tell({ kind: 'training-started' });
    started = true;
    const named = /NDCG@10 (\d\.\d+)/.exec(note ?? '');
    const ndcg = named === null ? 0 : Number(named[1]);
    if (ndcg <= best) return;
    best = ndcg;
    tell({ kind: 'rise', ndcg });
  };
}

async function recommendToExamples(workspace: Workspace): Promise<void> {
  const engine = await workspace.engine();
  try {
    const { userIds } = await workspace.store.interactionLog();
    for (let at = 0; at < Math.min(EXAMPLES, userIds.length); at++)
      await engine.recommend({ user: userIds[Math.floor((at * userIds.length) / EXAMPLES)], k: 5, withItems: true });
  } finally {
    await engine.close();
  }
}
