/**
 * Fits the linear model to a split: selects its settings on validation cases, solves it exactly on
 * all training events, and keeps the strongest neighbours of each item and the fold-in map.
 */
import { noProgress, type RunContext, type SparseRows } from '@lorekeep/core';
import { evaluationCases, type Split } from '@lorekeep/evaluation';
import type { FoldInMap } from '../fold-in/fold-in-map.ts';
import { bestDecay, casesForSearch } from '../search/decay.ts';
import { type LinearSettings, type SearchResult, searchLinear } from '../search/search.ts';
import { interactionsOf } from '../solve/gram.ts';
import { solution } from './solution.ts';
import { readCached, type SolutionCache, writeCached } from './solution-cache.ts';

/**
 * The largest catalogue that is solved exactly: 40,000 items take 3.5 GB and 15 minutes on two
 * cores.
 */
export const MAX_ITEMS = 40_000;

export interface LinearModel {
  settings: LinearSettings & { neighboursPerItem: number; maxHistory: number };
  neighbours: SparseRows;
  /** `undefined` if the model was solved without content: new items cannot be folded in then. */
  foldIn: FoldInMap | undefined;
  /** `[contentDim]` mean of the content vectors, `undefined` without content. */
  mean: Float32Array | undefined;
  search: Pick<SearchResult, 'steps' | 'items' | 'cases'>;
}

export interface FitLinearOptions extends RunContext {
  neighboursPerItem: number;
  maxHistory: number;
  /** Default: all cores. */
  threads?: number;
  /** Where solutions and the search's result are cached. Default: nowhere. */
  cache?: SolutionCache;
  /** Settings that were selected earlier, on fewer events. Default: they are searched. */
  selected?: Pick<LinearModel, 'settings' | 'search'>;
}

/**
 * Progress is reported as stage `'search'`, unit `'steps'`, then as stage `'solve'`, unit
 * `'blocks'`. The result does not depend on the seed of a training, so all seeds share one
 * solution.
 *
 * @param content `mean` of the raw vectors, and the `centred` rows `[items × contentDim]`;
 *   `undefined` without content
 * @returns the model, and the diagonal of its inverse P
 * @throws LorekeepError `OPTION_INVALID`, `LINEAR_NOT_DEFINITE`; `signal.reason` if aborted
 */
export async function fitLinear(
  split: Split,
  content: { mean: Float32Array; centred: Float32Array } | undefined,
  { neighboursPerItem, maxHistory, threads, cache, selected, progress = noProgress, signal }: FitLinearOptions,
): Promise<{ linear: LinearModel; diagonal: Float32Array }> {
  const interactions = interactionsOf(split);
  const cases = evaluationCases(split, 'valid');
  const key = ['search', neighboursPerItem, maxHistory];
  const run = { neighboursPerItem, threads, progress, signal };
  let found = selected
    ? { ...selected.search, settings: selected.settings }
    : await readCached<SearchResult>(cache, key);
  if (found === undefined) {
    found = await searchLinear({ interactions, content: content?.centred, cases }, { ...run, maxHistory });
    await writeCached(cache, key, found);
  }
  const { lambda, beta } = found.settings;
  const used = beta > 0 ? content : undefined;
  const settings = { lambda, beta };
  const solved = await solution(interactions, used?.centred, settings, { ...run, withFoldIn: true, cache });
  const { neighbours, diagonal, foldIn } = solved;
  // A sample has shorter histories, so its best decay may differ from that of the whole.
  const decay =
    selected === undefined && cases.length > 0 && found.items < interactions.items
      ? bestDecay(neighbours, casesForSearch(cases), maxHistory).decay
      : found.settings.decay;
  const { steps, items, cases: count } = found;
  const linear = {
    settings: { lambda, beta, decay, neighboursPerItem, maxHistory },
    neighbours,
    foldIn,
    mean: used?.mean,
    search: { steps, items, cases: count },
  };
  return { linear, diagonal };
}
