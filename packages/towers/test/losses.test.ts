import assert from 'node:assert/strict';
import test from 'node:test';
import { createRandom } from '@lorekeep/core';
import { leaveOneOut, trainCounts } from '@lorekeep/evaluation';
import {
  type Arrays,
  compileGraph,
  createSession,
  createTrainer,
  inference,
  namedArray,
  type Tensors,
  tf,
} from '@lorekeep/graph';
import { CONTENT_DIM, configOf, logOf } from '@lorekeep/testing';
import { trainingLoss } from '../src/losses/loss.ts';
import { createSampler } from '../src/losses/negatives.ts';
import { initialParameters } from '../src/model/parameters.ts';
import { comparable, itemInputs, itemTower, targetTower, userTower } from '../src/model/towers.ts';
import type { TowerConfig } from '../src/options.ts';
import { type DensePlan, denseBatch, planDenseEpoch, recencyWeights } from '../src/training/dense-batches.ts';
import { createBatches } from '../src/training/feeds.ts';

const ITEMS = 20;
const random = createRandom(11);
const split = leaveOneOut(
  logOf(
    Array.from({ length: 24 }, (_, user) =>
      Array.from({ length: 4 + (user % 9) }, () => Math.floor(ITEMS * random.next() ** 2)),
    ),
    ITEMS,
  ),
);
const content = Float32Array.from({ length: ITEMS * CONTENT_DIM }, () => random.normal() / Math.sqrt(CONTENT_DIM));

const paper = (overrides: Record<string, unknown>) =>
  configOf('learn-paper', {
    id: true,
    dim: 8,
    hidden: 8,
    heads: 2,
    layers: 1,
    maxHistory: 8,
    temperature: 0.3,
    batchPositions: 48,
    negatives: 12,
    actions: 3,
    targetLength: 6,
    ...overrides,
  });

/** Parameters with nothing left at zero, so that every path matters. */
function parametersOf(config: TowerConfig): Arrays {
  const draws = createRandom(5);
  const sizes = { items: ITEMS, contentDim: config.items.content ? CONTENT_DIM : 0 };
  const { parameters } = initialParameters(config, sizes, undefined, draws);
  for (const { data } of Object.values(parameters))
    for (let i = 0; i < data.length; i++) (data as Float32Array)[i] += 0.2 * draws.normal();
  return parameters;
}

/** The first batch of an epoch that has at least two users, and parameters with the ID table cut to its items. */
function batchAndParameters(config: TowerConfig): { batch: Arrays; parameters: Arrays; rows?: Int32Array } {
  const parameters = parametersOf(config);
  const batches = createBatches(split, config, config.items.content ? content : undefined, CONTENT_DIM, {});
  const draws = createRandom(3);
  const plan = batches.plan(draws).find(({ users, size }) => users.length > 1 && users.length <= size);
  const { feeds, items } = batches.feeds(plan!, draws);
  const table = parameters['id/table'];
  if (items !== undefined && table !== undefined) {
    const width = table.shape[1];
    const rows = new Float32Array(items.length * width);
    items.forEach((item, place) => {
      if (item >= 0) rows.set((table.data as Float32Array).subarray(item * width, (item + 1) * width), place * width);
    });
    parameters['id/table'] = namedArray([items.length, width], rows);
  }
  return { batch: feeds, parameters, rows: items };
}

async function evaluated(fn: (given: Tensors) => Tensors, arrays: Arrays): Promise<Record<string, Float32Array>> {
  const session = await createSession(compileGraph(fn, arrays));
  const results = await session.run(arrays);
  await session.close();
  return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data as Float32Array]));
}

/** Vectors that the towers give, from which plain loops below make the loss. */
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

/** Each loss as its definition says, one pair at a time. */
async function expectedLoss(config: TowerConfig, parameters: Arrays, batch: Arrays): Promise<number> {
  const { users, items, sequence, dot } = await vectorsOf(config, parameters, batch);
  const data = (name: string) => Array.from((batch[name]?.data ?? []) as Float32Array);
  const targets = data('targets');
  const bias = data('columnBias');
  let sum = 0;
  let count = 0;
  if (config.loss.kind === 'dense') {
    const [size, columns] = batch.negatives.shape;
    const negatives = data('negatives');
    const [userAt, itemAt] = [data('userAt'), data('itemAt')];
    const perUser = userAt.length / size;
    const score = (p: number, q: number) =>
      sequence ? dot(users, userAt[p], sequence, itemAt[q]) : dot(users, userAt[p], items, targets[itemAt[q]]);
    for (let user = 0; user < size; user++)
      for (let p = user * perUser; p < (user + 1) * perUser; p++)
        for (let q = user * perUser; q < (user + 1) * perUser; q++) {
          if (data('userWeights')[p] * data('itemWeights')[q] === 0) continue;
          let others = 0;
          for (let n = 0; n < columns; n++)
            if (negatives[user * columns + n] === 1) others += Math.exp(score(p, n) + bias[n]);
          const own = Math.exp(score(p, q));
          sum -= Math.log(own / (own + others));
          count++;
        }
    return sum / count;
  }
  const weights = data('weights');
  for (let row = 0; row < targets.length; row++) {
    if (weights[row] === 0) continue;
    const own = Math.exp(sequence ? dot(users, row, sequence, row) : dot(users, row, items, targets[row]));
    let others = 0;
    if (config.loss.kind === 'full')
      for (let item = 0; item < ITEMS; item++)
        others += item === targets[row] ? 0 : Math.exp(dot(users, row, items, item));
    else if (config.loss.kind === 'sampled')
      data('negatives').forEach((item, n) => {
        if (item !== targets[row]) others += Math.exp(dot(users, row, items, item) + bias[n]);
      });
    else
      for (let column = 0; column < targets.length; column++) {
        if (weights[column] === 0 || targets[column] === targets[row]) continue;
        const score = sequence ? dot(users, row, sequence, column) : dot(users, row, items, targets[column]);
        others += Math.exp(score + bias[column]);
      }
    sum -= Math.log(own / (own + others));
    count++;
  }
  return sum / count;
}

for (const options of [
  { kind: 'full' },
  { kind: 'full', itemTower: 'content-space' },
  { kind: 'sampled' },
  { kind: 'sampled', logQ: true, id: false },
  { kind: 'in-batch', itemTower: 'sequence' },
  { kind: 'in-batch', logQ: true },
  { kind: 'dense', itemTower: 'sequence' },
  { kind: 'dense', logQ: false },
  { kind: 'dense', itemTower: 'content-space', block: 'pre-ln' },
  { kind: 'dense', itemTower: 'adaptor', content: false, positions: 'learned' },
])
  test(`loss and gradients are those of the definition: ${JSON.stringify(options)}`, async () => {
    const config = paper(options);
    const { batch, parameters } = batchAndParameters(config);
    const trainer = await createTrainer({
      loss: (learned, given, context) => trainingLoss(learned, given, config, context),
      parameters,
      optimiser: { learningRate: 0 },
      random: createRandom(1),
    });
    const session = await createSession(
      compileGraph((all) => ({ loss: trainingLoss(all, all, config, inference) }), { ...parameters, ...batch }),
    );
    try {
      const { loss, gradients } = await trainer.gradients(batch);
      const expected = await expectedLoss(config, parameters, batch);
      assert.ok(Math.abs(loss - expected) < 1e-4 * expected, `${loss} is not ${expected}`);
      // Each array moved along a random direction: the slope is the gradient's product with it.
      const draws = createRandom(17);
      for (const name of Object.keys(gradients)) {
        const direction = Float32Array.from(parameters[name].data as Float32Array, () => draws.normal());
        let [slope, steepest, length] = [0, 0, 0];
        direction.forEach((value, i) => {
          const gradient = Number(gradients[name].data[i]);
          slope += value * gradient;
          steepest += gradient * gradient;
          length += value * value;
        });
        const epsilon = 0.02 / Math.sqrt(length);
        const at = async (by: number) => {
          const data = Float32Array.from(
            parameters[name].data as Float32Array,
            (value, i) => value + by * direction[i],
          );
          const moved = { ...parameters, [name]: namedArray(parameters[name].shape, data) };
          return Number((await session.run({ ...moved, ...batch })).loss.data[0]);
        };
        const numeric = ((await at(epsilon)) - (await at(-epsilon))) / (2 * epsilon);
        // A hundredth of the gradient, and what rounding the loss to float32 costs.
        const tolerance = 0.01 * Math.sqrt(steepest) + 5e-5 * Math.sqrt(length);
        assert.ok(Math.abs(numeric - slope) < tolerance, `${name}: ${slope}, finite differences say ${numeric}`);
      }
    } finally {
      await trainer.close();
      await session.close();
    }
  });

test('with log Q the sampled softmax estimates the full one, however unevenly negatives are drawn', async () => {
  const lossOf = async (options: Record<string, unknown>) => {
    const config = paper({ temperature: 1, ...options });
    const { batch, parameters } = batchAndParameters(config);
    const given = { ...parameters, ...batch };
    const { loss } = await evaluated((all) => ({ loss: trainingLoss(all, all, config, inference) }), given);
    return loss[0];
  };
  const full = await lossOf({ kind: 'full' });
  const sampled = await lossOf({ kind: 'sampled', logQ: true, samplingPower: 1, negatives: 20_000 });
  const uncorrected = await lossOf({ kind: 'sampled', logQ: false, samplingPower: 1, negatives: 20_000 });
  assert.ok(Math.abs(sampled - full) < 0.02 * full, `${sampled} is not near ${full}`);
  assert.ok(Math.abs(uncorrected - full) > 0.5 * full, `${uncorrected} is near ${full}`);
});

test('what nobody has chosen is no negative where there is text: not of the full softmax, nor where it is drawn', async () => {
  const fewer = leaveOneOut(
    logOf(
      Array.from({ length: 12 }, (_, user) => Array.from({ length: 6 }, (_, at) => (user * 5 + at * 3) % (ITEMS - 2))),
      ITEMS,
    ),
  );
  const batchOf = (config: TowerConfig) => {
    const batches = createBatches(fewer, config, config.items.content ? content : undefined, CONTENT_DIM, {});
    const draws = createRandom(3);
    return batches.feeds(batches.plan(draws)[0], draws);
  };
  const config = paper({ kind: 'full' });
  const { feeds } = batchOf(config);
  const trainer = await createTrainer({
    loss: (learned, given, context) => trainingLoss(learned, given, config, context),
    parameters: parametersOf(config),
    optimiser: { learningRate: 0 },
    random: createRandom(1),
  });
  const table = (await trainer.gradients(feeds)).gradients['id/table'].data as Float32Array;
  await trainer.close();
  const moved = (item: number) => table.subarray(item * 8, (item + 1) * 8).some((value) => value !== 0);
  for (let item = 0; item < ITEMS; item++) assert.equal(moved(item), item < ITEMS - 2, `item ${item}`);
  assert.equal(batchOf(paper({ kind: 'full', content: false })).feeds.columnBias, undefined);

  const { feeds: sampled, items } = batchOf(paper({ kind: 'sampled', negatives: 200 }));
  const drawn = Array.from(sampled.negatives.data as Int32Array, (row) => items![row]);
  assert.ok(drawn.includes(ITEMS - 1), 'it is drawn');
  drawn.forEach((item, column) => {
    assert.equal(Number(sampled.columnBias.data[column]) === -1e4, item >= ITEMS - 2, `item ${item}`);
  });
});

test('alignment adds the mean squared distance between content path and ID embedding of the targets', async () => {
  const [without, config] = [paper({ kind: 'full' }), paper({ kind: 'full', alignment: 0.5 })];
  const { batch, parameters } = batchAndParameters(config);
  const loss = async (of: TowerConfig) =>
    (await evaluated((all) => ({ loss: trainingLoss(all, all, of, inference) }), { ...parameters, ...batch })).loss[0];
  const array = (name: string) => parameters[name].data as Float32Array;
  let sum = 0;
  let count = 0;
  (batch.targets.data as Int32Array).forEach((item, at) => {
    if ((batch.weights.data as Float32Array)[at] === 0) return;
    for (let k = 0; k < 8; k++) {
      let adapted = array('content/bias')[k];
      for (let c = 0; c < CONTENT_DIM; c++)
        adapted += content[item * CONTENT_DIM + c] * array('content/linear')[c * 8 + k];
      sum += (adapted - array('id/table')[item * 8 + k] * array('id/gate')[k]) ** 2 / 8;
    }
    count++;
  });
  const difference = (await loss(config)) - (await loss(without));
  assert.ok(Math.abs(difference - (0.5 * sum) / count) < 1e-4, `${difference} is not ${(0.5 * sum) / count}`);
});

test('recency weights are those of the paper', () => {
  assert.deepEqual(Array.from(recencyWeights(1)), [1]);
  const expected = [Math.log(10), Math.log(10 + 9990 / 2), Math.log(10_000)].map((w) => w / Math.log(10_000));
  recencyWeights(3).forEach((weight, i) => {
    assert.ok(Math.abs(weight - expected[i]) < 1e-12);
  });
});

test('dense: a negative stands for as many items as it was unlikely to be drawn', () => {
  const counts = trainCounts(split);
  const { batch, rows } = batchAndParameters(paper({ kind: 'dense' }));
  const [itemAt, itemWeights] = [batch.itemAt.data, batch.itemWeights.data].map((data) =>
    Array.from(data as Int32Array),
  );
  const draws = itemWeights.reduce((sum, weight) => sum + weight, 0) - 1;
  itemAt.forEach((at, column) => {
    if (itemWeights[column] === 0) return;
    const item = rows![Number(batch.targets.data[at])];
    const expected = -Math.log((draws * counts[item]) / split.trainEvents);
    assert.ok(Math.abs(Number(batch.columnBias.data[column]) - expected) < 1e-5);
  });
  const { batch: plain } = batchAndParameters(paper({ kind: 'dense', logQ: false }));
  assert.ok((plain.columnBias.data as Float32Array).every((bias) => bias === 0));
});

test('dense batches: history before the cut, targets after it, recent positions drawn more often, own items never negatives', () => {
  const long = leaveOneOut(
    logOf(
      Array.from({ length: 40 }, (_, user) => Array.from({ length: 62 }, (_, at) => (user * 7 + at) % 100)),
      100,
    ),
  );
  const config = paper({ kind: 'dense', maxHistory: 30, targetLength: 20, actions: 5, batchPositions: 300 });
  const draws = createRandom(2);
  const old = { drawn: 0, offered: 0 };
  const recent = { drawn: 0, offered: 0 };
  let users = 0;
  for (let epoch = 0; epoch < 10; epoch++)
    for (const plan of planDenseEpoch(long, config, draws) as DensePlan[]) {
      const batch = denseBatch(long, plan, config, draws);
      const columns = plan.size * config.loss.actions;
      plan.users.forEach((user, row) => {
        users++;
        const cut = plan.cuts[row];
        const kept = Math.min(cut, batch.historyLength);
        const history = batch.history.subarray(row * batch.historyLength, row * batch.historyLength + kept);
        const first = (user * 7) % 100;
        const place = (item: number) => (item - first + 100) % 100;
        const places = Array.from(history, place);
        assert.deepEqual(
          places,
          [...places].sort((a, b) => a - b),
          'in order',
        );
        assert.ok(
          places.every((at) => at < cut),
          'history lies before the cut',
        );
        const ownTargets = new Set<number>();
        for (let at = row * batch.targetLength; at < (row + 1) * batch.targetLength; at++) {
          if (batch.weights[at] === 0) continue;
          ownTargets.add(batch.targets[at]);
          assert.ok(place(batch.targets[at]) >= cut, 'targets lie behind it');
        }
        for (let column = 0; column < columns; column++) {
          const item = batch.targets[batch.itemAt[column]];
          const other = Math.floor(column / config.loss.actions) !== row && batch.itemWeights[column] === 1;
          assert.equal(batch.negatives[row * columns + column] === 1, other && !ownTargets.has(item));
        }
        if (kept < 10) return;
        const drawn = Array.from(batch.userAt.subarray(row * 5, row * 5 + 5), (at) => at - row * batch.historyLength);
        assert.equal(new Set(drawn).size, 5, 'without replacement');
        old.offered += 1;
        old.drawn += drawn.filter((at) => at === 0).length;
        recent.offered += 1;
        recent.drawn += drawn.filter((at) => at === kept - 1).length;
      });
    }
  assert.equal(users, 400, 'every user once an epoch');
  const [rareness, frequency] = [old.drawn / old.offered, recent.drawn / recent.offered];
  assert.ok(rareness > 0 && frequency > 2 * rareness, `${frequency} against ${rareness}`);
});

test('negatives are drawn in proportion to the power of their counts, and logQ says so', () => {
  const counts = trainCounts(split);
  const sampler = createSampler(counts, 0.5);
  const drawn = sampler.draw(200_000, createRandom(9));
  const found = new Float64Array(ITEMS);
  for (const item of drawn) found[item]++;
  const total = counts.reduce((sum, count) => sum + Math.sqrt(count + 1), 0);
  counts.forEach((count, item) => {
    const expected = Math.sqrt(count + 1) / total;
    assert.ok(Math.abs(Math.exp(sampler.logQ[item]) - expected) < 1e-6);
    assert.ok(Math.abs(found[item] / 200_000 - expected) < 0.005, `item ${item}`);
  });
});
