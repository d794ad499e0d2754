/**
 * Selects λ, β and decay of the linear model on validation cases, by one procedure for all data
 * sets.
 *
 * The quality is a wide plateau in all three, so a line search finds it. It starts at default
 * values and moves by factors of about three, first along β, then along λ, as long as NDCG@10
 * rises. If content makes little difference, it also searches λ without content. A step costs one
 * solution, and most searches take five to ten steps. The decay costs nothing extra: every step
 * scores its cases with each decay.
 *
 * Above `MAX_SEARCH_ITEMS` a step would take minutes, so settings are compared on a sample of the
 * items. A sample misleads in both parameters: all of Scientific is best at β = 10, but 1,300 of
 * its items at β = 3, and 5,000 items of Games are best at ten times the λ of the whole. The
 * default λ was best on every catalogue with text that was searched as a whole. On a sample λ
 * therefore keeps its default, and only β is lowered, for catalogues with few or poor texts.
 */
import { createRandom, noProgress, type RunContext } from '@lorekeep/core';
import { createMatmulPool } from '@lorekeep/graph';
import type { GramSettings } from '../solve/gram.ts';
import { strongestNeighbours } from '../solve/neighbours.ts';
import { type SolveContext, solveItems } from '../solve/solve.ts';
import { bestDecay, casesForSearch, DEFAULT_DECAY } from './decay.ts';
import { type SearchData, sampled } from './sample.ts';

/** The largest catalogue that is searched as a whole. */
const MAX_SEARCH_ITEMS = 9000;
/** Items in the sample of a larger catalogue. */
const SAMPLE_ITEMS = 5000;
const LAMBDAS = [10, 30, 100, 300, 1000, 3000];
const BETAS = [1, 3, 10, 30, 100, 300];
/**
 * λ without content is searched only if the default settings without content reach this share of
 * the best quality.
 */
const WITHOUT_CONTENT_SHARE = 0.97;

export interface LinearSettings extends GramSettings {
  decay: number;
}

/** Start of the search, and the settings if there are no validation cases. */
const USUAL: LinearSettings = { lambda: 300, beta: 10, decay: DEFAULT_DECAY };
export const USUAL_WITHOUT_CONTENT: LinearSettings = { lambda: 100, beta: 0, decay: DEFAULT_DECAY };

export interface SearchStep extends LinearSettings {
  /** Validation NDCG@10 with the best decay. */
  ndcg: number;
}

export interface SearchResult {
  settings: LinearSettings;
  /** In the order they were tried. */
  steps: SearchStep[];
  /** Number of items they were tried on. */
  items: number;
  /** Number of cases they were tried on. */
  cases: number;
}

export interface SearchOptions extends RunContext {
  /** Neighbours that are kept per item: settings are compared as they will be used. */
  neighboursPerItem: number;
  maxHistory: number;
  /** Seed of the sample. Default 42. */
  seed?: number;
  /** Default: all cores. */
  threads?: number;
}

/**
 * Progress is reported as stage `'search'`, unit `'steps'`, without a total. The signal is checked
 * within steps. The same seed on the same machine gives the same settings.
 *
 * @throws LorekeepError `LINEAR_NOT_DEFINITE`
 */
export async function searchLinear(
  whole: SearchData,
  { neighboursPerItem, maxHistory, seed = 42, threads, progress = noProgress, signal }: SearchOptions,
): Promise<SearchResult> {
  const isSample = whole.interactions.items > MAX_SEARCH_ITEMS;
  const data = isSample ? sampled(whole, SAMPLE_ITEMS, createRandom(seed)) : whole;
  const cases = casesForSearch(data.cases);
  progress({ stage: 'search', done: 0, unit: 'steps' });
  const pool = createMatmulPool(threads);
  const trials = createTrials({ ...data, cases }, { neighboursPerItem, maxHistory, progress, signal, pool });
  const hasContent = data.content !== undefined;
  try {
    if (cases.length > 0) await (isSample ? searchSample(trials, hasContent) : searchWhole(trials, hasContent));
  } finally {
    await pool.close();
  }
  const { steps } = trials;
  const { lambda, beta, decay } = selectStep(steps, isSample) ?? (hasContent ? USUAL : USUAL_WITHOUT_CONTENT);
  return { settings: { lambda, beta, decay }, steps, items: data.interactions.items, cases: cases.length };
}

interface Trials {
  readonly steps: SearchStep[];
  /** NDCG@10 of these settings. Each settings are solved once. */
  qualityOf(settings: GramSettings): Promise<number>;
}

function createTrials(
  { interactions, content, cases }: SearchData,
  {
    neighboursPerItem,
    maxHistory,
    progress = noProgress,
    signal,
    pool,
  }: SolveContext & Pick<SearchOptions, 'neighboursPerItem' | 'maxHistory'>,
): Trials {
  const steps: SearchStep[] = [];
  return {
    steps,
    async qualityOf({ lambda, beta }) {
      const earlier = steps.find((step) => step.lambda === lambda && step.beta === beta);
      if (earlier !== undefined) return earlier.ndcg;
      const inverse = await solveItems(interactions, content, { lambda, beta }, { pool, signal });
      const best = bestDecay(strongestNeighbours(inverse, neighboursPerItem), cases, maxHistory);
      steps.push({ lambda, beta, ...best });
      progress({
        stage: 'search',
        done: steps.length,
        unit: 'steps',
        note: `λ ${lambda}, β ${beta}: validation NDCG@10 ${best.ndcg.toFixed(4)}`,
      });
      return best.ndcg;
    },
  };
}

/** Tries the default λ with every β up to the default. */
async function searchSample({ qualityOf }: Trials, hasContent: boolean): Promise<void> {
  await qualityOf(USUAL_WITHOUT_CONTENT);
  if (!hasContent) return;
  for (const beta of BETAS.filter((value) => value <= USUAL.beta)) await qualityOf({ lambda: USUAL.lambda, beta });
}

async function searchWhole({ steps, qualityOf }: Trials, hasContent: boolean): Promise<void> {
  if (hasContent) {
    const beta = await lineSearch(BETAS, USUAL.beta, (value) => qualityOf({ lambda: USUAL.lambda, beta: value }));
    await lineSearch(LAMBDAS, USUAL.lambda, (value) => qualityOf({ lambda: value, beta }));
  }
  const best = Math.max(0, ...steps.map(({ ndcg }) => ndcg));
  if ((await qualityOf(USUAL_WITHOUT_CONTENT)) >= WITHOUT_CONTENT_SHARE * best)
    await lineSearch(LAMBDAS, USUAL_WITHOUT_CONTENT.lambda, (value) => qualityOf({ lambda: value, beta: 0 }));
}

/** Moves from `start` to adjacent values, up and then down, as long as the quality rises. */
async function lineSearch(
  values: readonly number[],
  start: number,
  qualityOf: (value: number) => Promise<number>,
): Promise<number> {
  let best = start;
  let quality = await qualityOf(start);
  for (const step of [1, -1])
    for (let at = values.indexOf(start) + step; at >= 0 && at < values.length; at += step) {
      const next = await qualityOf(values[at]);
      if (!(next > quality)) break;
      best = values[at];
      quality = next;
    }
  return best;
}

/**
 * The best step, with two corrections. New items need content, so the best step with content wins
 * if it is within 1 % of the best step, which is the noise of such a comparison. A sample is best
 * at a lower β than the whole, so on a sample the highest β within 2 % of the best step wins.
 */
function selectStep(steps: readonly SearchStep[], isSample: boolean): SearchStep | undefined {
  const ranked = [...steps].sort((a, b) => b.ndcg - a.ndcg);
  const near = ranked.filter(({ ndcg }) => ndcg >= (isSample ? 0.98 : 0.99) * ranked[0].ndcg);
  if (isSample) return near.sort((a, b) => b.beta - a.beta)[0];
  return near.find(({ beta }) => beta > 0) ?? ranked[0];
}
