/**
 * Configurations: a preset with single options replaced. `resolveConfig` checks all options, alone and
 * together, before any work starts.
 */
import { defaultsOf, optionErrors, withOverrides } from '@lorekeep/core';
import { checkTowerOptions } from '@lorekeep/towers';
import { errors } from '../errors.ts';
import { type Preset, presets } from './presets.ts';
import { type RecommenderConfig, recommenderOptions } from './table.ts';

/**
 * Most values of a table over a whole catalogue by default: a million items of dimension 64 train
 * within 7 GB (`bench train-scale`).
 */
const MAX_TABLE_VALUES = 64_000_000;
const MIN_DIM = 64;

/** The dimension of a preset, or less of it if the catalogue is very large. */
function dimFor(items: number, dim: number): number {
  return Math.min(dim, Math.max(MIN_DIM, MIN_DIM * Math.floor(MAX_TABLE_VALUES / items / MIN_DIM)));
}

/**
 * A preset with single options replaced.
 *
 * @param overrides group → option → value
 * @param items Size of the catalogue: above 166,666 a preset with `network.residual` has a smaller
 *   `network.dim`, unless `overrides` give it. Default: small.
 * @example resolveConfig('learn', { training: { epochs: 20, dropout: 0.3 } })
 * @throws LorekeepError `PRESET_UNKNOWN`, `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function resolveConfig(
  preset: string = 'learn',
  overrides: Record<string, unknown> = {},
  items = 0,
): RecommenderConfig {
  if (!Object.hasOwn(presets, preset)) throw errors.PRESET_UNKNOWN({ name: preset, known: Object.keys(presets) });
  const base = withOverrides(recommenderOptions, defaultsOf(recommenderOptions), presets[preset as Preset]);
  const config = withOverrides(recommenderOptions, base, overrides);
  const givenDim = (overrides.network as { dim?: number } | undefined)?.dim;
  if (items > 0 && config.network.residual && givenDim === undefined)
    config.network.dim = dimFor(items, config.network.dim);
  checkTogether(config);
  return config;
}

function checkTogether(config: RecommenderConfig): void {
  checkTowerOptions(config);
  const { items, linear, reranker } = config;
  if (linear.neighboursPerItem > 0 && !items.id)
    throw optionErrors.OPTION_INVALID({
      name: 'linear.neighboursPerItem',
      value: linear.neighboursPerItem,
      allowed: '0 if items.id is false: the linear model knows items by their events',
    });
  if (reranker.enabled && linear.neighboursPerItem === 0)
    throw optionErrors.OPTION_INVALID({
      name: 'reranker.enabled',
      value: true,
      allowed: 'false if linear.neighboursPerItem is 0: it re-ranks the candidates of the linear model',
    });
}
