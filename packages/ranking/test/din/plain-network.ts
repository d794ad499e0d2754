/**
 * The network and its loss once more, with plain loops in double precision: as the paper writes it
 * (the attention unit reads [v, v ∘ q, q]), one row after the other, straight from the examples.
 */
import type { Arrays } from '@lorekeep/graph';
import type { Examples } from '../../src/data/example-reader.ts';
import type { ItemVectors } from '../../src/data/item-vectors.ts';
import type { NetworkShape } from '../../src/din/network.ts';
import type { PlugShape } from '../../src/din/plug.ts';

/** Parameters in double precision; the rows of tables are `embedding ROW` and so on. */
export type Parameters = Record<string, Float64Array>;

export interface PlainKnowledge {
  plug: PlugShape;
  values: Float32Array;
  present: Uint8Array;
}

export const doubles = (arrays: Arrays): Parameters =>
  Object.fromEntries(Object.entries(arrays).map(([name, { data }]) => [name, Float64Array.from(data as Float32Array)]));

const relu = (values: number[]) => values.map((value) => Math.max(0, value));
const plus = (a: number[], b: number[]) => a.map((value, i) => value + b[i]);
const times = (a: number[], b: number[]) => a.map((value, i) => value * b[i]);
const dot = (a: number[], b: number[]) => times(a, b).reduce((sum, value) => sum + value, 0);

/** x W + b; without a bias of that name, x W. */
function dense(parameters: Parameters, name: string, x: number[]): number[] {
  const weights = parameters[`${name}/weights`];
  const bias = parameters[`${name}/bias`];
  const outputs = weights.length / x.length;
  return Array.from({ length: outputs }, (_, o) => {
    let sum = bias?.[o] ?? 0;
    for (const [i, value] of x.entries()) sum += value * weights[i * outputs + o];
    return sum;
  });
}

const embedded = (parameters: Parameters, row: number, dim: number): number[] =>
  row < 0 ? new Array(dim).fill(0) : [...parameters[`embedding ${row}`]];

const rowsOf = (table: Int32Array, index: number, width: number) => [
  ...table.subarray(index * width, (index + 1) * width),
];

/** What the co-action unit gives: per order and layer, first of the sequence (summed, divided by √n), then of the user. */
function plainCoAction(parameters: Parameters, examples: Examples, shape: NetworkShape, i: number): number[] {
  const { length, itemFields, userFields, contextFields, coAction } = shape;
  if (coAction === undefined) return [];
  const { feed, layers, orders } = coAction;
  const summed = (table: string, rows: number[], width: number): number[] =>
    rows
      .map((row) => (row < 0 ? new Array(width).fill(0) : [...parameters[`${table} ${row}`]]))
      .reduce(plus, new Array(width).fill(0));
  const mlp = layers.reduce((sum, units, l) => sum + ((l === 0 ? feed : layers[l - 1]) + 1) * units, 0);
  const candidate = rowsOf(examples.items, examples.targets[i], itemFields);
  const induction = summed('induction', candidate, 2 * mlp);
  const outputs = (first: number, input: number[]): number[][] => {
    const found: number[][] = [];
    for (let order = 1; order <= orders; order++) {
      let at = first;
      let x = input.map((value) => value ** order);
      for (const units of layers) {
        const [from, before] = [at, x];
        at += (before.length + 1) * units;
        const bias = induction.slice(at - units, at);
        x = bias.map((value, o) =>
          Math.tanh(before.reduce((sum, own, k) => sum + own * induction[from + k * units + o], value)),
        );
        found.push(x);
      }
    }
    return found;
  };
  const ofEvents = Array.from({ length }, (_, k) => i * length + k)
    .filter((at) => examples.history[at] >= 0)
    .map((at) => {
      const item = summed('feed', rowsOf(examples.items, examples.history[at], itemFields), feed);
      return outputs(0, plus(item, summed('feed', rowsOf(examples.contexts, examples.historyContexts[at], 3), feed)));
    });
  const none = outputs(0, new Array(feed).fill(0)).map((own) => own.map(() => 0));
  const ofSequence = ofEvents
    .reduce((sum, own) => sum.map((values, k) => plus(values, own[k])), none)
    .map((values) => values.map((value) => value / Math.sqrt(Math.max(1, ofEvents.length))));
  const user = rowsOf(examples.fields, i, userFields + itemFields + contextFields).slice(0, userFields);
  return [...ofSequence, ...outputs(mlp, summed('feed', user, feed))].flat();
}

/** The projected vector of the candidate, and the histogram of its similarities to the history. */
function plainVectors(
  parameters: Parameters,
  examples: Examples,
  shape: NetworkShape,
  i: number,
  vectors?: ItemVectors,
) {
  if (shape.vectors === undefined || vectors === undefined) return [];
  const { width, units, bins } = shape.vectors;
  const unit = (index: number): number[] | undefined => {
    const vector = vectors.of(examples.itemNumbers[index]);
    if (vector === undefined) return undefined;
    const norm = Math.hypot(...vector);
    return Array.from(vector, (value) => value / norm);
  };
  const candidate = unit(examples.targets[i]);
  const counts: number[] = new Array(bins).fill(0);
  for (let k = i * shape.length; k < (i + 1) * shape.length; k++) {
    const other = examples.history[k] < 0 ? undefined : unit(examples.history[k]);
    if (candidate === undefined || other === undefined) continue;
    const cosine = Math.min(1, Math.max(-1, dot(candidate, other)));
    counts[Math.min(bins - 1, Math.floor((cosine + 1) / (2 / bins)))]++;
  }
  const projected = dense(parameters, 'vector', candidate ?? new Array(width).fill(0));
  return [...(units > 0 ? projected : []), ...counts.map((count) => Math.log(1 + count))];
}

/** The log-odds of one row, per task, and those of its two towers. */
export function plainRow(
  parameters: Parameters,
  held: Parameters,
  examples: Examples,
  shape: NetworkShape,
  i: number,
  knowledge: readonly PlainKnowledge[] = [],
  vectors?: ItemVectors,
): { logits: number[]; hidden: number[][]; towers: number[] } {
  const { dim, length, itemFields, userFields, contextFields, tasks } = shape;
  const summed = (from: Parameters, rows: number[]) =>
    rows.map((row) => embedded(from, row, dim)).reduce(plus, new Array(dim).fill(0));
  const candidate = summed(parameters, rowsOf(examples.items, examples.targets[i], itemFields));
  const eventsWith = (from: Parameters) =>
    Array.from({ length }, (_, k) => i * length + k)
      .filter((at) => examples.history[at] >= 0)
      .map((at) =>
        plus(
          summed(from, rowsOf(examples.items, examples.history[at], itemFields)),
          summed(from, rowsOf(examples.contexts, examples.historyContexts[at], 3)),
        ),
      );
  const events = eventsWith(parameters);
  const scores = events.map((event) => {
    const parts = [
      dense(parameters, 'attention/event', event),
      dense(parameters, 'attention/product', times(event, candidate)),
      dense(parameters, 'attention/candidate', candidate),
    ];
    return dense(parameters, 'attention/out', relu(parts.reduce(plus)))[0];
  });
  const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
  const pooled = events
    .map((event, k) => event.map((value) => (value * Math.exp(scores[k])) / total))
    .reduce(plus, new Array(dim).fill(0));

  const fields = rowsOf(examples.fields, i, userFields + itemFields + contextFields);
  const fieldVectors = fields.map((row) => embedded(parameters, row, dim));
  const plugged = (layer: string, output: number[]) => {
    for (const { plug, values, present } of knowledge)
      if (plug.layer === layer && present[i] === 1) {
        const own = [...values.subarray(i * plug.width, (i + 1) * plug.width)];
        output = plus(
          output,
          dense(parameters, `plug ${plug.name}/last`, relu(dense(parameters, `plug ${plug.name}/first`, own))),
        );
      }
    return output;
  };
  const layer = (name: string, x: number[]) => plugged(name, dense(parameters, name, x));
  let x = [
    ...fieldVectors.flat(),
    ...pooled,
    ...times(pooled, candidate),
    ...plainCoAction(parameters, examples, shape, i),
    ...plainVectors(parameters, examples, shape, i, vectors),
  ];
  for (const h of shape.hidden.keys()) x = relu(layer(`hidden ${h + 1}`, x));
  const hidden = tasks.map((task) => {
    let own = x;
    for (const h of shape.taskHidden.keys()) own = relu(layer(`${task}/hidden ${h + 1}`, own));
    return own;
  });
  const place = Math.min(31, examples.positions[i]);
  const logits = tasks.map(
    (task, t) => layer(`${task}/out`, hidden[t])[0] + parameters[`${task}/position/bias`][place],
  );
  if (shape.towers === 0) return { logits, hidden, towers: [] };

  const heldEvents = eventsWith(held);
  const mean = heldEvents.reduce(plus, new Array(dim).fill(0)).map((value) => value / Math.max(1, heldEvents.length));
  const heldFields = fields.map((row) => embedded(held, row, dim));
  const user = relu(dense(parameters, 'towers/user/hidden', [...heldFields.slice(0, userFields).flat(), ...mean]));
  const item = relu(
    dense(parameters, 'towers/item/hidden', heldFields.slice(userFields, userFields + itemFields).flat()),
  );
  const towers = tasks.map((task) => {
    const [u, v] = [dense(parameters, `towers/user/${task}`, user), dense(parameters, `towers/item/${task}`, item)];
    return dot(u.slice(0, -1), v.slice(0, -1)) + (u.at(-1) as number) + (v.at(-1) as number);
  });
  return { logits, hidden, towers };
}

const softplus = (x: number) => Math.log1p(Math.exp(x));

/**
 * Σ over rows and tasks of the cross-entropy, divided by `size`, plus α times the mean over pairs of
 * rows with different labels (their number + 1).
 */
export function plainLoss(
  logits: readonly number[][],
  labels: ArrayLike<number>,
  weights: ArrayLike<number>,
  size: number,
  pairwise: number,
): number {
  const tasks = logits[0].length;
  let loss = 0;
  for (const [i, row] of logits.entries())
    for (const [t, x] of row.entries())
      loss += (weights[i * tasks + t] * (softplus(x) - x * labels[i * tasks + t])) / size;
  for (let t = 0; t < tasks; t++) {
    let total = 0;
    let pairs = 0;
    for (let i = 0; i < logits.length; i++)
      for (let j = 0; j < logits.length; j++) {
        const [a, b] = [i * tasks + t, j * tasks + t];
        if (labels[a] !== 1 || labels[b] !== 0 || weights[a] !== 1 || weights[b] !== 1) continue;
        total += softplus(logits[j][t] - logits[i][t]);
        pairs++;
      }
    loss += (pairwise * total) / (pairs + 1);
  }
  return loss;
}
