/**
 * The preset `linear` from log to model: settings searched on validation, solved exactly on all training events, cut to
 * neighbours, with the map that folds new items in.
 */
import { type RunContext, silent } from '@lorekeep/core';
import { createProductPool } from '@lorekeep/graph';
import { questions, type Split } from '../split.ts';
import { type Adaptation, adaptationOf } from './fold.ts';
import { interactionsOf } from './gram.ts';
import { type Neighbours, strongestNeighbours } from './neighbours.ts';
import { bestDecay, type LinearSettings, type SearchResult, searchLinear, someOf } from './search.ts';
import { solveItems } from './solve.ts';
import type { SymmetricTiles } from './tiles.ts';

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
  /** Default 42. */
  seed?: number;
  /** Default: all the machine offers. */
  threads?: number;
  /** Given P, which is let go afterwards. */
  onSolved?: (inverse: SymmetricTiles) => void;
}

/**
 * Progress is reported as stage `'search'`, unit `'steps'`, then stage `'solve'`, unit `'blocks'`.
 *
 * @param content raw centring and the centred rows `[items × contentDim]`, `undefined` without content
 * @throws LorekeepError `TOWERS_NOT_DEFINITE`; `signal.reason` when stopped
 */
export async function fitLinear(
  split: Split,
  content: { mean: Float32Array; centred: Float32Array } | undefined,
  { perItem, maxHistory, seed = 42, threads, progress = silent, signal, onSolved }: LinearOptions,
): Promise<LinearModel> {
  const interactions = interactionsOf(split);
  const asked = questions(split, 'valid');
  const trial = { interactions, content: content?.centred, questions: asked };
  const found = await searchLinear(trial, { perItem, maxHistory, seed, threads, progress, signal });
  const { lambda, beta } = found.settings;
  const used = beta > 0 ? content : undefined;
  const pool = createProductPool(threads);
  try {
    const inverse = await solveItems(interactions, used?.centred, { lambda, beta }, { pool, progress, signal });
    onSolved?.(inverse);
    const neighbours = strongestNeighbours(inverse, perItem);
    const adaptation = used && (await adaptationOf(inverse, used.centred, { lambda, beta }, pool, { signal }));
    // A sample has shorter histories: its decay need not be the whole's.
    const decay =
      asked.length > 0 && found.items < interactions.items
        ? bestDecay(neighbours, someOf(asked), maxHistory).decay
        : found.settings.decay;
    const { steps, items, questions: count } = found;
    return {
      settings: { lambda, beta, decay, perItem, maxHistory },
      neighbours,
      adaptation,
      mean: used?.mean,
      search: { steps, items, questions: count },
    };
  } finally {
    await pool.close();
  }
}
