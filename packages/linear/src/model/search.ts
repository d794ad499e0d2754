/**
 * λ, β and decay of the linear model, chosen on validation cases by one procedure for all data sets. The quality is a
 * wide plateau in all three (EXPERIMENTS.md), so a walk finds it: from the usual values, first along β, then along λ, by
 * factors of about three, for as long as NDCG@10 rises; then without content, in case the texts say nothing. A step costs
 * one solution, and five to ten are usual. The decay is free: every step scores its cases with each.
 *
 * Above `SEARCH_ITEMS` a step would take minutes, and a sample of the items misleads: where the whole of Scientific is best
 * at β = 10, 1,300 of its items are at 3, and 5,000 items of Games ask for ten times the λ. The usual values were best on
 * every catalogue with text that was walked, so there λ is kept, and the sample says no more than how far β must fall where
 * texts are few or poor.
 */

import type { SparseRows } from '@lorekeep/core';
import { createRandom, noProgress, type RunContext } from '@lorekeep/core';
import type { EvaluationCase } from '@lorekeep/evaluation';
import { metricsOfRanks, rankByNeighbours } from '@lorekeep/evaluation';
import { createMatmulPool, type MatmulPool } from '@lorekeep/graph';
import type { GramSettings } from '../solve/gram.ts';
import { strongestNeighbours } from '../solve/neighbours.ts';
import { solveItems } from '../solve/solve.ts';
import { sampled, type Trial } from './sample.ts';

/** The largest catalogue that is walked as a whole, and what is drawn of a larger one. */
const SEARCH_ITEMS = 9000;
const SAMPLE_ITEMS = 5000;
/** Questions that settings are judged by, at most. */
const SEARCH_QUESTIONS = 20_000;
const LAMBDAS = [10, 30, 100, 300, 1000, 3000];
const BETAS = [1, 3, 10, 30, 100, 300];
/** Content is tried to be done without only where its absence costs less than this. */
const NEAR = 0.97;
const DECAYS = [0.5, 0.6, 0.7, 0.8, 0.9, 1];

export interface LinearSettings extends GramSettings {
  decay: number;
}

/** Where the walk begins, and what is used where there is nobody to ask. */
export const USUAL: LinearSettings = { lambda: 300, beta: 10, decay: 0.8 };
export const USUAL_WITHOUT_CONTENT: LinearSettings = { lambda: 100, beta: 0, decay: 0.8 };

export interface SearchStep extends LinearSettings {
  /** Validation NDCG@10 with the best decay. */
  ndcg: number;
}

export interface SearchResult {
  settings: LinearSettings;
  /** In the order tried. */
  steps: SearchStep[];
  /** What they were tried on. */
  items: number;
  cases: number;
}

export interface SearchOptions extends RunContext {
  /** SparseRows kept an item: settings are judged as they will be used. */
  neighboursPerItem: number;
  maxHistory: number;
  /** Of the sample. Default 42. */
  seed?: number;
  /** Default: all the machine offers. */
  threads?: number;
}

/**
 * Progress is reported as stage `'search'`, unit `'steps'`, without a total; the signal is obeyed within steps. Same seed,
 * same machine → same settings.
 *
 * @throws LorekeepError what `solveItems` throws
 */
export async function searchLinear(
  whole: Trial,
  { neighboursPerItem, maxHistory, seed = 42, threads, progress = noProgress, signal }: SearchOptions,
): Promise<SearchResult> {
  const trial = whole.interactions.items <= SEARCH_ITEMS ? whole : sampled(whole, SAMPLE_ITEMS, createRandom(seed));
  const cases = someOf(trial.cases);
  const steps: SearchStep[] = [];
  progress({ stage: 'search', done: 0, unit: 'steps' });
  const pool = createMatmulPool(threads);
  const tried = async (settings: GramSettings): Promise<number> => {
    const before = steps.find(({ lambda, beta }) => lambda === settings.lambda && beta === settings.beta);
    if (before !== undefined) return before.ndcg;
    const { lambda, beta } = settings;
    const neighbours = await solvedNeighbours(trial, { lambda, beta }, neighboursPerItem, pool, signal);
    const best = bestDecay(neighbours, cases, maxHistory);
    steps.push({ lambda, beta, ...best });
    progress({
      stage: 'search',
      done: steps.length,
      unit: 'steps',
      note: `λ ${lambda}, β ${beta}: validation NDCG@10 ${best.ndcg.toFixed(4)}`,
    });
    return best.ndcg;
  };
  /** From `start` to neighbouring values, for as long as it gets better. */
  const walk = async (values: number[], start: number, settingsOf: (value: number) => GramSettings) => {
    let best = start;
    let quality = await tried(settingsOf(start));
    for (const step of [1, -1])
      for (let at = values.indexOf(start) + step; at >= 0 && at < values.length; at += step) {
        const next = await tried(settingsOf(values[at]));
        if (!(next > quality)) break;
        best = values[at];
        quality = next;
      }
    return best;
  };
  try {
    const withoutContent = (lambda: number) => ({ lambda, beta: 0 });
    if (cases.length > 0 && trial !== whole) {
      await tried(USUAL_WITHOUT_CONTENT);
      if (trial.content !== undefined)
        for (const beta of BETAS.filter((value) => value <= USUAL.beta)) await tried({ lambda: USUAL.lambda, beta });
    } else if (cases.length > 0) {
      if (trial.content !== undefined) {
        const beta = await walk(BETAS, USUAL.beta, (value) => ({ lambda: USUAL.lambda, beta: value }));
        await walk(LAMBDAS, USUAL.lambda, (value) => ({ lambda: value, beta }));
      }
      const reached = Math.max(0, ...steps.map(({ ndcg }) => ndcg));
      if ((await tried(USUAL_WITHOUT_CONTENT)) >= NEAR * reached)
        await walk(LAMBDAS, USUAL_WITHOUT_CONTENT.lambda, withoutContent);
    }
  } finally {
    await pool.close();
  }
  const { lambda, beta, decay } = chosen(steps, trial !== whole) ?? (trial.content ? USUAL : USUAL_WITHOUT_CONTENT);
  return {
    settings: { lambda, beta, decay },
    steps,
    items: trial.interactions.items,
    cases: cases.length,
  };
}

/**
 * The best step. Without content no new item can be known, so content stays where doing without is no better than by the
 * noise of such a comparison; and a sample, which asks for less content than the whole, gets the most that costs little.
 */
function chosen(steps: readonly SearchStep[], sample: boolean): SearchStep | undefined {
  const ranked = [...steps].sort((a, b) => b.ndcg - a.ndcg);
  const near = ranked.filter(({ ndcg }) => ndcg >= (sample ? 0.98 : 0.99) * ranked[0].ndcg);
  if (sample) return near.sort((a, b) => b.beta - a.beta)[0];
  return near.find(({ beta }) => beta > 0) ?? ranked[0];
}

async function solvedNeighbours(
  { interactions, content }: Trial,
  settings: GramSettings,
  neighboursPerItem: number,
  pool: MatmulPool,
  signal: AbortSignal | undefined,
): Promise<SparseRows> {
  return strongestNeighbours(await solveItems(interactions, content, settings, { pool, signal }), neighboursPerItem);
}

/** Every second, third, … question, so that no more than `SEARCH_QUESTIONS` are left. */
export function someOf(cases: readonly EvaluationCase[]): readonly EvaluationCase[] {
  const step = Math.ceil(cases.length / SEARCH_QUESTIONS);
  return step <= 1 ? cases : cases.filter((_, at) => at % step === 0);
}

/** The decay that ranks these cases best, by NDCG@10, history kept. */
export function bestDecay(
  neighbours: SparseRows,
  cases: readonly EvaluationCase[],
  maxHistory: number,
): { decay: number; ndcg: number } {
  let best = { decay: USUAL.decay, ndcg: -1 };
  for (const decay of DECAYS) {
    const { seenIncluded } = rankByNeighbours(neighbours, cases, { decay, maxHistory });
    const ndcg = metricsOfRanks(seenIncluded)['ndcg@10'];
    if (ndcg > best.ndcg) best = { decay, ndcg };
  }
  return best;
}
