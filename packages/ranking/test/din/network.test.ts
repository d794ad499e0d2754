/** The graphs of a ranker against plain loops in double precision, and their finite differences. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { createRandom } from '@lorekeep/core';
import { type Arrays, namedArray } from '@lorekeep/graph';
import { createBehaviours } from '../../src/data/behaviours.ts';
import { createExampleReader } from '../../src/data/example-reader.ts';
import { createVectorReader, type ItemVectors } from '../../src/data/item-vectors.ts';
import { createVocabulary } from '../../src/data/vocabulary.ts';
import { initialPlug, type PlugShape } from '../../src/din/plug.ts';
import { recordRows } from '../../src/protocol/record.ts';
import { createBatchPacker, rowsFor } from '../../src/ranker/batches.ts';
import { type RankerOptions, rankerConfig } from '../../src/ranker/config.ts';
import { openGraphs } from '../../src/ranker/graphs.ts';
import { knowledgeArrays } from '../../src/ranker/knowledge-arrays.ts';
import { createLabeller } from '../../src/ranker/labels.ts';
import { initialState, networkShape, openTables } from '../../src/ranker/state.ts';
import { rowsBetween, smallLog } from '../ranker/small-log.ts';
import { doubles, type Parameters, type PlainKnowledge, plainLoss, plainRow } from './plain-network.ts';

const PLUGS: PlugShape[] = [
  { name: 'a', width: 3, layer: 'hidden 2', units: 4, hidden: 5 },
  { name: 'b', width: 2, layer: 'click/out', units: 1, hidden: 3 },
];
/** One item has no vector. */
const VECTORS: ItemVectors = {
  dim: 3,
  of: (item) => (item === 4 ? undefined : Float32Array.of(Math.sin(item), Math.cos(3 * item), 0.5)),
};
/** More than there are rows: the rest is padding. */
const SIZE = 12;
const ROWS = rowsBetween(60, 69);

async function setUp(options: Partial<RankerOptions> = {}) {
  const { log, entities } = smallLog();
  const config = rankerConfig({
    tasks: [{ outcome: 'click' }, { outcome: 'buy', among: 'click' }],
    dim: 3,
    attention: 4,
    hidden: [6, 4],
    taskHidden: [3],
    towers: 2,
    pairwise: 0.5,
    maxRows: 100,
    ...options,
  });
  const behaviours = createBehaviours(5);
  recordRows(behaviours, log, rowsBetween(0, 20));
  const state = initialState(config, {
    length: 5,
    fields: { user: ['age'], item: ['genre'] },
    vectorWidth: VECTORS.dim,
  });
  const shape = networkShape(state);
  const random = createRandom(7);
  const wild = (arrays: Arrays): Arrays =>
    Object.fromEntries(
      Object.entries(arrays).map(([name, { shape, data }]) => [
        name,
        namedArray(
          shape,
          (data as Float32Array).map(() => 0.7 * random.normal()),
        ),
      ]),
    );
  const parameters = wild({
    ...state.parameters,
    ...Object.assign({}, ...PLUGS.map((plug) => initialPlug(plug, random))),
  });
  const vocabulary = createVocabulary(config);
  const reader = createExampleReader({ ...entities, behaviours, vocabulary });
  const tables = openTables(state);
  for (const table of Object.values(tables)) {
    table.gather(Int32Array.from({ length: 100 }, (_, row) => row));
    const { parameter } = table.arrays();
    (parameter.data as Float32Array).set((parameter.data as Float32Array).map(() => 0.7 * random.normal()));
  }
  const examples = reader.read(log, ROWS, true);
  const packed = createBatchPacker(shape).pack(examples, SIZE);
  const dense = createVectorReader(VECTORS, shape.vectors?.bins ?? 0).read(examples, SIZE);
  const labeller = createLabeller(config.tasks, entities.names);
  labeller.learn(log, rowsBetween(0, 200));
  const { labels, weights } = labeller.read(log, ROWS, SIZE);
  const knowledge: PlainKnowledge[] = PLUGS.map((plug) => ({
    plug,
    values: Float32Array.from({ length: ROWS.length * plug.width }, () => random.normal()),
    present: Uint8Array.from(ROWS, (row) => Number(row % 3 !== 0)),
  }));
  const given = Object.fromEntries(
    knowledge.map(({ plug, ...own }) => [plug.name, { ...own, width: plug.width, seenUntil: 0 }]),
  );
  const batch = {
    ...packed.batch,
    ...(shape.vectors && dense),
    ...knowledgeArrays(given, Int32Array.from(ROWS.keys()), SIZE),
  };
  const named = { labels: namedArray([SIZE, 2], labels), weights: namedArray([SIZE, 2], weights) };
  const graphs = await openGraphs({ config, shape, plugs: PLUGS, parameters, tables, threads: 1 });
  const plain: Parameters = doubles(parameters);
  const rows: Record<string, Int32Array> = {};
  for (const [name, table] of Object.entries(tables)) {
    rows[name] = rowsFor(name, packed);
    for (const row of rows[name])
      if (row >= 0) plain[`${name} ${row}`] = Float64Array.from(table.gather(Int32Array.of(row)).data as Float32Array);
  }
  const all = (own: Parameters, held: Parameters) =>
    Array.from(ROWS, (_, i) => plainRow(own, held, examples, shape, i, knowledge, VECTORS));
  const loss = (own: Parameters, held: Parameters) => {
    const found = all(own, held);
    return (
      plainLoss(
        found.map(({ logits }) => logits),
        labels,
        weights,
        SIZE,
        config.pairwise,
      ) +
      plainLoss(
        found.map(({ towers }) => towers),
        labels,
        weights,
        SIZE,
        0,
      )
    );
  };
  return { graphs, batch, named, rows, tables, parameters, plain, all, loss, examples };
}

const close = (found: number, expected: number, what: string, tolerance = 2e-5) =>
  assert.ok(Math.abs(found - expected) <= tolerance * (1 + Math.abs(expected)), `${what}: ${found}, not ${expected}`);

const KINDS: Partial<RankerOptions>[] = [
  { kind: 'din', similarityBins: 6, vectorUnits: 2 },
  {
    kind: 'can',
    coActionFeed: 3,
    coActionLayers: [4, 2],
    coActionOrders: 2,
    towers: 0,
    vectorUnits: 0,
    similarityBins: 0,
  },
];
for (const options of KINDS) {
  test(`${options.kind}: scores, hidden layers and towers are those of plain loops`, async () => {
    const { graphs, batch, rows, tables, parameters, plain, all, examples } = await setUp(options);
    assert.ok(examples.history.some((index) => index >= 0) && examples.history.some((index) => index < 0));
    const gathered = Object.fromEntries(
      Object.entries(tables).map(([name, table]) => [name, table.gather(rows[name])]),
    );
    const found = await graphs.scorer.run({ ...parameters, ...gathered, ...batch });
    const floats = (name: string) => found[name].data as Float32Array;
    for (const [i, { logits, hidden, towers }] of all(plain, plain).entries())
      for (let t = 0; t < 2; t++) {
        close(floats('logits')[2 * i + t], logits[t], `logit of row ${i}`);
        if (towers.length > 0) close(floats('towers')[2 * i + t], towers[t], `towers of row ${i}`);
        for (const [k, value] of hidden[t].entries())
          close(floats(`hidden ${t}`)[3 * i + k], value, `hidden of row ${i}`);
      }
    await graphs.close();
  });

  test(`${options.kind}: loss and gradients of every parameter and embedding are finite differences of plain loops`, async () => {
    const { graphs, batch, named, rows, parameters, plain, loss } = await setUp(options);
    const found = await graphs.trainer.gradients({ ...batch, ...named }, rows);
    close(found.loss, loss(plain, plain), 'loss');
    const slots = new Map<string, [table: string, slot: number]>(
      Object.entries(rows).flatMap(([table, own]) =>
        [...own].flatMap((row, slot) =>
          row < 0 ? [] : [[`${table} ${row}`, [table, slot]] as [string, [string, number]]],
        ),
      ),
    );
    const step = 1e-5;
    let largest = 0;
    for (const [name, values] of Object.entries(plain)) {
      const [array, slot] = slots.get(name) ?? [name, 0];
      const gradient = found.gradients[array]?.data as Float32Array | undefined;
      // A few entries of each array: they share all code.
      for (let i = 0; i < values.length; i += Math.ceil(values.length / 5)) {
        const at = (value: number) => {
          const changed = { ...plain, [name]: values.with(i, value) };
          return loss(changed, plain);
        };
        const expected = (at(values[i] + step) - at(values[i] - step)) / (2 * step);
        largest = Math.max(largest, Math.abs(expected));
        close(gradient?.[slot * values.length + i] ?? 0, expected, `${name}[${i}]`, 1e-4);
      }
    }
    assert.ok(largest > 0.01);
    assert.ok(Object.keys(parameters).length > 20);
    await graphs.close();
  });
}
