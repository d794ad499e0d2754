/**
 * What knowledge of a super-domain is worth to rankers of its sub-domains, against other ways to use
 * the same rows: `methods.ts` lists them.
 *
 *     pnpm bench knowledge [--data DIR] [--quick]
 *
 * Data: the files of KuaiRand-Pure (`workspace.ts`) in the given directory, else in
 * `../shared/data/kuairand-pure`, in six frozen windows of two days.
 * Figures are paired differences of impression-weighted GAUC to the base ranker, in groups of user,
 * surface and window; standard errors are clustered by user. `_validation` is windows 2 to 4, `_test`
 * window 5, `_all` both. All choices were made on windows 2 to 4.
 *
 * `LOREKEEP_KNOWLEDGE_PARTS` (default all; `--quick`: `real`) names what runs: `real` is that table;
 * `served` is what the served form keeps of the lift, and what another retraining costs; `versions`, which
 * runs only if it is named, is the same through the General Knowledge Center, with older versions;
 * `simulated` is the simulated shop, whose figures begin with `simulated_`; it has
 * `LOREKEEP_KNOWLEDGE_EVENTS` events (default 1,000,000).
 *
 * `--quick`: one seed, five methods, and only clicks on tab 1. Settings:
 *
 * - `LOREKEEP_KNOWLEDGE_STAGE_SEEDS`: seeds of stage one. Default 1,2.
 * - `LOREKEEP_KNOWLEDGE_SEEDS`: seeds of the rankers. Default 1,2,3.
 * - `LOREKEEP_KNOWLEDGE_TARGETS`, `LOREKEEP_KNOWLEDGE_METHODS`: names. Default all. The base ranker
 *   always runs.
 * - `LOREKEEP_KNOWLEDGE_STAGE_ONE=keep`: what stage one says is kept and reused.
 */
import type { PairedGauc } from '@lorekeep/ranking';
import { defaultData } from '../../data/default-data.ts';
import { errors } from '../../errors.ts';
import { keptWorkspace } from '../../paths.ts';
import type { BenchOptions, BenchResult } from '../../result.ts';
import { listSetting, oneSetting, wholeSetting } from '../../settings.ts';
import type { ComparedMethod } from './compare.ts';
import { METHODS } from './methods.ts';
import { loadImpressions } from './real-log.ts';
import { runMethods } from './run-methods.ts';
import { servedFigures, versionFigures } from './served/figures.ts';
import { type SimulatedResults, simulatedLifts } from './simulated/simulated.ts';
import { cachedStageOne } from './stage-one/cache.ts';
import type { StageOne } from './stage-one/outputs.ts';
import type { Target } from './target.ts';
import { TARGETS } from './targets.ts';
import { openRealLog } from './workspace.ts';

/** The variant of KEEP that the headline figures are about, chosen on windows 2 to 4. */
const HEADLINE = 'KEEP logits';
/** What `--quick` compares. */
const QUICK = ['item rate', 'base', 'sample merging', 'stage-one logit', HEADLINE];

const PARTS = ['real', 'served', 'simulated', 'versions'];

export async function run({ quick, data, log }: BenchOptions): Promise<BenchResult> {
  const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);
  const seeds = wholeSetting('LOREKEEP_KNOWLEDGE_SEEDS', quick ? [1] : [1, 2, 3]);
  const stageSeeds = wholeSetting('LOREKEEP_KNOWLEDGE_STAGE_SEEDS', quick ? [1] : [1, 2]);
  const chosenTargets = listSetting(
    'LOREKEEP_KNOWLEDGE_TARGETS',
    quick ? ['tab 1 click'] : names(TARGETS),
    names(TARGETS),
  );
  const chosenMethods = listSetting('LOREKEEP_KNOWLEDGE_METHODS', quick ? QUICK : names(METHODS), names(METHODS));
  const parts = listSetting(
    'LOREKEEP_KNOWLEDGE_PARTS',
    quick ? ['real'] : PARTS.filter((part) => part !== 'versions'),
    PARTS,
  );
  const keeps = oneSetting('LOREKEEP_KNOWLEDGE_STAGE_ONE', ['train', 'keep']) === 'keep';
  const folder = data ?? defaultData('kuairand-pure');
  if (folder === undefined) throw errors.BENCH_NO_DATA();
  await using workspace = await openRealLog(folder, keptWorkspace('kuairand-pure'));
  const impressions = await loadImpressions(workspace.store);
  log(`${impressions.history.length} rows of history, ${impressions.windowRows} in windows`);
  const stageOnes: StageOne[] = [];
  for (const seed of parts.some((part) => part !== 'simulated') ? stageSeeds : []) {
    stageOnes.push(await cachedStageOne(impressions, seed, keeps ? keptWorkspace('knowledge') : undefined));
    log(`stage one, seed ${seed}`);
  }
  const methods = METHODS.filter(({ name }) => name === 'base' || chosenMethods.includes(name));
  const result: BenchResult = { figures: {}, peers: {}, ratios: {} };
  if (parts.includes('real'))
    for (const target of TARGETS.filter(({ name }) => chosenTargets.includes(name)))
      addTable(result, target, await runMethods(impressions, target, { methods, stageOnes, seeds, log }));
  if (parts.includes('served') && stageOnes.length >= 2)
    Object.assign(result.figures, await servedFigures(impressions, stageOnes, seeds, log));
  if (parts.includes('versions') && stageOnes.length >= 2)
    Object.assign(result.figures, await versionFigures(impressions, stageOnes, seeds, log));
  if (parts.includes('simulated')) {
    const [events] = wholeSetting('LOREKEEP_KNOWLEDGE_EVENTS', [1_000_000], 10_000);
    addSimulated(result, await simulatedLifts({ events, seeds, log }));
  }
  return result;
}

/** Keys begin with `simulated_`. */
function addSimulated({ figures }: BenchResult, results: SimulatedResults): void {
  for (const [name, { lifts, byHistory }] of Object.entries(results)) {
    const lift = lifts.knowledge as PairedGauc;
    figures[keyOf('simulated', name)] = lift.difference;
    figures[keyOf('simulated', name, 'standard error')] = lift.standardError;
    if (name !== 'keep') continue;
    figures.gauc_lift_simulated = lift.difference;
    for (const [group, own] of Object.entries(byHistory))
      if (Number.isFinite(own.difference)) figures[keyOf('simulated history', group)] = own.difference;
  }
}

const keyOf = (...words: string[]) =>
  words
    .join(' ')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replace(/_$/, '');

function addTable({ figures, peers }: BenchResult, target: Target, table: readonly ComparedMethod[]): void {
  for (const { method, all, ...parts } of table) {
    const into = method.startsWith('KEEP') || method === 'base' ? figures : peers;
    if (method === 'base') into[keyOf(target.name, method, 'gauc')] = all.gauc;
    else
      for (const [part, lift] of Object.entries({ all, validation: parts.validation, test: parts.test })) {
        into[keyOf(target.name, method, part)] = lift.difference;
        into[keyOf(target.name, method, part, 'standard error')] = lift.standardError;
      }
    if (method !== HEADLINE) continue;
    if (target.name === 'thin click') figures.gauc_lift_real = all.difference;
    if (target.name === 'tab 1 click') figures.gauc_lift_real_low = all.interval[0];
  }
}
