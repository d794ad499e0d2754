/** The two graphs of a ranker: a step of training, and scoring. */

import { createRandom } from '@lorekeep/core';
import {
  type Arrays,
  createGraphCache,
  createTrainer,
  type GraphCache,
  type SparseTable,
  type Tensors,
  type Trainer,
  tf,
} from '@lorekeep/graph';
import { din, type NetworkShape } from '../din/network.ts';
import { type PlugShape, plugOutput } from '../din/plug.ts';
import { withoutGradient } from '../din/towers.ts';
import { REPLICATED } from './batches.ts';
import type { RankerConfig } from './config.ts';
import { rankingLoss } from './loss.ts';
import { isFrozen } from './state.ts';

export interface RankerGraphs {
  trainer: Trainer;
  scorer: GraphCache;
  close(): Promise<void>;
}

export interface RankerGraphOptions {
  config: RankerConfig;
  shape: NetworkShape;
  plugs: readonly PlugShape[];
  parameters: Arrays;
  /** Those that learn. The rows of others come with the batch. */
  tables: Record<string, SparseTable>;
  threads: number;
}

export async function openGraphs(options: RankerGraphOptions): Promise<RankerGraphs> {
  const { config, shape, plugs, parameters, tables, threads } = options;

  function network(parameters: Tensors, batch: Tensors) {
    return din(parameters, batch, shape, (layer, output) => {
      for (const { name, layer: own } of plugs)
        if (own === layer && `knowledge ${name}` in batch)
          output = tf.add(output, plugOutput(parameters, name, batch[`knowledge ${name}`], batch[`present ${name}`]));
      return output;
    });
  }

  const frozenRows = (batch: Tensors): Tensors =>
    Object.fromEntries(Object.entries(batch).filter(([name]) => config.frozen.includes(name)));

  const trainer = await createTrainer({
    loss(given, batch) {
      const own = Object.fromEntries(
        Object.entries(given).map(([name, x]) => [name, isFrozen(name, config) ? withoutGradient(x) : x]),
      );
      const { logits, towers } = network({ ...own, ...frozenRows(batch) }, batch);
      const loss = rankingLoss(logits, batch, config.pairwise);
      return (towers === undefined ? loss : tf.add(loss, rankingLoss(towers.logits, batch, 0))).asScalar();
    },
    parameters,
    optimiser: { learningRate: config.learningRate, beta2: 0.999, weightDecay: 0, clipNorm: Number.POSITIVE_INFINITY },
    random: createRandom(config.seed),
    shards: threads,
    threads,
    replicated: [...REPLICATED, ...config.frozen],
    tables,
    divergenceFactor: Number.POSITIVE_INFINITY,
  });

  const scorer = createGraphCache(
    (given) => {
      const { logits, taskHidden, towers } = network(given, given);
      const outputs: Tensors = { logits: tf.clone(logits) };
      for (const [t, hidden] of taskHidden.entries()) outputs[`hidden ${t}`] = tf.mul(hidden, 1);
      if (towers !== undefined) {
        outputs.towers = tf.mul(towers.logits, 1);
        outputs.userVectors = tf.concat(towers.users.flatMap((x, t) => [x, towers.userBiases[t]]) as never[], 1);
        outputs.itemVectors = tf.concat(towers.items.flatMap((x, t) => [x, towers.itemBiases[t]]) as never[], 1);
      }
      return outputs;
    },
    { name: 'ranker', threads },
  );

  return {
    trainer,
    scorer,
    async close() {
      await trainer.close();
      await scorer.close();
    },
  };
}
