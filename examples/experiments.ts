/**
 * Run an experiment: two versions of a scenario side by side (docs/guides/experiments.md). The visitors
 * are simulated: they click on one of ten lists of the one version, and on three of ten of the other.
 *
 *     npx -y pnpm@12 exec node examples/experiments.ts
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWorkspace } from 'lorekeep';

const VISITORS = 1_000;
const LISTS = 4;
const data = join(import.meta.dirname, 'data');
const dir = await mkdtemp(join(tmpdir(), 'lorekeep-experiments-'));
const workspace = await openWorkspace(dir, { create: true });
try {
  await workspace.import({ items: [join(data, 'items.csv')], events: [join(data, 'events.csv')] });
  await workspace.encode({ model: 'lexical' });
  await workspace.train({ preset: 'linear', refit: 'all' });
  await workspace.publish();
  const engine = await workspace.engine();

  await engine.putScenario('home', { k: 5 });
  await engine.putScenario('home', { k: 5, diversity: { lambda: 0.7 } });
  const arms = [{ scenario: 'home@1' }, { scenario: 'home@2' }];
  await engine.putExperiment('diverse-home', { scenario: 'home', arms, planned: 2_000 });

  // `isShown` logs the list, as the HTTP service does with every list.
  const clicks = [];
  for (let visit = 0; visit < VISITORS * LISTS; visit++) {
    const user = `visitor-${visit % VISITORS}`;
    const { request, items, experiment } = await engine.recommend({ user, scenario: 'home' }, { isShown: true });
    const tenths = experiment?.arm === 'home@2' ? 3 : 1;
    const tenth = (visit * 7 + 3 * Math.floor(visit / VISITORS)) % 10;
    if (tenth < tenths) clicks.push({ user, item: items[0].id, type: 'click', request, position: 0 });
  }
  for (let at = 0; at < clicks.length; at += 500) await engine.appendEvents(clicks.slice(at, at + 500));

  const { arms: found, decision } = await engine.experimentResults('diverse-home');
  for (const { arm, users, lists, ctr } of found)
    console.log(`${arm}   ${users} users, ${lists} lists, ${(100 * (ctr.value ?? 0)).toFixed(1)} % with a click`);
  console.log(`decision: ${decision.action}`);
  await engine.close();
} finally {
  await workspace.close();
  await rm(dir, { recursive: true });
}
