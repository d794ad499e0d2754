/**
 * The preset `linear` from log to model: settings searched on validation, solved exactly on all training events, cut to
 * neighbours, with the map that folds new items in.
 */

import type { SparseRows } from '@lorekeep/core';
import { noProgress, type RunContext } from '@lorekeep/core';
import type { Split } from '@lorekeep/evaluation';
import { evaluationCases } from '@lorekeep/evaluation';
import { interactionsOf } from '../solve/gram.ts';
import { readNote, type SolutionCache, solution, writeNote } from '../solve/solution-cache.ts';
import type { FoldInMap } from './fold-in.ts';
import { bestDecay, type LinearSettings, type SearchResult, searchLinear, someOf } from './search.ts';

/** Catalogues up to this size are solved exactly: 40,000 items take 3.5 GB and, two cores given, a quarter of an hour. */
export const MAX_ITEMS = 40_000;

export interface LinearModel {
  settings: LinearSettings & { neighboursPerItem: number; maxHistory: number };
  neighbours: SparseRows;
  /** `undefined` where the model was solved without content: then a new item cannot be known. */
  foldIn: FoldInMap | undefined;
  /** `[contentDim]` of the content's centring, `undefined` without content. */
  mean: Float32Array | undefined;
  search: Pick<SearchResult, 'steps' | 'items' | 'cases'>;
}

export interface FitLinearOptions extends RunContext {
  neighboursPerItem: number;
  maxHistory: number;
  /** Default: all the machine offers. */
  threads?: number;
  /** Where what is solved is kept and looked for. Default: nowhere. */
  cache?: SolutionCache;
  /** Settings selected before, on fewer events. Default: they are searched. */
  selected?: Pick<LinearModel, 'settings' | 'search'>;
}

/** Part of the name under which the search's result is kept. */
const SEARCHED = 'search';

/**
 * Progress is reported as stage `'search'`, unit `'steps'`, then stage `'solve'`, unit `'blocks'`. Nothing here is drawn by a
 * seed of the caller's: one solution serves all seeds.
 *
 * @param content raw centring and the centred rows `[items × contentDim]`, `undefined` without content
 * @returns the model, and the diagonal of its P
 * @throws LorekeepError `TOWERS_NOT_DEFINITE`; `signal.reason` when stopped
 */
export async function fitLinear(
  split: Split,
  content: { mean: Float32Array; centred: Float32Array } | undefined,
  { neighboursPerItem, maxHistory, threads, cache, selected, progress = noProgress, signal }: FitLinearOptions,
): Promise<{ linear: LinearModel; diagonal: Float32Array }> {
  const interactions = interactionsOf(split);
  const cases = evaluationCases(split, 'valid');
  const trial = { interactions, content: content?.centred, cases: cases };
  const name = [SEARCHED, neighboursPerItem, maxHistory];
  const run = { neighboursPerItem, threads, progress, signal };
  let found = selected
    ? { ...selected.search, settings: selected.settings }
    : await readNote<SearchResult>(cache, name);
  if (found === undefined) {
    found = await searchLinear(trial, { ...run, maxHistory });
    await writeNote(cache, name, found);
  }
  const { lambda, beta } = found.settings;
  const used = beta > 0 ? content : undefined;
  const settings = { lambda, beta };
  const solved = await solution(interactions, used?.centred, settings, { ...run, withFoldIn: true, cache });
  const { neighbours, diagonal, foldIn } = solved;
  // A sample has shorter histories: its decay need not be the whole's.
  const decay =
    selected === undefined && cases.length > 0 && found.items < interactions.items
      ? bestDecay(neighbours, someOf(cases), maxHistory).decay
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
