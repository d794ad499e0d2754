/**
 * A ranker of impressions in training and use: DIN with any number of plug-ins, an embedding table
 * that grows with its vocabulary, and one pass of Adam over the log, day by day.
 */
import { createRandom, optionErrors, type RandomState } from '@lorekeep/core';
import { type Arrays, namedArray, type SparseTable } from '@lorekeep/graph';
import type { ImpressionColumns } from '@lorekeep/store';
import type { Behaviours } from '../data/behaviours.ts';
import { createExampleReader } from '../data/example-reader.ts';
import type { Field } from '../data/fields.ts';
import { createVectorReader } from '../data/item-vectors.ts';
import type { RankingEntities } from '../data/ranking-data.ts';
import { openVocabulary } from '../data/vocabulary.ts';
import { layerUnits } from '../din/network.ts';
import { initialPlug } from '../din/plug.ts';
import { errors } from '../errors.ts';
import { createBatchPacker, type PackedBatch, rowsFor } from './batches.ts';
import { type RankerOptions, rankerConfig } from './config.ts';
import type { ImpressionRanker, RowScores } from './contract.ts';
import { openGraphs } from './graphs.ts';
import { checkKnowledge, knowledgeArrays } from './knowledge-arrays.ts';
import { createLabeller } from './labels.ts';
import { plugShape } from './plug-shape.ts';
import { initialState, networkShape, openTables, type RankerState, tableState, zeros } from './state.ts';

/** Rows per run when many are scored. */
const SCORE_BATCH = 1024;
/** Rows per run for a request. */
const SMALL_BATCH = 64;

/** What a ranker reads, and how it computes. */
export interface OpenRankerOptions {
  entities: RankingEntities;
  behaviours: Behaviours;
  /**
   * Threads that each compute a part of every batch; the pair-wise loss then pairs rows of the same
   * part. 1 to 256. Default 1.
   */
  threads?: number;
}

export interface CreateRankerOptions extends RankerOptions, OpenRankerOptions {}

/**
 * A new ranker, which knows nothing. Equal seeds and equal data give equal rankers.
 *
 * @throws LorekeepError `OPTION_INVALID`, `RANKING_TASK_UNKNOWN`
 */
export function createImpressionRanker(options: CreateRankerOptions): Promise<ImpressionRanker> {
  const { entities, behaviours, threads, ...rest } = options;
  const names = (fields: readonly Field[]) => fields.map(({ name }) => name);
  const fields = { user: names(entities.users), item: names(entities.items) };
  const inputs = { length: behaviours.length, fields, vectorWidth: entities.vectors?.dim ?? 0 };
  const state = initialState(rankerConfig(rest), inputs);
  return openImpressionRanker({ state, entities, behaviours, threads });
}

/**
 * A ranker that continues from a state, bit for bit as the ranker whose state it is.
 *
 * @param options.state not changed
 * @throws LorekeepError `OPTION_INVALID`, `RANKING_TASK_UNKNOWN`, `RANKING_FIELD_MISSING`,
 *   `GRAPH_BAD_STATE` if the arrays of the state do not fit its configuration
 */
export async function openImpressionRanker(
  options: OpenRankerOptions & { state: RankerState },
): Promise<ImpressionRanker> {
  const { state, entities, behaviours, threads = 1 } = options;
  const { config, fields } = state;
  if (behaviours.length !== state.length)
    throw optionErrors.OPTION_INVALID({
      name: 'behaviours.length',
      value: behaviours.length,
      allowed: `${state.length}, the length that the ranker was trained with`,
    });
  const vectorWidth = entities.vectors?.dim ?? 0;
  if (state.vectorWidth > 0 && vectorWidth !== state.vectorWidth)
    throw optionErrors.OPTION_INVALID({
      name: 'entities.vectors.dim',
      value: vectorWidth,
      allowed: `${state.vectorWidth}, the width that the ranker was trained with`,
    });
  const batchSize = threads * Math.ceil(config.batch / threads);
  const vocabulary = openVocabulary(state.vocabulary);
  const order = createRandom(0);
  order.restore(state.order);
  const reader = createExampleReader({
    names: entities.names,
    users: chosenFields('user', entities.users, fields.user),
    items: chosenFields('item', entities.items, fields.item),
    behaviours,
    vocabulary,
    hasPositions: state.hasPositions,
    idDropout: { probability: config.idDropout, random: order },
  });
  const tasks = config.tasks.map(({ outcome }) => outcome);
  const labeller = createLabeller(config.tasks, entities.names, state.surfaces);
  const shape = networkShape(state);
  const layers = layerUnits(shape);
  const packer = createBatchPacker(shape);
  const tables = openTables(state);
  const isLearned = (name: string) => !config.frozen.includes(name);
  const learned = only(tables, isLearned);
  const fixed = only(tables, (name) => !isLearned(name));
  const vectors = shape.vectors && entities.vectors && createVectorReader(entities.vectors, shape.vectors.bins);
  let { plugs, seenUntil } = state;
  let graphs = await graphsFrom(state);

  /** @param from parameters and moments, of which those that are needed are read */
  async function graphsFrom(from: Pick<RankerState, 'step' | 'parameters' | 'm' | 'v'> & { random: RandomState }) {
    const opened = await openGraphs({ config, shape, plugs, parameters: from.parameters, tables: learned, threads });
    const { step, random, parameters, m, v } = from;
    opened.trainer.restore({ step, random, parameters, m, v });
    return opened;
  }

  /** Graphs for other plug-ins: parameters and moments that both have stay as they are. */
  async function replaceGraphs(parameters: Arrays): Promise<void> {
    const old = graphs.trainer.state();
    const kept = (from: Arrays): Arrays => ({ ...zeros(parameters), ...only(from, (name) => name in parameters) });
    const next = await graphsFrom({ ...old, parameters, m: kept(old.m), v: kept(old.v) });
    await graphs.close();
    graphs = next;
  }

  function pack(columns: ImpressionColumns, rows: Int32Array, create: boolean, size: number): PackedBatch {
    const examples = reader.read(columns, rows, create);
    const packed = packer.pack(examples, size);
    return { ...packed, batch: { ...packed.batch, ...vectors?.read(examples, size) } };
  }

  const known = () => plugs.map(({ name }) => name);

  return {
    tasks,
    dim: config.dim,
    layers,
    get seenUntil() {
      return seenUntil;
    },
    async score(given, wanted = {}) {
      const { columns, rows } = given;
      const knowledge = checkKnowledge(plugs, given);
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
      const parameters = graphs.trainer.parameters();
      for (let first = 0; first < rows.length; first += SCORE_BATCH) {
        const part = rows.subarray(first, first + SCORE_BATCH);
        const size = part.length > SMALL_BATCH ? SCORE_BATCH : SMALL_BATCH;
        const packed = pack(columns, part, false, size);
        const at = Int32Array.from(part, (_, i) => first + i);
        const extra = knowledgeArrays(knowledge, at, size);
        const found = await graphs.scorer.run({
          ...parameters,
          ...gathered(tables, packed),
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
    async train(given) {
      const { columns, rows } = given;
      const knowledge = checkKnowledge(plugs, given);
      const shuffled = order.shuffle(Int32Array.from(rows.keys()));
      labeller.learn(columns, rows);
      const counted = tasks.map(() => 0);
      let loss = 0;
      for (let first = 0; first < shuffled.length; first += batchSize) {
        const at = shuffled.subarray(first, first + batchSize);
        const part = at.map((i) => rows[i]);
        const { labels, weights } = labeller.read(columns, part, batchSize);
        for (let i = 0; i < weights.length; i++) counted[i % tasks.length] += weights[i];
        const packed = pack(columns, part, true, batchSize);
        const batch = {
          ...packed.batch,
          ...gathered(fixed, packed),
          ...knowledgeArrays(knowledge, at, batchSize),
          labels: namedArray([batchSize, tasks.length], labels),
          weights: namedArray([batchSize, tasks.length], weights),
        };
        const rowsOf = Object.fromEntries(Object.keys(learned).map((name) => [name, rowsFor(name, packed)]));
        // The loss is a mean over the batch with its padding.
        loss += (await graphs.trainer.step(batch, rowsOf)).loss * batchSize;
      }
      for (const row of rows) seenUntil = Math.max(seenUntil, columns.timestamps[row]);
      return { loss: loss / Math.max(1, rows.length), rows: counted };
    },
    async plug(options) {
      const own = plugShape(options, layers);
      if (known().includes(own.name)) throw errors.RANKING_PLUG_EXISTS({ plug: own.name });
      plugs = [...plugs, own];
      await replaceGraphs({ ...graphs.trainer.parameters(), ...initialPlug(own, createRandom(config.seed)) });
    },
    async unplug(name) {
      if (!known().includes(name)) throw errors.RANKING_PLUG_UNKNOWN({ plug: name, known: known() });
      plugs = plugs.filter((own) => own.name !== name);
      await replaceGraphs(only(graphs.trainer.parameters(), (key) => !key.startsWith(`plug ${name}/`)));
    },
    plugs: known,
    embedding(field, value) {
      const row = vocabulary.find(field, value);
      const { embedding } = tables;
      if (row < 0 || embedding.arrays().made.data[row] === 0) return undefined;
      return embedding.gather(Int32Array.of(row)).data as Float32Array;
    },
    state() {
      const { step, random, parameters, m, v } = graphs.trainer.state();
      return {
        config,
        length: state.length,
        fields,
        vectorWidth: state.vectorWidth,
        plugs: [...plugs],
        vocabulary: vocabulary.state(),
        surfaces: labeller.state(),
        hasPositions: reader.hasPositions,
        seenUntil,
        step,
        order: order.state(),
        random,
        parameters,
        m,
        v,
        tables: Object.fromEntries(
          Object.entries(tables).map(([name, table]) => [name, tableState(table, vocabulary.size)]),
        ),
      };
    },
    close: () => graphs.close(),
  };
}

/** @throws LorekeepError `RANKING_FIELD_MISSING` */
function chosenFields(entity: 'user' | 'item', given: readonly Field[], wanted: readonly string[]): Field[] {
  return wanted.map((name) => {
    const found = given.find((field) => field.name === name);
    if (found !== undefined) return found;
    throw errors.RANKING_FIELD_MISSING({ entity, field: name, known: given.map((field) => field.name) });
  });
}

const only = <T>(values: Record<string, T>, fits: (name: string) => boolean): Record<string, T> =>
  Object.fromEntries(Object.entries(values).filter(([name]) => fits(name)));

const gathered = (tables: Record<string, SparseTable>, packed: PackedBatch): Arrays =>
  Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, table.gather(rowsFor(name, packed))]));
