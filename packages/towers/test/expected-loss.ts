/**
 * The losses by their definitions, one pair of vectors at a time, for comparison with the compiled
 * graphs.
 */
import { type Arrays, inference, type Tensors, tf } from '@lorekeep/graph';
import { itemInputs } from '../src/model/item-inputs.ts';
import { comparable, itemTower, targetTower, userTower } from '../src/model/towers.ts';
import type { TowerConfig } from '../src/options.ts';
import { evaluated, ITEMS } from './loss-fixtures.ts';

/** Vectors of users, of items and, with `sequence`, of targets, and their scaled inner products. */
async function vectorsOf(config: TowerConfig, parameters: Arrays, batch: Arrays) {
  const [size, length] = batch.history.shape;
  const flat = (x: ReturnType<typeof tf.tensor>) => tf.reshape(x, [-1, x.shape[x.rank - 1] as number]);
  const results = await evaluated(
    (all) => {
      const inputs = itemInputs(all, all.content, all['id/table'], config, inference);
      const rows = (at: ReturnType<typeof tf.tensor>, ...shape: number[]) =>
        tf.reshape(tf.gather(inputs, tf.reshape(at, [-1]) as never), [...shape, inputs.shape[1] as number]);
      const given: Tensors = {
        users: comparable(flat(userTower(all, rows(all.history, size, length), config, inference)), config),
        items: comparable(flat(itemTower(all, inputs, all.content, config, inference)), config),
      };
      if (config.network.itemTower === 'sequence') {
        const targetLength = all.targets.shape[0] / size;
        given.sequence = comparable(
          flat(targetTower(all, rows(all.targets, size, targetLength), config, inference)),
          config,
        );
      }
      return given;
    },
    { ...parameters, ...batch },
  );
  const width = results.users.length / (size * length);
  const dot = (a: Float32Array, i: number, b: Float32Array, j: number) => {
    let sum = 0;
    for (let k = 0; k < width; k++) sum += a[i * width + k] * b[j * width + k];
    return sum / config.loss.temperature;
  };
  return { users: results.users, items: results.items, sequence: results.sequence, dot };
}

type Vectors = Awaited<ReturnType<typeof vectorsOf>>;

/** The loss as its definition states it. */
export async function expectedLoss(config: TowerConfig, parameters: Arrays, batch: Arrays): Promise<number> {
  const vectors = await vectorsOf(config, parameters, batch);
  const data = (name: string) => Array.from((batch[name]?.data ?? []) as Float32Array);
  const losses =
    config.loss.kind === 'dense' ? denseLosses(vectors, data, batch) : nextItemLosses(config.loss.kind, vectors, data);
  const total = losses.reduce((sum, { weight }) => sum + weight, 0);
  return losses.reduce((sum, { loss, weight }) => sum + weight * loss, 0) / Math.max(1, total);
}

interface WeightedLoss {
  loss: number;
  weight: number;
}

/** One loss per pair of a drawn history position and a drawn target of the same user. */
function denseLosses(
  { users, items, sequence, dot }: Vectors,
  data: (name: string) => number[],
  batch: Arrays,
): WeightedLoss[] {
  const [size, columns] = batch.negatives.shape;
  const [targets, bias, negatives] = [data('targets'), data('columnBias'), data('negatives')];
  const [userAt, itemAt] = [data('userAt'), data('itemAt')];
  const [userWeights, itemWeights] = [data('userWeights'), data('itemWeights')];
  const perUser = userAt.length / size;
  const score = (p: number, q: number) =>
    sequence ? dot(users, userAt[p], sequence, itemAt[q]) : dot(users, userAt[p], items, targets[itemAt[q]]);
  const losses: WeightedLoss[] = [];
  for (let user = 0; user < size; user++)
    for (let p = user * perUser; p < (user + 1) * perUser; p++)
      for (let q = user * perUser; q < (user + 1) * perUser; q++) {
        if (userWeights[p] * itemWeights[q] === 0) continue;
        let others = 0;
        for (let n = 0; n < columns; n++)
          if (negatives[user * columns + n] === 1) others += Math.exp(score(p, n) + bias[n]);
        const own = Math.exp(score(p, q));
        losses.push({ loss: -Math.log(own / (own + others)), weight: userWeights[p] * itemWeights[q] });
      }
  return losses;
}

/** One loss per position with a target. */
function nextItemLosses(
  kind: string,
  { users, items, sequence, dot }: Vectors,
  data: (name: string) => number[],
): WeightedLoss[] {
  const [targets, weights, bias] = [data('targets'), data('weights'), data('columnBias')];
  /** Σ exp over the negatives of a row. */
  const others = (row: number) => {
    let sum = 0;
    if (kind === 'full')
      for (let item = 0; item < ITEMS; item++)
        sum += item === targets[row] ? 0 : Math.exp(dot(users, row, items, item));
    else if (kind === 'sampled')
      data('negatives').forEach((item, n) => {
        if (item !== targets[row]) sum += Math.exp(dot(users, row, items, item) + bias[n]);
      });
    else
      for (let column = 0; column < targets.length; column++) {
        if (weights[column] === 0 || targets[column] === targets[row]) continue;
        const score = sequence ? dot(users, row, sequence, column) : dot(users, row, items, targets[column]);
        sum += Math.exp(score + bias[column]);
      }
    return sum;
  };
  return [...targets.keys()]
    .filter((row) => weights[row] !== 0)
    .map((row) => {
      const own = Math.exp(sequence ? dot(users, row, sequence, row) : dot(users, row, items, targets[row]));
      return { loss: -Math.log(own / (own + others(row))), weight: weights[row] };
    });
}
