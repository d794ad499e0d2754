/**
 * The towers' parameters: their first values, and how the solved part (start.ts) and the learned part come together.
 *
 * What the closed form has solved is not overwritten but added to: an array named `start/…` is given to every step as
 * it is, the learned array of that name begins at zero and is multiplied by `startRate` before it is added. So weight
 * decay pulls towards the solution instead of towards nothing, and Adam, whose steps have the size of the learning
 * rate whatever the gradient, cannot wipe out table entries of size .06 within an epoch.
 */
import type { Random } from '@lorekeep/core';
import { type Arrays, namedArray, type Tensors, tf } from '@lorekeep/graph';
import type { TowerConfig } from '../options.ts';
import { RECENCY, type Start } from './closed-form-start.ts';
import { FIRST_DEVIATION, normsAtEnd, type TowerSizes, widthsOf } from './towers.ts';

/** Arrays that are solved first and then learned on. */
const SOLVED = ['content/linear', 'id/table', 'user/mix'] as const;

/** @param start the closed form; `undefined` begins at random */
export function initialParameters(
  config: TowerConfig,
  { items, contentDim }: TowerSizes,
  start: Start | undefined,
  random: Random,
): { parameters: Arrays; fixed: Arrays } {
  const {
    network: { hidden, layers, heads, maxHistory, residual, itemTower, positions },
  } = config;
  const { input, vector } = widthsOf(config, contentDim);
  const parameters: Arrays = {};
  const fixed: Arrays = {};
  const zeros = (name: string, ...shape: number[]) => {
    parameters[name] = namedArray(shape, new Float32Array(shape.reduce((size, n) => size * n, 1)));
  };
  const normal = (name: string, deviation: number, ...shape: number[]) => {
    zeros(name, ...shape);
    const { data } = parameters[name];
    for (let i = 0; i < data.length; i++) data[i] = random.normal() * deviation;
  };
  const ones = (name: string, ...shape: number[]) => {
    zeros(name, ...shape);
    (parameters[name].data as Float32Array).fill(1);
  };
  if (config.items.content) {
    // Rows of content have length 1: inputs begin with entries near 1 before blocks, with length 1 as vectors of their own.
    if (start === undefined) normal('content/linear', residual ? 1 / Math.sqrt(input) : 1, contentDim, input);
    else {
      zeros('content/linear', contentDim, input);
      fixed['start/content/linear'] = namedArray([contentDim, input], start.linear);
    }
    if (residual) {
      normal('content/up', 1, contentDim, hidden);
      zeros('content/up/bias', hidden);
      zeros('content/down', hidden, input);
    } else zeros('content/bias', input);
  }
  if (config.items.id) {
    ones('id/gate', input);
    if (start === undefined)
      normal('id/table', config.items.content ? 0 : residual ? 1 / Math.sqrt(input) : FIRST_DEVIATION, items, input);
    else {
      zeros('id/table', items, input);
      fixed['start/id/table'] = namedArray([items, input], start.table);
    }
  }
  if (residual) {
    parameters['user/recency'] = namedArray(
      [maxHistory],
      Float32Array.from({ length: maxHistory }, (_, age) => RECENCY ** age),
    );
    zeros('user/mix', input, input);
    if (start !== undefined) fixed['start/user/mix'] = namedArray([input, input], start.mix);
  }
  if (layers === 0) return { parameters, fixed };
  // What a position holds goes through the paper's blocks nearly unchanged at first; ours are added to a sum that has it already.
  const weights = (width: number) => (residual ? 1 / Math.sqrt(width) : FIRST_DEVIATION);
  if (residual) normal('user/in', 1, input, hidden);
  if (positions === 'learned') {
    normal('user/position', residual ? 1 : FIRST_DEVIATION, maxHistory, hidden);
    // Items and places are brought to one size together, or both would be lost among what the blocks add.
    if (!residual) {
      ones('user/input/gain', hidden);
      zeros('user/input/bias', hidden);
    }
  }
  for (let layer = 0; layer < layers; layer++) {
    const block = `block${layer}`;
    for (const name of ['query', 'key', 'value', 'output']) normal(`${block}/${name}`, weights(hidden), hidden, hidden);
    if (positions === 'distance') {
      zeros(`${block}/distance`, heads, maxHistory);
      const { data } = parameters[`${block}/distance`];
      // ALiBi's slopes (Press et al. 2022) to begin with: the further back, the fainter, at another pace for each head.
      for (let head = 0; head < heads; head++)
        for (let age = 0; age < maxHistory; age++)
          data[head * maxHistory + age] = -age * 2 ** (-(8 * (head + 1)) / heads);
    }
    normal(`${block}/up`, weights(hidden), hidden, 4 * hidden);
    zeros(`${block}/up/bias`, 4 * hidden);
    normal(`${block}/down`, weights(4 * hidden), 4 * hidden, hidden);
    for (const name of ['norm1', 'norm2']) {
      ones(`${block}/${name}/gain`, hidden);
      zeros(`${block}/${name}/bias`, hidden);
    }
  }
  if (normsAtEnd(config)) {
    ones('user/norm/gain', hidden);
    zeros('user/norm/bias', hidden);
  }
  if (residual) zeros('user/out', hidden, vector);
  else if (itemTower !== 'adaptor') normal('user/out', 1 / Math.sqrt(hidden), hidden, vector);
  return { parameters, fixed };
}

/** Learned and fixed parts as the model functions read them, as part of a graph. */
export function joined(learned: Tensors, fixed: Tensors, { training: { startRate } }: TowerConfig): Tensors {
  const result = { ...learned };
  for (const name of SOLVED) {
    const start = fixed[`start/${name}`];
    if (start !== undefined) result[name] = tf.add(start, tf.mul(learned[name], startRate));
  }
  return result;
}

/** The same on arrays, operation by operation in float32: what is saved and served. */
export function joinedArrays(parameters: Arrays, fixed: Arrays, { training: { startRate } }: TowerConfig): Arrays {
  const result = { ...parameters };
  const rate = Math.fround(startRate);
  for (const name of SOLVED) {
    const start = fixed[`start/${name}`];
    if (start === undefined) continue;
    const learned = parameters[name].data as Float32Array;
    const data = (start.data as Float32Array).slice();
    for (let i = 0; i < data.length; i++) data[i] += Math.fround(learned[i] * rate);
    result[name] = namedArray(start.shape, data);
  }
  return result;
}
