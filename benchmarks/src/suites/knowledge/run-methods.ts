/** All methods on one target, over seeds of stage one and of the ranker. */
import { type ComparedMethod, compareMethods } from './compare.ts';
import type { Method } from './contract.ts';
import type { Impressions } from './real-log.ts';
import type { StageOne } from './stage-one/outputs.ts';
import type { Target } from './target.ts';

export interface RunOptions {
  methods: readonly Method[];
  /** One per seed of stage one; methods that need none run once for each seed of the ranker. */
  stageOnes: readonly StageOne[];
  seeds: readonly number[];
  log?: (line: string) => void;
}

/** A table of the target: the difference of each method to the method `base`, which must be there. */
export async function runMethods(
  impressions: Impressions,
  target: Target,
  options: RunOptions,
): Promise<ComparedMethod[]> {
  const { methods, stageOnes, seeds, log = () => {} } = options;
  const scores = new Map<string, Float32Array[]>();
  for (const method of methods) {
    const runs: Float32Array[] = [];
    const started = performance.now();
    for (const stageOne of method.needsStageOne ? stageOnes : stageOnes.slice(0, 1))
      for (const seed of method.seeded ? seeds : seeds.slice(0, 1))
        runs.push(await method.score({ impressions, target, stageOne, seed }));
    scores.set(method.name, runs);
    log(`${target.name}: ${method.name}, ${runs.length} runs, ${((performance.now() - started) / 1000).toFixed(0)} s`);
  }
  return compareMethods(impressions, target, scores);
}
