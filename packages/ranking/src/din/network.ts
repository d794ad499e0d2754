/**
 * Deep Interest Network (Zhou et al., KDD 2018): the behaviour sequence of a user is pooled with
 * weights that depend on the candidate, and a small MLP reads the result beside all fields.
 *
 * The attention unit of the paper reads [v, q, v ∘ q, v − q]. Its first layer is linear, so it is
 * computed as v (W₁ + diag(q) W₂) + q W₃, with one matrix per row of the batch: a quarter of the
 * products, the same functions. Weights are a softmax, which ranked better than the paper's unnormalised weights on a real log
 * (docs/results.md).
 */
import type { Random } from '@lorekeep/core';
import { type Arrays, namedArray, type Tensors, tf } from '@lorekeep/graph';
import { type CoActionShape, coAction, coActionWidth } from '../can/co-action.ts';
import { summedRows } from './summed-rows.ts';
import { initialTowers, type TowerOutput, type TowerShape, towers, withoutGradient } from './towers.ts';

type Tensor = ReturnType<typeof tf.tensor>;

export interface NetworkShape {
  /** Width of an embedding. */
  dim: number;
  /** Behaviours per sequence. */
  length: number;
  /** Hidden units of the attention unit. */
  attention: number;
  /** Number of columns of `fields`: those of the user, of the item, of the context. */
  userFields: number;
  itemFields: number;
  contextFields: number;
  /** Units of the hidden layers that all tasks share. */
  hidden: readonly number[];
  /** Units of the hidden layers that each task has for itself, after the shared ones. */
  taskHidden: readonly number[];
  /** Names of the tasks. */
  tasks: readonly string[];
  /** Width of the vectors of two towers beside the network; 0 for none. */
  towers: number;
  /** The co-action unit of CAN. Default: none. */
  coAction?: CoActionShape;
  /** The vector of the item: its width, the width to which it is projected, bins of similarities. Default: none. */
  vectors?: { width: number; units: number; bins: number };
}

/** Positions of a list that have a bias of their own; the first is for impressions without position. */
export const POSITIONS = 32;
const TOWER_HIDDEN = 128;

/** What the network computes for a batch. */
export interface NetworkOutput {
  /** `[batch, tasks]` */
  logits: Tensor;
  /** One per task: `[batch, last hidden]`, the output of its last hidden layer. */
  taskHidden: Tensor[];
  towers?: TowerOutput;
}

/** Adds something to the output of a dense layer, before its activation. */
export type Plugged = (layer: string, output: Tensor) => Tensor;

const matMul = (a: Tensor, b: Tensor) => tf.matMul(a as never, b as never) as Tensor;

/** Width of what the MLP reads. */
export const inputWidth = (shape: NetworkShape) =>
  (fieldCount(shape) + 2) * shape.dim +
  (shape.coAction === undefined ? 0 : coActionWidth(shape.coAction)) +
  (shape.vectors === undefined ? 0 : shape.vectors.units + shape.vectors.bins);

export const fieldCount = ({ userFields, itemFields, contextFields }: NetworkShape) =>
  userFields + itemFields + contextFields;

/** Dense layers to whose output something can be added, with their units, first layer first. */
export function layerUnits({ hidden, taskHidden, tasks }: NetworkShape): Record<string, number> {
  const layers: [string, number][] = hidden.map((units, i) => [`hidden ${i + 1}`, units]);
  for (const task of tasks) {
    for (const [i, units] of taskHidden.entries()) layers.push([`${task}/hidden ${i + 1}`, units]);
    layers.push([`${task}/out`, 1]);
  }
  return Object.fromEntries(layers);
}

const towerShape = ({ dim, userFields, itemFields, towers, tasks }: NetworkShape): TowerShape => ({
  userInputs: (userFields + 1) * dim,
  itemInputs: itemFields * dim,
  hidden: TOWER_HIDDEN,
  dim: towers,
  tasks,
});

/** Initial parameters without the embedding table. */
export function initialParameters(shape: NetworkShape, random: Random): Arrays {
  const { dim, attention, hidden, taskHidden, tasks } = shape;
  const parameters: Arrays = {};
  const dense = (name: string, inputs: number, outputs: number, factor = Math.sqrt(2 / inputs)) => {
    const draw = random.fork(name);
    parameters[`${name}/weights`] = namedArray(
      [inputs, outputs],
      Float32Array.from({ length: inputs * outputs }, () => factor * draw.normal()),
    );
    parameters[`${name}/bias`] = namedArray([outputs], new Float32Array(outputs));
  };
  dense('attention/event', dim, attention);
  dense('attention/product', dim, attention);
  dense('attention/candidate', dim, attention);
  dense('attention/out', attention, 1);
  if (shape.vectors !== undefined && shape.vectors.units > 0)
    dense('vector', shape.vectors.width, shape.vectors.units, 1);
  let width = inputWidth(shape);
  for (const [i, units] of hidden.entries()) {
    dense(`hidden ${i + 1}`, width, units);
    width = units;
  }
  for (const task of tasks) {
    let own = width;
    for (const [i, units] of taskHidden.entries()) {
      dense(`${task}/hidden ${i + 1}`, own, units);
      own = units;
    }
    dense(`${task}/out`, own, 1, Math.sqrt(1 / own));
  }
  // These biases change nothing: a softmax ignores a constant, and one bias is enough for a sum.
  for (const name of ['attention/product', 'attention/candidate', 'attention/out', 'vector'])
    delete parameters[`${name}/bias`];
  for (const task of tasks)
    parameters[`${task}/position/bias`] = namedArray([POSITIONS, 1], new Float32Array(POSITIONS));
  if (shape.towers > 0) Object.assign(parameters, initialTowers(towerShape(shape), random));
  return parameters;
}

/**
 * @param parameters those of `initialParameters`, and `embedding [rows, dim]`, the rows that the
 *   batch names; row 0 is zero and stands for a missing value; with a co-action unit also `induction`
 *   and `feed` in the same way
 * @param batch `fields [batch, fields]`, `targets [batch]`, `history [batch, length]` (0 after the end),
 *   `historyContexts [batch, length]`, `items [distinct + 1, item fields]` (row 0 is no item),
 *   `contexts [distinct, 3]`, `positions [batch]` (the place in the list shown + 1; 0 if unknown);
 *   with a co-action unit `candidates [batch, item fields]`, positions in `induction`;
 *   with vectors what a `VectorReader` reads
 */
export function din(
  parameters: Tensors,
  batch: Tensors,
  shape: NetworkShape,
  plugged: Plugged = (_, output) => output,
): NetworkOutput {
  const { dim, length, hidden, taskHidden, tasks } = shape;
  const [count] = batch.targets.shape;
  const gather = (from: Tensor, indices: Tensor) => tf.gather(from, indices as never) as Tensor;
  const summed = (rows: Tensor) => summedRows(parameters.embedding, rows);
  const items = summed(batch.items);
  const contexts = summed(batch.contexts);
  const candidate = gather(items, batch.targets);
  const flat = (x: Tensor) => tf.reshape(x, [count * length]);
  const events = tf.add(gather(items, flat(batch.history)), gather(contexts, flat(batch.historyContexts))) as Tensor;
  const pooled = attend(parameters, events, candidate, batch.history, shape);

  const fields = tf.reshape(gather(parameters.embedding, batch.fields), [count, fieldCount(shape) * dim]) as Tensor;
  const inputs = [fields, pooled, tf.mul(pooled, candidate) as Tensor];
  if (shape.coAction !== undefined)
    inputs.push(
      coAction({ induction: parameters.induction, feed: parameters.feed }, batch, shape.userFields, shape.coAction),
    );
  if (shape.vectors !== undefined) {
    if (shape.vectors.units > 0) inputs.push(matMul(batch.vectors, parameters['vector/weights']));
    if (shape.vectors.bins > 0) inputs.push(batch.similarities);
  }
  let x = tf.concat(inputs as never[], 1) as Tensor;
  const layer = (name: string, input: Tensor) =>
    tf.relu(plugged(name, tf.add(matMul(input, parameters[`${name}/weights`]), parameters[`${name}/bias`]))) as Tensor;
  for (const i of hidden.keys()) x = layer(`hidden ${i + 1}`, x);
  const own = tasks.map((task) => {
    let y = x;
    for (const i of taskHidden.keys()) y = layer(`${task}/hidden ${i + 1}`, y);
    return y;
  });
  const logits = tasks.map((task, t) => {
    const product = matMul(own[t], parameters[`${task}/out/weights`]);
    const score = plugged(`${task}/out`, tf.add(product, parameters[`${task}/out/bias`]));
    return tf.add(score, gather(parameters[`${task}/position/bias`], batch.positions)) as Tensor;
  });
  const output = {
    logits: logits.length === 1 ? logits[0] : (tf.concat(logits as never[], 1) as Tensor),
    taskHidden: own,
  };
  if (shape.towers === 0) return output;
  const part = (first: number, size: number) => tf.slice(fields, [0, first * dim], [count, size * dim]);
  const users = tf.concat([part(0, shape.userFields), meanEvent(events, batch.history, shape)], 1);
  const ofItem = part(shape.userFields, shape.itemFields);
  const cached = towers(parameters, withoutGradient(users), withoutGradient(ofItem), towerShape(shape));
  return { ...output, towers: cached };
}

/** `[batch, dim]`: the mean of the events of each sequence. */
function meanEvent(events: Tensor, history: Tensor, { dim, length }: NetworkShape): Tensor {
  const [count] = history.shape;
  const isEvent = tf.minimum(tf.cast(history, 'float32'), 1);
  const weights = tf.div(isEvent, tf.maximum(tf.sum(isEvent, 1, true), 1));
  const cube = tf.reshape(events, [count, length, dim]);
  return tf.reshape(tf.matMul(tf.reshape(weights, [count, 1, length]) as never, cube as never), [count, dim]);
}

/** @returns `[batch, dim]`; zeros for an empty sequence */
function attend(
  parameters: Tensors,
  events: Tensor,
  candidate: Tensor,
  history: Tensor,
  { dim, length, attention }: NetworkShape,
): Tensor {
  const [count] = candidate.shape;
  const cube = tf.reshape(events, [count, length, dim]);
  const weightsOfRow = tf.add(
    parameters['attention/event/weights'],
    tf.mul(tf.reshape(candidate, [count, dim, 1]), parameters['attention/product/weights']),
  ) as Tensor;
  const ofCandidate = tf.add(
    matMul(candidate, parameters['attention/candidate/weights']),
    parameters['attention/event/bias'],
  );
  const hidden = tf.relu(
    tf.add(tf.matMul(cube as never, weightsOfRow as never), tf.reshape(ofCandidate, [count, 1, attention])),
  );
  const scores = tf.reshape(
    matMul(tf.reshape(hidden, [count * length, attention]), parameters['attention/out/weights']),
    [count, length],
  );
  const isEvent = tf.minimum(tf.cast(history, 'float32'), 1);
  const masked = tf.add(scores, tf.mul(tf.sub(isEvent, 1), 1e9));
  const weights = tf.mul(tf.softmax(masked), isEvent);
  return tf.reshape(tf.matMul(tf.reshape(weights, [count, 1, length]) as never, cube as never), [count, dim]);
}
