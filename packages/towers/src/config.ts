/**
 * Every setting of the towers and of their training, with default, limit and meaning in one place. A preset (presets.ts)
 * is a full configuration; overrides replace single options; `resolveConfig` checks all of them, alone and together, before
 * any work begins.
 */
import { badOption, unknownOption, unknownPreset } from './errors.ts';
import { type Check, flag, oneOf, real, whole } from './limits.ts';
import { type Preset, presets } from './presets.ts';

/** What the towers know of an item. */
export interface ItemOptions {
  /** Items are known by the vectors of their text. */
  content: boolean;
  /** Items are known by an embedding of their own, learned from behaviour. */
  id: boolean;
  /** What is done to the content vectors before the towers read them, beside centring: nothing, or all directions brought to one variance, in the vectors' own axes (`zca`) or along their principal ones (`pca`). Fitted on the training catalogue and kept in the bundle. */
  whitening: 'none' | 'zca' | 'pca';
  /** Share of items whose ID embedding is hidden at a training step, so that the text alone must serve. 0–.9. Ignored without content. */
  idDropout: number;
  /** Weight of the loss that pulls an item's content path and ID embedding together. 0–100; above 0 only with content and ID. */
  alignment: number;
}

/** The networks. */
export interface NetworkOptions {
  /** Where training begins: at the solution of the linear model (start.ts, needs `residual`), or at random. */
  start: 'closed-form' | 'random';
  /** The recency-weighted sum of the inputs is carried past the blocks, which add to it. Without (the paper), the blocks are the only way through, and read inputs of width `hidden`. */
  residual: boolean;
  /** Width of both towers' vectors, and with `residual` of what they read for each item (presets: less above 166,666 items, see `resolveConfig`). 8–1024. Without `residual`, `adaptor` needs it equal to `hidden`, and `content-space` ignores it. */
  dim: number;
  /** Width of the transformer blocks. 8–1024, a multiple of `heads`. */
  hidden: number;
  /** Transformer blocks. 0–12; with 0 the user tower is the recency-weighted sum alone. At least 1 without `residual`. */
  layers: number;
  /** Attention heads. 1–32. */
  heads: number;
  /** Where the blocks normalise: before attention and MLP (`pre-ln`), or after (`post-ln`, BERT's). */
  block: 'pre-ln' | 'post-ln';
  /** How the blocks know order: a learned bias for each head and distance (`distance`), a learned vector for each place counted from the oldest event (`learned`, SASRec's), or through the causal mask alone (`none`, LEARN's). */
  positions: 'distance' | 'learned' | 'none';
  /** Longest history read, in events. 1–1000. */
  maxHistory: number;
  /** What makes item vectors: the shared network over the sequence of target items in training and over the one item in service (`sequence`; LEARN's (a); meant for `dense`, since under `in-batch` the targets before an item are the history itself, and the towers learn to recognise that), the shared network over the one item always (`shared`; (b)), nothing, the user being projected back into the space of the content (`content-space`; (c)), or the input path alone (`adaptor`). */
  itemTower: 'sequence' | 'shared' | 'content-space' | 'adaptor';
  /** `cosine` normalises both vectors; in `inner-product` an item's norm carries confidence. */
  similarity: 'cosine' | 'inner-product';
}

/** The linear model, solved beside the towers. */
export interface LinearOptions {
  /** Neighbours kept of each item by the exactly solved linear model, which then scores in the towers' place (solved/linear.ts). 0 solves none; up to 5000; needs `id`. Catalogues of more than 40,000 items do without. */
  neighbours: number;
}

/** What is asked of the towers at a training step. */
export interface LossOptions {
  /** Softmax over the whole catalogue (`full`), over the target and drawn items (`sampled`), over the batch's targets (`in-batch`), or every history position against every target of a later stretch (`dense`, LEARN's dense all-action loss). */
  loss: 'full' | 'sampled' | 'in-batch' | 'dense';
  /** Divides the similarity before the softmax. .001–10. */
  temperature: number;
  /** Items drawn a step for `sampled`. 1–65536. */
  negatives: number;
  /** For `sampled`: items are drawn in proportion to their number of events + 1, to this power: 0 evenly, 1 by popularity. 0–1. */
  samplingPower: number;
  /** Not for `full`: each negative counts for as many items as it was unlikely to be drawn (− log Q), which makes both estimates of `full`. */
  logQ: boolean;
  /** For `dense`: most events of the later stretch, drawn evenly where there are more. 1–1000. */
  targetLength: number;
  /** For `dense`: history positions, and targets, drawn of each user with a preference for recent ones. 1–100. */
  actions: number;
}

/** How long, how fast, how much at once. */
export interface TrainingOptions {
  /** Share of activations dropped in training. 0–.9. */
  dropout: number;
  /** Peak of the cosine schedule. 1e-6–1. */
  learningRate: number;
  /** Pace at which the solved start is learned on, as a share of everything else. 0–1. */
  startRate: number;
  /** Decoupled decay of weight matrices. 0–1. */
  weightDecay: number;
  /** Global norm at which gradients are clipped. .01–1000. */
  clipNorm: number;
  /** A running average of the parameters is kept at this decay, and is what is validated and saved. 0: none is. 0–.9999. */
  averageDecay: number;
  /** Most passes over the training sequences. 0–1000; with 0 the start itself is kept. */
  epochs: number;
  /** Training stops after this many epochs without a better validation NDCG@10. 1–1000. */
  patience: number;
  /** At most this many users are asked after each epoch; of more, an even draw. 1–100000000. */
  validationUsers: number;
  /** Prefix positions a step, padding included. 8–65536. */
  batchPositions: number;
}

/** What comes after the towers. */
export interface RankingOptions {
  /** A small network orders the linear model's candidates (second-stage/); needs `neighbours`. Of this, the linear model and the towers, the best on validation is kept. */
  secondStage: boolean;
}

export type TowerConfig = ItemOptions & NetworkOptions & LinearOptions & LossOptions & TrainingOptions & RankingOptions;

const LIMITS: Record<keyof TowerConfig, [Check, string]> = {
  content: flag,
  id: flag,
  whitening: oneOf('none', 'zca', 'pca'),
  idDropout: real(0, 0.9),
  alignment: real(0, 100),
  start: oneOf('closed-form', 'random'),
  residual: flag,
  dim: whole(8, 1024),
  hidden: whole(8, 1024),
  layers: whole(0, 12),
  heads: whole(1, 32),
  block: oneOf('pre-ln', 'post-ln'),
  positions: oneOf('distance', 'learned', 'none'),
  maxHistory: whole(1, 1000),
  itemTower: oneOf('sequence', 'shared', 'content-space', 'adaptor'),
  similarity: oneOf('cosine', 'inner-product'),
  neighbours: whole(0, 5000),
  loss: oneOf('full', 'sampled', 'in-batch', 'dense'),
  temperature: real(0.001, 10),
  negatives: whole(1, 65_536),
  samplingPower: real(0, 1),
  logQ: flag,
  targetLength: whole(1, 1000),
  actions: whole(1, 100),
  dropout: real(0, 0.9),
  learningRate: real(1e-6, 1),
  startRate: real(0, 1),
  weightDecay: real(0, 1),
  clipNorm: real(0.01, 1000),
  averageDecay: real(0, 0.9999),
  epochs: whole(0, 1000),
  patience: whole(1, 1000),
  validationUsers: whole(1, 100_000_000),
  batchPositions: whole(8, 65_536),
  secondStage: flag,
};

/** Most numbers that a table of a whole catalogue holds by default: a million items of 64 train within 7 GB (`bench train-scale`). */
const MOST_NUMBERS = 64_000_000;
const NARROWEST = 64;

/** A preset's width, less of it where the catalogue is very large. */
function widthFor(items: number, dim: number): number {
  return Math.min(dim, Math.max(NARROWEST, NARROWEST * Math.floor(MOST_NUMBERS / items / NARROWEST)));
}

/**
 * A preset with single options replaced.
 *
 * @param items of the catalogue: above 166,666 a preset with `residual` is narrower, unless `dim` is among the overrides. Default: few.
 * @example resolveConfig('learn', { epochs: 20, dropout: 0.3 })
 * @throws LorekeepError `TOWERS_UNKNOWN_PRESET`, `TOWERS_UNKNOWN_OPTION`, `TOWERS_BAD_OPTION`
 */
export function resolveConfig(
  preset: string = 'learn',
  overrides: Record<string, unknown> = {},
  items = 0,
): TowerConfig {
  if (!Object.hasOwn(presets, preset)) throw unknownPreset(preset, Object.keys(presets));
  const given: Record<string, unknown> = { ...presets[preset as Preset] };
  for (const [name, value] of Object.entries(overrides)) {
    if (!Object.hasOwn(LIMITS, name)) throw unknownOption(name, Object.keys(LIMITS));
    const [fits, allowed] = LIMITS[name as keyof TowerConfig];
    if (!fits(value)) throw badOption(name, value, allowed);
    given[name] = value;
  }
  const config = given as unknown as TowerConfig;
  if (items > 0 && config.residual && overrides.dim === undefined) config.dim = widthFor(items, config.dim);
  checkTogether(config);
  return config;
}

/** Options that are fine alone and contradict each other. */
function checkTogether(config: TowerConfig): void {
  const { content, id, hidden, heads, residual, layers, dim, itemTower, loss, alignment, start, neighbours } = config;
  if (!content && !id) throw badOption('id', id, 'true where content is false: an item must be known by something');
  if (hidden % heads !== 0) throw badOption('heads', heads, `a divisor of hidden (${hidden})`);
  if (alignment > 0 && !(content && id))
    throw badOption('alignment', alignment, '0 unless content and id are both true: there is nothing to pull together');
  if (neighbours > 0 && !id)
    throw badOption('neighbours', neighbours, '0 where id is false: the linear model knows items by their events');
  if (config.secondStage && neighbours === 0)
    throw badOption('secondStage', true, "false where neighbours is 0: it orders the linear model's candidates");
  if (start === 'closed-form' && !residual)
    throw badOption('start', start, '"random" where residual is false: the blocks cannot begin at the linear model');
  if (!residual && layers === 0)
    throw badOption('layers', layers, 'at least 1 where residual is false: nothing else makes a user vector');
  if (!residual && itemTower === 'adaptor' && dim !== hidden)
    throw badOption('dim', dim, `equal to hidden (${hidden}) where residual is false and itemTower is "adaptor"`);
  if (itemTower === 'content-space' && (residual || !content))
    throw badOption(
      'itemTower',
      itemTower,
      '"sequence", "shared" or "adaptor" where residual is true or content is false',
    );
  if (itemTower === 'sequence' && (loss === 'full' || loss === 'sampled'))
    throw badOption(
      'itemTower',
      itemTower,
      `"shared" where loss is "${loss}": the items of its denominator stand in no sequence, and are the same network's on single items`,
    );
}
