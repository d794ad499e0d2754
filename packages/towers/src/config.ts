/**
 * Every setting of the towers and of their training, with default, limit and meaning in one place. A preset is a full
 * configuration; overrides replace single options; `resolveConfig` checks all of them before any work begins.
 */
import { badOption, unknownOption, unknownPreset } from './errors.ts';

export type Preset = 'learn' | 'content-only' | 'id-only';

export interface TowerConfig {
  /** Items are known by the vectors of their text. Default true. */
  content: boolean;
  /** Items are known by an embedding of their own, learned from behaviour. Default true. */
  id: boolean;
  /** Where training begins: at the solution of the linear model (start.ts), or at random. */
  start: 'closed-form' | 'random';
  /** Width of item inputs and of both towers' vectors. 8–1024. */
  dim: number;
  /** Width of the transformer blocks. 8–1024, a multiple of `heads`. */
  hidden: number;
  /** Transformer blocks. 0–12; with 0 the user tower is the recency-weighted sum alone. */
  layers: number;
  /** Attention heads. 1–32. */
  heads: number;
  /** Where the blocks normalise: before attention and MLP (`pre-ln`), or after (`post-ln`, BERT's). */
  block: 'pre-ln' | 'post-ln';
  /** Attention knows how many events back a history item lies (learned bias a head and distance). Without, order is seen through the causal mask alone. */
  positions: boolean;
  /** Longest history read, in events. 1–1000. */
  maxHistory: number;
  /** Which network makes item vectors: the user tower itself run on the one item (`shared`), or the input path alone (`adaptor`). */
  itemTower: 'shared' | 'adaptor';
  /** `cosine` normalises both vectors; in `inner-product` an item's norm carries confidence. */
  similarity: 'cosine' | 'inner-product';
  /** Divides the similarity before the softmax. .001–10. */
  temperature: number;
  /** Share of activations dropped in training. 0–.9. */
  dropout: number;
  /** Share of items whose ID embedding is hidden at a training step, so that the text alone must serve. 0–.9. Ignored without content. */
  idDropout: number;
  /** Peak of the cosine schedule. 1e-6–1. */
  learningRate: number;
  /** Pace at which the solved start is learned on, as a share of everything else. 0–1. */
  startRate: number;
  /** Decoupled decay of weight matrices. 0–1. */
  weightDecay: number;
  /** Global norm at which gradients are clipped. .01–1000. */
  clipNorm: number;
  /** Most passes over the training sequences. 0–1000; with 0 the start itself is kept. */
  epochs: number;
  /** Training stops after this many epochs without a better validation NDCG@10. 1–1000. */
  patience: number;
  /** Prefix positions a step, padding included. 8–65536. */
  batchPositions: number;
}

const LEARN: TowerConfig = {
  content: true,
  id: true,
  start: 'closed-form',
  dim: 384,
  hidden: 64,
  layers: 1,
  heads: 2,
  block: 'pre-ln',
  positions: true,
  maxHistory: 50,
  itemTower: 'adaptor',
  similarity: 'inner-product',
  temperature: 0.3,
  dropout: 0.2,
  idDropout: 0.1,
  learningRate: 2e-3,
  startRate: 0.3,
  weightDecay: 0.01,
  clipNorm: 1,
  epochs: 5,
  patience: 3,
  batchPositions: 1024,
};

/** `learn`: text and ID, the default. `content-only`: text alone, every item is a new item. `id-only`: behaviour alone. */
export const presets: Record<Preset, TowerConfig> = {
  learn: LEARN,
  'content-only': { ...LEARN, id: false },
  'id-only': { ...LEARN, content: false },
};

type Check = (value: unknown) => boolean;
const whole = (low: number, high: number): [Check, string] => [
  (value) => Number.isInteger(value) && (value as number) >= low && (value as number) <= high,
  `a whole number from ${low} to ${high}`,
];
const real = (low: number, high: number): [Check, string] => [
  (value) => typeof value === 'number' && value >= low && value <= high,
  `a number from ${low} to ${high}`,
];
const flag: [Check, string] = [(value) => typeof value === 'boolean', 'true or false'];
const oneOf = (...values: string[]): [Check, string] => [
  (value) => values.includes(value as string),
  values.map((value) => `"${value}"`).join(' or '),
];

const LIMITS: Record<keyof TowerConfig, [Check, string]> = {
  content: flag,
  id: flag,
  start: oneOf('closed-form', 'random'),
  dim: whole(8, 1024),
  hidden: whole(8, 1024),
  layers: whole(0, 12),
  heads: whole(1, 32),
  block: oneOf('pre-ln', 'post-ln'),
  positions: flag,
  maxHistory: whole(1, 1000),
  itemTower: oneOf('shared', 'adaptor'),
  similarity: oneOf('cosine', 'inner-product'),
  temperature: real(0.001, 10),
  dropout: real(0, 0.9),
  idDropout: real(0, 0.9),
  learningRate: real(1e-6, 1),
  startRate: real(0, 1),
  weightDecay: real(0, 1),
  clipNorm: real(0.01, 1000),
  epochs: whole(0, 1000),
  patience: whole(1, 1000),
  batchPositions: whole(8, 65_536),
};

/**
 * A preset with single options replaced.
 *
 * @example resolveConfig('learn', { epochs: 20, dropout: 0.3 })
 * @throws LorekeepError `TOWERS_UNKNOWN_PRESET`, `TOWERS_UNKNOWN_OPTION`, `TOWERS_BAD_OPTION`
 */
export function resolveConfig(preset: string = 'learn', overrides: Record<string, unknown> = {}): TowerConfig {
  if (!Object.hasOwn(presets, preset)) throw unknownPreset(preset, Object.keys(presets));
  const config: Record<string, unknown> = { ...presets[preset as Preset] };
  for (const [name, value] of Object.entries(overrides)) {
    if (!Object.hasOwn(LIMITS, name)) throw unknownOption(name, Object.keys(LIMITS));
    const [fits, allowed] = LIMITS[name as keyof TowerConfig];
    if (!fits(value)) throw badOption(name, value, allowed);
    config[name] = value;
  }
  const { content, id, hidden, heads } = config as unknown as TowerConfig;
  if (!content && !id) throw badOption('id', id, 'true where content is false: an item must be known by something');
  if (hidden % heads !== 0) throw badOption('heads', heads, `a divisor of hidden (${hidden})`);
  return config as unknown as TowerConfig;
}
