/**
 * Selects λ, β and decay of the linear model on validation cases, by one procedure for all data
 * sets.
 *
 * The quality is a wide plateau in all three, so a line search finds it. It starts at default
 * values and moves by factors of about three, first along β, then along λ, as long as NDCG@10
 * rises. If content makes little difference, it also searches λ without content. A step costs one
 * solution, and most searches take five to ten steps. In each step a line search finds the best decay,
 * from that of the step before.
 *
 * Where columns are solved one by one, a step of a large catalogue solves a sample of the columns,
 * each with all its regressors. Such a column is the same as in the whole solution, and only the
 * number of items that compete is smaller. (A sample of the items misleads: with fewer items in
 * every history, other settings are best.)
 */
import { createRandom, noProgress, type RunContext } from '@lorekeep/core';
import { casesForChoice, type EvaluationCase } from '@lorekeep/evaluation';
import type { Solutions } from '../model/solution.ts';
import type { GramSettings } from '../solve/gram.ts';
import { bestDecay, DEFAULT_DECAY } from './decay.ts';
import { lineSearch } from './line-search.ts';

/** Largest catalogue of which a step solves all columns. */
const MAX_SEARCH_ITEMS = 100_000;
/** Columns that a step solves of a larger catalogue. */
const SAMPLE_COLUMNS = 50_000;
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
  /** Number of items whose columns were solved for it. */
  items: number;
  /** Number of cases they were tried on. */
  cases: number;
}

export interface SearchOptions extends RunContext {
  maxHistory: number;
  /** Seed of the sample. Default 42. */
  seed?: number;
  /** Columns that a step solves of a catalogue that has more. */
  sampleColumns?: number;
}

/** What settings are compared on. */
export interface SearchData {
  items: number;
  hasContent: boolean;
  cases: readonly EvaluationCase[];
  solutions: Pick<Solutions, 'isLocal' | 'neighbours'>;
}

/**
 * Progress is reported as stage `'search'`, unit `'steps'`, without a total. The signal is checked
 * within steps. The same seed on the same machine gives the same settings.
 *
 * @throws LorekeepError `LINEAR_NOT_DEFINITE`
 */
export async function searchLinear(
  { items, hasContent, cases: all, solutions }: SearchData,
  { maxHistory, seed = 42, sampleColumns, progress = noProgress, signal }: SearchOptions,
): Promise<SearchResult> {
  const limit = sampleColumns ?? (items > MAX_SEARCH_ITEMS ? SAMPLE_COLUMNS : items);
  const columns = solutions.isLocal && limit < items ? sampleOf(items, limit, seed) : undefined;
  const isSolved = columns && new Set(columns);
  const cases = casesForChoice(isSolved ? all.filter(({ target }) => isSolved.has(target)) : all);
  progress({ stage: 'search', done: 0, unit: 'steps' });
  const steps: SearchStep[] = [];
  const trials: Trials = {
    steps,
    async qualityOf({ lambda, beta }) {
      const earlier = steps.find((step) => step.lambda === lambda && step.beta === beta);
      if (earlier !== undefined) return earlier.ndcg;
      signal?.throwIfAborted();
      const neighbours = await solutions.neighbours({ lambda, beta }, columns);
      const best = await bestDecay(neighbours, cases, maxHistory, steps.at(-1)?.decay);
      steps.push({ lambda, beta, ...best });
      const note = `λ ${lambda}, β ${beta}: validation NDCG@10 ${best.ndcg.toFixed(4)}`;
      progress({ stage: 'search', done: steps.length, unit: 'steps', note });
      return best.ndcg;
    },
  };
  if (cases.length > 0) await search(trials, hasContent);
  const { lambda, beta, decay } = selectStep(steps) ?? (hasContent ? USUAL : USUAL_WITHOUT_CONTENT);
  return { settings: { lambda, beta, decay }, steps, items: columns?.length ?? items, cases: cases.length };
}

/** Items drawn uniformly, ascending. */
function sampleOf(items: number, count: number, seed: number): Int32Array {
  const rows = Int32Array.from({ length: items }, (_, row) => row);
  return createRandom(seed).shuffle(rows).slice(0, count).sort();
}

interface Trials {
  readonly steps: SearchStep[];
  /** NDCG@10 of these settings. Each settings are solved once. */
  qualityOf(settings: GramSettings): Promise<number>;
}

async function search({ steps, qualityOf }: Trials, hasContent: boolean): Promise<void> {
  if (hasContent) {
    const { value: beta } = await lineSearch(BETAS, USUAL.beta, (value) =>
      qualityOf({ lambda: USUAL.lambda, beta: value }),
    );
    await lineSearch(LAMBDAS, USUAL.lambda, (value) => qualityOf({ lambda: value, beta }));
  }
  const best = Math.max(0, ...steps.map(({ ndcg }) => ndcg));
  if ((await qualityOf(USUAL_WITHOUT_CONTENT)) >= WITHOUT_CONTENT_SHARE * best)
    await lineSearch(LAMBDAS, USUAL_WITHOUT_CONTENT.lambda, (value) => qualityOf({ lambda: value, beta: 0 }));
}

/**
 * The best step. New items need content, so the best step with content wins if it is within 1 % of
 * the best step, which is the noise of such a comparison.
 */
function selectStep(steps: readonly SearchStep[]): SearchStep | undefined {
  const ranked = [...steps].sort((a, b) => b.ndcg - a.ndcg);
  return ranked.find(({ beta, ndcg }) => beta > 0 && ndcg >= 0.99 * ranked[0].ndcg) ?? ranked[0];
}
