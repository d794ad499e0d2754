/**
 * The parameters of the towers: their initial values, and how the closed-form start
 * (closed-form-start.ts) and the learned part are combined.
 *
 * Values of the closed form are not overwritten but added to. A fixed array named `start/…` is fed
 * to every step; the learned array of the same name begins at zero and is multiplied by `startRate`
 * before it is added. Weight decay therefore pulls towards the closed form instead of towards zero.
 * It also limits Adam, whose steps are as large as the learning rate at any gradient: without it,
 * one epoch would erase table entries of size .06.
 */
import type { Random } from '@lorekeep/core';
import { type Arrays, namedArray, type Tensors, tf } from '@lorekeep/graph';
import type { TowerConfig } from '../options.ts';
import { RECENCY, type Start } from './closed-form-start.ts';
import { normsAtEnd, type TowerSizes, widthsOf } from './shape.ts';

/** Arrays that have a closed-form part and a learned part. */
const CLOSED_FORM = ['content/linear', 'id/table', 'user/mix'] as const;

/**
 * Standard deviation of initial weights without `residual`, as in BERT and SASRec: of the blocks,
 * and of the ID table if items have no content.
 */
const INITIAL_DEVIATION = 0.02;

export interface InitialParameters {
  /** Arrays to be trained. */
  parameters: Arrays;
  /** Arrays `start/…` of the closed form, which are fed to every step and not trained. */
  fixed: Arrays;
}

/**
 * @param start the closed form; `undefined` for random initial values
 * @param random drawn from in the order of the parameters
 */
export function initialParameters(
  config: TowerConfig,
  sizes: TowerSizes,
  start: Start | undefined,
  random: Random,
): InitialParameters {
  const parameters: Arrays = {};
  const fixed: Arrays = {};
  const builder = createBuilder(parameters, random);
  if (config.items.content) addContentPath(builder, config, sizes, start === undefined);
  if (config.items.id) addIdTable(builder, config, sizes, start === undefined);
  if (config.network.residual) addRecencySum(parameters, builder, config, sizes);
  if (start !== undefined) addStart(fixed, start, config, sizes);
  if (config.network.layers > 0) {
    addBlockInputs(builder, config, sizes);
    for (let layer = 0; layer < config.network.layers; layer++) addBlock(parameters, builder, config, `block${layer}`);
    addOutput(builder, config, sizes);
  }
  return { parameters, fixed };
}

interface Builder {
  zeros(name: string, ...shape: number[]): void;
  ones(name: string, ...shape: number[]): void;
  normal(name: string, deviation: number, ...shape: number[]): void;
}

function createBuilder(parameters: Arrays, random: Random): Builder {
  const zeros = (name: string, ...shape: number[]) => {
    const data = new Float32Array(shape.reduce((size, n) => size * n, 1));
    parameters[name] = namedArray(shape, data);
    return data;
  };
  return {
    zeros,
    ones: (name, ...shape) => zeros(name, ...shape).fill(1),
    normal(name, deviation, ...shape) {
      const data = zeros(name, ...shape);
      for (let i = 0; i < data.length; i++) data[i] = random.normal() * deviation;
    },
  };
}

function addContentPath(
  { zeros, normal }: Builder,
  config: TowerConfig,
  { contentDim }: TowerSizes,
  isRandom: boolean,
): void {
  const { residual, hidden } = config.network;
  const { input } = widthsOf(config, contentDim);
  // Rows of content have length 1. With `residual` the inputs then have length 1, as vectors of
  // their own; without it they have entries near 1, as the blocks expect.
  if (isRandom) normal('content/linear', residual ? 1 / Math.sqrt(input) : 1, contentDim, input);
  else zeros('content/linear', contentDim, input);
  if (residual) {
    normal('content/up', 1, contentDim, hidden);
    zeros('content/up/bias', hidden);
    zeros('content/down', hidden, input);
  } else zeros('content/bias', input);
}

function addIdTable(
  { zeros, ones, normal }: Builder,
  config: TowerConfig,
  { items, contentDim }: TowerSizes,
  isRandom: boolean,
): void {
  const { input } = widthsOf(config, contentDim);
  ones('id/gate', input);
  const deviation = config.network.residual ? 1 / Math.sqrt(input) : INITIAL_DEVIATION;
  if (isRandom) normal('id/table', config.items.content ? 0 : deviation, items, input);
  else zeros('id/table', items, input);
}

function addRecencySum(parameters: Arrays, { zeros }: Builder, config: TowerConfig, { contentDim }: TowerSizes): void {
  const { maxHistory } = config.network;
  const { input } = widthsOf(config, contentDim);
  const recency = Float32Array.from({ length: maxHistory }, (_, age) => RECENCY ** age);
  parameters['user/recency'] = namedArray([maxHistory], recency);
  zeros('user/mix', input, input);
}

function addStart(fixed: Arrays, start: Start, config: TowerConfig, { items, contentDim }: TowerSizes): void {
  const { input } = widthsOf(config, contentDim);
  if (config.items.content) fixed['start/content/linear'] = namedArray([contentDim, input], start.linear);
  if (config.items.id) fixed['start/id/table'] = namedArray([items, input], start.table);
  if (config.network.residual) fixed['start/user/mix'] = namedArray([input, input], start.mix);
}

function addBlockInputs({ zeros, ones, normal }: Builder, config: TowerConfig, { contentDim }: TowerSizes): void {
  const { residual, hidden, positions, maxHistory } = config.network;
  if (residual) normal('user/in', 1, widthsOf(config, contentDim).input, hidden);
  if (positions !== 'learned') return;
  normal('user/position', residual ? 1 : INITIAL_DEVIATION, maxHistory, hidden);
  if (residual) return;
  // Items and positions are small at first. Normalising their sum keeps them from being lost beside
  // what the blocks add.
  ones('user/input/gain', hidden);
  zeros('user/input/bias', hidden);
}

function addBlock(
  parameters: Arrays,
  { zeros, ones, normal }: Builder,
  { network: { residual, hidden, positions, heads, maxHistory } }: TowerConfig,
  block: string,
): void {
  // The published blocks start near the identity, so that the state of a position keeps its item.
  // With `residual` the recency-weighted sum keeps it, and the blocks can start at full size.
  const deviation = (width: number) => (residual ? 1 / Math.sqrt(width) : INITIAL_DEVIATION);
  for (const name of ['query', 'key', 'value', 'output']) normal(`${block}/${name}`, deviation(hidden), hidden, hidden);
  if (positions === 'distance')
    parameters[`${block}/distance`] = namedArray([heads, maxHistory], alibiSlopes(heads, maxHistory));
  normal(`${block}/up`, deviation(hidden), hidden, 4 * hidden);
  zeros(`${block}/up/bias`, 4 * hidden);
  normal(`${block}/down`, deviation(4 * hidden), 4 * hidden, hidden);
  for (const name of ['norm1', 'norm2']) {
    ones(`${block}/${name}/gain`, hidden);
    zeros(`${block}/${name}/bias`, hidden);
  }
}

/**
 * `[heads, maxHistory]`: biases that fall with the distance, at another slope per head (ALiBi,
 * Press et al. 2022).
 */
function alibiSlopes(heads: number, maxHistory: number): Float32Array {
  const data = new Float32Array(heads * maxHistory);
  for (let head = 0; head < heads; head++)
    for (let age = 0; age < maxHistory; age++) data[head * maxHistory + age] = -age * 2 ** (-(8 * (head + 1)) / heads);
  return data;
}

function addOutput({ zeros, ones, normal }: Builder, config: TowerConfig, { contentDim }: TowerSizes): void {
  const { residual, hidden, itemTower } = config.network;
  const { vector } = widthsOf(config, contentDim);
  if (normsAtEnd(config)) {
    ones('user/norm/gain', hidden);
    zeros('user/norm/bias', hidden);
  }
  if (residual) zeros('user/out', hidden, vector);
  else if (itemTower !== 'adaptor') normal('user/out', 1 / Math.sqrt(hidden), hidden, vector);
}

/** The sum of fixed and learned parts, as the model functions read it, inside a graph. */
export function joined(learned: Tensors, fixed: Tensors, { training: { startRate } }: TowerConfig): Tensors {
  const result = { ...learned };
  for (const name of CLOSED_FORM) {
    const start = fixed[`start/${name}`];
    if (start !== undefined) result[name] = tf.add(start, tf.mul(learned[name], startRate));
  }
  return result;
}

/**
 * The same on arrays: what is saved and served. Every operation rounds to float32, so the result
 * has the same bits as inside a graph.
 */
export function joinedArrays(parameters: Arrays, fixed: Arrays, { training: { startRate } }: TowerConfig): Arrays {
  const result = { ...parameters };
  const rate = Math.fround(startRate);
  for (const name of CLOSED_FORM) {
    const start = fixed[`start/${name}`];
    if (start === undefined) continue;
    const learned = parameters[name].data as Float32Array;
    const data = (start.data as Float32Array).slice();
    for (let i = 0; i < data.length; i++) data[i] += Math.fround(learned[i] * rate);
    result[name] = namedArray(start.shape, data);
  }
  return result;
}
