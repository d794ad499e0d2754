/** What the served form keeps of the lift, and what other versions cost: a young surface, clicks. */
import { compareMethods } from '../compare.ts';
import { base } from '../methods/base.ts';
import { keepLogits } from '../methods/keep.ts';
import type { Impressions } from '../real-log.ts';
import type { StageOne } from '../stage-one/outputs.ts';
import type { Target } from '../target.ts';
import { TARGETS } from '../targets.ts';
import { scoreWithOtherVersions } from './skew.ts';
import { SWAPPED, scoreSwapped } from './swap.ts';
import { FORMS } from './versions.ts';

const TARGET = 'thin click';

const SWAPPED_PARTS = ['tower-logits', 'hidden'] as const;

/**
 * @param stageOnes at least two: the first is served, the second is another retraining
 * @returns `served_lift_kept`: lift with what the centre serves (biases and dot products), divided by the
 *   lift with the logits of stage 1 themselves. `skew_loss_aligned`: GAUC lost when another retraining
 *   is served in that form, which needs no map. `swap_PART_OWN|RETRAINED|NONE_lift`, each with its
 *   standard error
 */
export async function servedFigures(
  impressions: Impressions,
  stageOnes: readonly StageOne[],
  seeds: readonly number[],
  log: (line: string) => void,
): Promise<Record<string, number>> {
  const target = TARGETS.find(({ name }) => name === TARGET)!;
  const [own, other] = stageOnes;
  const { scores, add } = scoreRuns();
  for (const seed of seeds) {
    for (const method of [base, keepLogits])
      add(method.name, await method.score({ impressions, target, stageOne: own, seed }));
    for (const part of SWAPPED_PARTS) {
      const found = await scoreSwapped(impressions, target, { part, own, other, seed });
      for (const name of SWAPPED) add(`swap ${part} ${name}`, found[name]);
    }
    log(`served knowledge, seed ${seed}`);
  }
  const { figures, lifts } = liftsOf(impressions, target, scores, log);
  figures.served_lift_kept = lifts['swap tower-logits own'] / lifts[keepLogits.name];
  figures.swap_kept = lifts['swap tower-logits retrained'] / lifts['swap tower-logits own'];
  figures.skew_loss_aligned = lifts['swap tower-logits own'] - lifts['swap tower-logits retrained'];
  return figures;
}

/**
 * The same through the General Knowledge Center: versions of each window, older ones, and another
 * retraining that is aligned when it is published, as `dots` and as `vectors`. It publishes 36 versions
 * per seed.
 */
export async function versionFigures(
  impressions: Impressions,
  stageOnes: readonly StageOne[],
  seeds: readonly number[],
  log: (line: string) => void,
): Promise<Record<string, number>> {
  const target = TARGETS.find(({ name }) => name === TARGET)!;
  const [own, other] = stageOnes;
  const { scores, add } = scoreRuns();
  const residuals: Record<string, number> = {};
  for (const seed of seeds) {
    add(base.name, await base.score({ impressions, target, stageOne: own, seed }));
    for (const form of FORMS) {
      const found = await scoreWithOtherVersions(impressions, target, { form, own, other, seed });
      for (const [name, run] of Object.entries(found.scores)) add(`${form} ${name}`, run);
      residuals[form] = Math.max(...found.residuals);
    }
    log(`versions of knowledge, seed ${seed}`);
  }
  const { figures, lifts } = liftsOf(impressions, target, scores, log);
  for (const form of FORMS) {
    figures[`${form}_residual`] = residuals[form];
    figures[`${form}_swap_kept`] = lifts[`${form} retrained, aligned`] / lifts[`${form} v`];
  }
  return figures;
}

/** The runs of each method. */
function scoreRuns() {
  const scores = new Map<string, Float32Array[]>();
  const add = (name: string, run: Float32Array) => scores.set(name, [...(scores.get(name) ?? []), run]);
  return { scores, add };
}

function liftsOf(
  impressions: Impressions,
  target: Target,
  scores: ReadonlyMap<string, readonly Float32Array[]>,
  log: (line: string) => void,
) {
  const figures: Record<string, number> = {};
  const lifts: Record<string, number> = {};
  for (const { method, all } of compareMethods(impressions, target, scores)) {
    lifts[method] = all.difference;
    log(`${method}: ${all.difference.toFixed(4)} ± ${all.standardError.toFixed(4)}`);
    if (method === base.name || method === keepLogits.name) continue;
    const key = method.replace('v−', 'v minus ').replaceAll(/[^a-z0-9]+/g, '_');
    figures[`${key}_lift`] = all.difference;
    figures[`${key}_lift_standard_error`] = all.standardError;
  }
  return { figures, lifts };
}
