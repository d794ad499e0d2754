/**
 * A ranker of impressions in training and use: DIN with any number of plug-ins, an embedding table
 * that grows with its vocabulary, and one pass of Adam over the log, day by day.
 */
import { createRandom } from '@lorekeep/core';
import {
  type Arrays,
  createGraphCache,
  createSparseTable,
  createTrainer,
  namedArray,
  type Tensors,
  type Trainer,
  tf,
} from '@lorekeep/graph';
import type { Behaviours } from '../data/behaviours.ts';
import { createExampleReader } from '../data/example-reader.ts';
import type { RankingEntities } from '../data/ranking-data.ts';
import { createVocabulary } from '../data/vocabulary.ts';
import { din, initialParameters, layerUnits, type NetworkShape } from '../din/network.ts';
import { initialPlug, type PlugShape, plugOutput } from '../din/plug.ts';
import { errors } from '../errors.ts';
import { createBatchPacker, REPLICATED } from './batches.ts';
import { type RankerOptions, rankerConfig } from './config.ts';
import type { ImpressionRanker, PlugOptions, RowScores } from './contract.ts';
import { knowledgeArrays } from './knowledge-arrays.ts';
import { createLabeller } from './labels.ts';
import { rankingLoss } from './loss.ts';

/** Rows per run when many are scored. */
const SCORE_BATCH = 1024;
/** Rows per run for a request. */
const SMALL_BATCH = 64;

export interface CreateRankerOptions extends RankerOptions {
  entities: RankingEntities;
  behaviours: Behaviours;
  /** Threads that each compute a part of every batch. 1 to 256. Default 1. */
  threads?: number;
}

/**
 * A new ranker, which knows nothing. Equal seeds and equal data give equal rankers.
 *
 * @throws LorekeepError `RANKING_OPTION`, `RANKING_TASK_UNKNOWN`
 */
export async function createImpressionRanker(options: CreateRankerOptions): Promise<ImpressionRanker> {
  const { entities, behaviours, threads = 1, ...rest } = options;
  const config = rankerConfig(rest);
  const { dim, seed, batch: batchSize } = config;
  const vocabulary = createVocabulary({ maxRows: config.maxRows, hashed: config.hashed });
  const reader = createExampleReader({ ...entities, behaviours, vocabulary });
  const tasks = config.tasks.map(({ outcome }) => outcome);
  const labeller = createLabeller(config.tasks, entities.names.outcomeNames);
  const shape: NetworkShape = {
    dim,
    length: behaviours.length,
    attention: config.attention,
    userFields: reader.fieldNames.user.length,
    itemFields: reader.fieldNames.item.length,
    contextFields: reader.fieldNames.context.length,
    hidden: config.hidden,
    taskHidden: config.taskHidden,
    tasks,
    towers: config.towers,
  };
  const layers = layerUnits(shape);
  const random = createRandom(seed);
  const order = random.fork('order');
  const packer = createBatchPacker(shape);
  const table = createSparseTable({ rows: config.maxRows, dim, initial: initialRow(seed, config.initial) });
  let plugs: PlugShape[] = [];
  let trainer = await openTrainer(initialParameters(shape, random));
  let scorer = openScorer();
  let seenUntil = Number.NEGATIVE_INFINITY;

  function network(parameters: Tensors, batch: Tensors) {
    return din(parameters, batch, shape, (layer, output) => {
      for (const { name, layer: own } of plugs)
        if (own === layer && `knowledge ${name}` in batch)
          output = tf.add(output, plugOutput(parameters, name, batch[`knowledge ${name}`], batch[`present ${name}`]));
      return output;
    });
  }

  function openTrainer(parameters: Arrays): Promise<Trainer> {
    return createTrainer({
      loss(given, batch) {
        const { logits, towers } = network(given, batch);
        const loss = rankingLoss(logits, batch, config.pairwise);
        return (towers === undefined ? loss : tf.add(loss, rankingLoss(towers.logits, batch, 0))).asScalar();
      },
      parameters,
      optimiser: {
        learningRate: config.learningRate,
        beta2: 0.999,
        weightDecay: 0,
        clipNorm: Number.POSITIVE_INFINITY,
      },
      random: random.fork('dropout'),
      shards: threads,
      threads,
      replicated: REPLICATED,
      tables: { embedding: table },
      divergenceFactor: Number.POSITIVE_INFINITY,
    });
  }

  function openScorer() {
    return createGraphCache(
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
  }

  /** The trainer for other plug-ins: parameters and moments that both have stay as they are. */
  async function replaceTrainer(parameters: Arrays): Promise<void> {
    const old = trainer.state();
    const next = await openTrainer(parameters);
    const fresh = next.state();
    const kept = (own: Arrays, from: Arrays): Arrays =>
      Object.fromEntries(Object.keys(own).map((name) => [name, from[name] ?? own[name]]));
    next.restore({
      ...fresh,
      step: old.step,
      random: old.random,
      parameters: kept(fresh.parameters, old.parameters),
      m: kept(fresh.m, old.m),
      v: kept(fresh.v, old.v),
    });
    await trainer.close();
    await scorer.close();
    trainer = next;
    scorer = openScorer();
  }

  const known = () => plugs.map(({ name }) => name);

  return {
    tasks,
    layers,
    get seenUntil() {
      return seenUntil;
    },
    async score({ columns, rows, knowledge = {} }, wanted = {}) {
      const units =
        layers[
          config.taskHidden.length > 0
            ? `${tasks[0]}/hidden ${config.taskHidden.length}`
            : `hidden ${config.hidden.length}`
        ];
      const scores: RowScores = { logits: new Float32Array(rows.length * tasks.length) };
      if (wanted.hidden) scores.hidden = tasks.map(() => new Float32Array(rows.length * units));
      if (wanted.towers && shape.towers > 0) scores.towerLogits = new Float32Array(rows.length * tasks.length);
      const towerWidth = tasks.length * (shape.towers + 1);
      if (wanted.towerVectors && shape.towers > 0) {
        scores.userVectors = new Float32Array(rows.length * towerWidth);
        scores.itemVectors = new Float32Array(rows.length * towerWidth);
      }
      const parameters = trainer.parameters();
      for (let first = 0; first < rows.length; first += SCORE_BATCH) {
        const part = rows.subarray(first, first + SCORE_BATCH);
        const size = part.length > SMALL_BATCH ? SCORE_BATCH : SMALL_BATCH;
        const packed = packer.pack(reader.read(columns, part, false), size);
        const at = Int32Array.from(part, (_, i) => first + i);
        const extra = knowledgeArrays(plugs, knowledge, { columns, rows }, at, size);
        const found = await scorer.run({
          ...parameters,
          embedding: table.gather(packed.rows),
          ...packed.batch,
          ...extra,
        });
        const copy = (into: Float32Array | undefined, name: string, width: number) =>
          into?.set((found[name].data as Float32Array).subarray(0, part.length * width), first * width);
        copy(scores.logits, 'logits', tasks.length);
        for (const [t, hidden] of (scores.hidden ?? []).entries()) copy(hidden, `hidden ${t}`, units);
        copy(scores.towerLogits, 'towers', tasks.length);
        copy(scores.userVectors, 'userVectors', towerWidth);
        copy(scores.itemVectors, 'itemVectors', towerWidth);
      }
      return scores;
    },
    async train({ columns, rows, knowledge = {} }) {
      const shuffled = order.shuffle(Int32Array.from(rows.keys()));
      labeller.learn(columns, rows);
      const counted = tasks.map(() => 0);
      let loss = 0;
      let steps = 0;
      for (let first = 0; first < shuffled.length; first += batchSize) {
        const at = shuffled.subarray(first, first + batchSize);
        const part = at.map((i) => rows[i]);
        const { labels, weights } = labeller.read(columns, part, batchSize);
        for (let i = 0; i < weights.length; i++) counted[i % tasks.length] += weights[i];
        const packed = packer.pack(reader.read(columns, part, true), batchSize);
        const batch = {
          ...packed.batch,
          ...knowledgeArrays(plugs, knowledge, { columns, rows }, at, batchSize),
          labels: namedArray([batchSize, tasks.length], labels),
          weights: namedArray([batchSize, tasks.length], weights),
        };
        loss += (await trainer.step(batch, { embedding: packed.rows })).loss;
        steps++;
      }
      for (const row of rows) seenUntil = Math.max(seenUntil, columns.timestamps[row]);
      return { loss: steps === 0 ? 0 : loss / steps, rows: counted };
    },
    async plug(options: PlugOptions) {
      const { name, width, hidden = 64 } = options;
      const layer = options.layer ?? Object.keys(layers)[0];
      if (known().includes(name)) throw errors.RANKING_PLUG_EXISTS({ plug: name });
      const check = (option: string, value: unknown, fits: boolean, allowed: string) => {
        if (!fits) throw errors.RANKING_OPTION({ name: option, value, allowed });
      };
      check('name', name, /^[\w.-]{1,64}$/.test(name), '1 to 64 letters, digits, dots, dashes and underscores');
      check('width', width, Number.isInteger(width) && width >= 1 && width <= 65_536, 'a whole number from 1 to 65536');
      check(
        'hidden',
        hidden,
        Number.isInteger(hidden) && hidden >= 1 && hidden <= 4096,
        'a whole number from 1 to 4096',
      );
      check('layer', layer, layer in layers, Object.keys(layers).join(' or '));
      const own: PlugShape = { name, width, layer, units: layers[layer], hidden };
      plugs = [...plugs, own];
      await replaceTrainer({ ...trainer.parameters(), ...initialPlug(own, random) });
    },
    async unplug(name) {
      if (!known().includes(name)) throw errors.RANKING_PLUG_UNKNOWN({ plug: name, known: known() });
      plugs = plugs.filter((own) => own.name !== name);
      const kept = Object.entries(trainer.parameters()).filter(([key]) => !key.startsWith(`plug ${name}/`));
      await replaceTrainer(Object.fromEntries(kept));
    },
    plugs: known,
    async close() {
      await trainer.close();
      await scorer.close();
    },
  };
}

/** A row of the table at its start. It depends on seed and number only, not on the order of first uses. */
const initialRow = (seed: number, deviation: number) => (row: number, into: Float32Array) => {
  const draw = createRandom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(row + 1, 0x85ebca6b));
  for (let i = 0; i < into.length; i++) into[i] = deviation * draw.normal();
};
