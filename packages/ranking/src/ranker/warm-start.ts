/**
 * A ranker that starts with what another one has learned: pre-training and fine-tuning. Rows of the
 * tables keep their meaning, because the vocabulary comes along.
 */

import { createRandom, optionErrors } from '@lorekeep/core';
import { initialPlug } from '../din/plug.ts';
import { type RankerConfig, type RankerOptions, rankerConfig } from './config.ts';
import { checkFrozen, initialState, type RankerState, tableWidths, zeros } from './state.ts';

export interface WarmStartOptions extends Partial<Omit<RankerConfig, 'dim' | 'hashed'>> {
  /**
   * What comes along: only the embedding tables, or also all dense parameters that have the same
   * name and shape in both rankers. Default `'all'`.
   */
  take?: 'embeddings' | 'all';
  /** Whether plug-ins of the source come along. Default: with `'all'`. */
  plugs?: boolean;
}

/**
 * The initial state of a new ranker. Options that are not given are those of the source. The new
 * ranker counts its steps from 0 and has no moments, so it may have other tasks and layers. It has
 * seen what its source has seen: `seenUntil` comes along.
 *
 * @throws LorekeepError `OPTION_INVALID`
 */
export function warmStart(source: RankerState, options: WarmStartOptions = {}): RankerState {
  const { take = 'all', plugs = take === 'all', ...changes } = options;
  if (take !== 'all' && take !== 'embeddings')
    throw optionErrors.OPTION_INVALID({ name: 'take', value: take, allowed: '"embeddings" or "all"' });
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  const config = rankerConfig({ ...source.config, ...given } as RankerOptions);
  if (config.maxRows < source.config.maxRows)
    throw optionErrors.OPTION_INVALID({
      name: 'maxRows',
      value: config.maxRows,
      allowed: `at least ${source.config.maxRows}, as in the ranker that it starts from`,
    });
  const start = initialState({ ...config, frozen: [] }, source);
  const parameters = { ...start.parameters };
  const kept = plugs
    ? source.plugs.filter(({ layer, units }) => start.parameters[`${layer}/bias`]?.shape[0] === units)
    : [];
  for (const plug of kept) Object.assign(parameters, initialPlug(plug, createRandom(config.seed)));
  if (take === 'all')
    for (const [name, { shape }] of Object.entries(parameters)) {
      const from = source.parameters[name];
      if (from !== undefined && String(from.shape) === String(shape)) parameters[name] = from;
    }
  const surfacesOf = new Map(source.config.tasks.map(({ outcome }, t) => [outcome, source.surfaces[t]]));
  const state: RankerState = {
    ...start,
    config,
    plugs: kept,
    vocabulary: { ...source.vocabulary, maxRows: config.maxRows },
    surfaces: config.tasks.map(({ outcome }) => surfacesOf.get(outcome) ?? []),
    hasPositions: source.hasPositions,
    seenUntil: source.seenUntil,
    parameters,
    m: zeros(parameters),
    v: zeros(parameters),
    tables: {},
  };
  for (const [name, width] of Object.entries(tableWidths(config))) {
    const from = source.tables[name];
    if (from === undefined || from.parameter.shape[1] !== width) continue;
    const none = zeros({ m: from.parameter, v: from.parameter });
    state.tables[name] = { rows: from.rows, parameter: from.parameter, ...none };
  }
  checkFrozen(state);
  return state;
}
