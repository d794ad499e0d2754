/**
 * Fits the linear model to a split: selects its settings on validation cases, solves it on all
 * training events, and keeps the strongest neighbours of each item and what new items are folded in
 * with.
 */
import { noProgress, type RunContext, type SparseRows } from '@lorekeep/core';
import { casesForChoice, evaluationCases, type Split } from '@lorekeep/evaluation';
import type { FoldIn } from '../fold-in/folded-items.ts';
import { bestDecay } from '../search/decay.ts';
import { type LinearSettings, type SearchResult, searchLinear } from '../search/search.ts';
import { interactionsOf } from '../solve/gram.ts';
import { openSolutions } from './solution.ts';
import { readCached, type SolutionCache, writeCached } from './solution-cache.ts';

export interface LinearModel {
  settings: LinearSettings & { neighboursPerItem: number; maxHistory: number };
  neighbours: SparseRows;
  /** `undefined` if the model was solved without content: new items cannot be folded in then. */
  foldIn: FoldIn | undefined;
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
  /** The largest catalogue whose matrix is inverted as a whole. Default 9,000. */
  denseItems?: number;
}

/**
 * Progress is reported as stage `'search'`, unit `'steps'`, then as stage `'solve'`, unit
 * `'blocks'`, or unit `'items'` if columns are solved one by one. The result does not depend on the
 * seed of a training, so all seeds share one solution.
 *
 * @param content `mean` of the raw vectors, and the `centred` rows `[items × contentDim]`;
 *   `undefined` without content
 * @returns the model, and the diagonal of its inverse P
 * @throws LorekeepError `OPTION_INVALID`, `LINEAR_NOT_DEFINITE`; `signal.reason` if aborted
 */
export async function fitLinear(
  split: Split,
  content: { mean: Float32Array; centred: Float32Array } | undefined,
  {
    neighboursPerItem,
    maxHistory,
    threads,
    cache,
    selected,
    denseItems,
    progress = noProgress,
    signal,
  }: FitLinearOptions,
): Promise<{ linear: LinearModel; diagonal: Float32Array }> {
  const interactions = interactionsOf(split);
  const run = { neighboursPerItem, threads, progress, signal };
  const solutions = openSolutions(interactions, content?.centred, { ...run, cache, denseItems });
  try {
    const cases = evaluationCases(split, 'valid');
    const key = ['search', neighboursPerItem, maxHistory, solutions.isLocal];
    let found = selected
      ? { ...selected.search, settings: selected.settings }
      : await readCached<SearchResult>(cache, key);
    if (found === undefined) {
      const data = { items: interactions.items, hasContent: content !== undefined, cases, solutions };
      found = await searchLinear(data, { ...run, maxHistory });
      await writeCached(cache, key, found);
    }
    const { lambda, beta } = found.settings;
    const { neighbours, diagonal, foldIn } = await solutions.solve({ lambda, beta }, true);
    // With a sample of the columns, the best decay may differ from that of the whole.
    const decay =
      selected === undefined && cases.length > 0 && found.items < interactions.items
        ? (await bestDecay(neighbours, casesForChoice(cases), maxHistory, found.settings.decay)).decay
        : found.settings.decay;
    const { steps, items, cases: count } = found;
    const linear = {
      settings: { lambda, beta, decay, neighboursPerItem, maxHistory },
      neighbours,
      foldIn,
      mean: beta > 0 ? content?.mean : undefined,
      search: { steps, items, cases: count },
    };
    return { linear, diagonal };
  } finally {
    await solutions.close();
  }
}
