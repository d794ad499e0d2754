/** What the served form keeps of the lift, and what other versions cost: a young surface, clicks. */
import { compareMethods } from '../compare.ts';
import { base } from '../methods/base.ts';
import { keepLogits } from '../methods/keep.ts';
import type { Impressions } from '../real-log.ts';
import type { StageOne } from '../stage-one/outputs.ts';
import { TARGETS } from '../targets.ts';
import { scoreWithOtherVersions } from './skew.ts';
import { FORMS } from './versions.ts';

const TARGET = 'thin click';

/**
 * @param stageOnes at least two: the first is served, the second is another retraining
 * @returns `served_lift_kept`: lift with K̂ read from the centre, divided by the lift with the logits of
 *   stage 1 themselves. `skew_loss_aligned`: GAUC lost when another retraining is served, aligned.
 *   `FORM_VERSION_lift` and `FORM_VERSION_lift_standard_error` of each form and version
 */
export async function servedFigures(
  impressions: Impressions,
  stageOnes: readonly StageOne[],
  seeds: readonly number[],
  log: (line: string) => void,
): Promise<Record<string, number>> {
  const target = TARGETS.find(({ name }) => name === TARGET)!;
  const [own, other] = stageOnes;
  const scores = new Map<string, Float32Array[]>();
  const add = (name: string, run: Float32Array) => scores.set(name, [...(scores.get(name) ?? []), run]);
  const residuals: Record<string, number> = {};
  for (const seed of seeds) {
    for (const method of [base, keepLogits])
      add(method.name, await method.score({ impressions, target, stageOne: own, seed }));
    for (const form of FORMS) {
      const found = await scoreWithOtherVersions(impressions, target, { form, own, other, seed });
      for (const [name, run] of Object.entries(found.scores)) add(`${form} ${name}`, run);
      residuals[form] = Math.max(...found.residuals);
    }
    log(`served knowledge, seed ${seed}`);
  }
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
  for (const form of FORMS) {
    figures[`${form}_residual`] = residuals[form];
    figures[`${form}_swap_kept`] = lifts[`${form} retrained, aligned`] / lifts[`${form} v`];
  }
  figures.served_lift_kept = lifts['dots v'] / lifts[keepLogits.name];
  figures.skew_loss_aligned = lifts['dots v'] - lifts['dots retrained, aligned'];
  return figures;
}
