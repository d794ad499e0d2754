/**
 * The preset `linear` from log to model: settings searched on validation, solved exactly on all training events, cut to
 * neighbours, with the map that folds new items in.
 */
import { type RunContext, silent } from '@lorekeep/core';
import { questions, type Split } from '../split.ts';
import type { Adaptation } from './fold.ts';
import { interactionsOf } from './gram.ts';
import type { Neighbours } from './neighbours.ts';
import { bestDecay, type LinearSettings, type SearchResult, searchLinear, someOf } from './search.ts';
import { keepNote, keptNote, type Shelf, solution } from './solution.ts';

/** Catalogues up to this size are solved exactly: 40,000 items take 3.5 GB and, two cores given, a quarter of an hour. */
export const MOST_ITEMS = 40_000;

export interface LinearModel {
  settings: LinearSettings & { perItem: number; maxHistory: number };
  neighbours: Neighbours;
  /** `undefined` where the model was solved without content: then a new item cannot be known. */
  adaptation: Adaptation | undefined;
  /** `[contentDim]` of the content's centring, `undefined` without content. */
  mean: Float32Array | undefined;
  search: Pick<SearchResult, 'steps' | 'items' | 'questions'>;
}

export interface LinearOptions extends RunContext {
  perItem: number;
  maxHistory: number;
  /** Default: all the machine offers. */
  threads?: number;
  /** Where what is solved is kept and looked for. Default: nowhere. */
  shelf?: Shelf;
  /** Settings chosen before, on fewer events. Default: they are searched. */
  chosen?: Pick<LinearModel, 'settings' | 'search'>;
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
  { perItem, maxHistory, threads, shelf, chosen, progress = silent, signal }: LinearOptions,
): Promise<{ linear: LinearModel; diagonal: Float32Array }> {
  const interactions = interactionsOf(split);
  const asked = questions(split, 'valid');
  const trial = { interactions, content: content?.centred, questions: asked };
  const name = [SEARCHED, perItem, maxHistory];
  const run = { perItem, threads, progress, signal };
  let found = chosen ? { ...chosen.search, settings: chosen.settings } : await keptNote<SearchResult>(shelf, name);
  if (found === undefined) {
    found = await searchLinear(trial, { ...run, maxHistory });
    await keepNote(shelf, name, found);
  }
  const { lambda, beta } = found.settings;
  const used = beta > 0 ? content : undefined;
  const settings = { lambda, beta };
  const solved = await solution(interactions, used?.centred, settings, { ...run, adapted: true, shelf });
  const { neighbours, diagonal, adaptation } = solved;
  // A sample has shorter histories: its decay need not be the whole's.
  const decay =
    chosen === undefined && asked.length > 0 && found.items < interactions.items
      ? bestDecay(neighbours, someOf(asked), maxHistory).decay
      : found.settings.decay;
  const { steps, items, questions: count } = found;
  const linear = {
    settings: { lambda, beta, decay, perItem, maxHistory },
    neighbours,
    adaptation,
    mean: used?.mean,
    search: { steps, items, questions: count },
  };
  return { linear, diagonal };
}
