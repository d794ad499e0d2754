/**
 * A small log, configurations of the published networks, and batches with parameters for the
 * losses.
 */
import { createRandom } from '@lorekeep/core';
import { leaveOneOut } from '@lorekeep/evaluation';
import { type Arrays, compileGraph, createSession, namedArray, type Tensors } from '@lorekeep/graph';
import { CONTENT_DIM, configOf, logOf } from '@lorekeep/testing';
import { initialParameters } from '../src/model/parameters.ts';
import type { TowerConfig } from '../src/options.ts';
import { createBatches } from '../src/training/feeds/create.ts';

export const ITEMS = 20;
const random = createRandom(11);
export const split = leaveOneOut(
  logOf(
    Array.from({ length: 24 }, (_, user) =>
      Array.from({ length: 4 + (user % 9) }, () => Math.floor(ITEMS * random.next() ** 2)),
    ),
    ITEMS,
  ),
);
export const content = Float32Array.from(
  { length: ITEMS * CONTENT_DIM },
  () => random.normal() / Math.sqrt(CONTENT_DIM),
);

export const paper = (overrides: Record<string, unknown>) =>
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

/** Initial parameters plus noise: none is zero, so every path affects the result. */
export function parametersOf(config: TowerConfig): Arrays {
  const draws = createRandom(5);
  const sizes = { items: ITEMS, contentDim: config.items.content ? CONTENT_DIM : 0 };
  const { parameters } = initialParameters(config, sizes, undefined, draws);
  for (const { data } of Object.values(parameters))
    for (let i = 0; i < data.length; i++) (data as Float32Array)[i] += 0.2 * draws.normal();
  return parameters;
}

/**
 * The first batch of an epoch with at least two users, and parameters with the ID table cut to its
 * items.
 */
export function batchAndParameters(
  config: TowerConfig,
  of = split,
): { batch: Arrays; parameters: Arrays; rows?: Int32Array } {
  const parameters = parametersOf(config);
  const batches = createBatches({
    split: of,
    config,
    content: config.items.content ? content : undefined,
    contentDim: CONTENT_DIM,
    fixed: {},
  });
  const draws = createRandom(3);
  const plan = batches.plan(draws).find(({ users, size }) => users.length > 1 && users.length <= size);
  const { feeds, items } = batches.feeds(plan!, draws);
  const table = parameters['id/table'];
  if (items !== undefined && table !== undefined) {
    const width = table.shape[1];
    const rows = new Float32Array(items.length * width);
    items.forEach((item, row) => {
      if (item >= 0) rows.set((table.data as Float32Array).subarray(item * width, (item + 1) * width), row * width);
    });
    parameters['id/table'] = namedArray([items.length, width], rows);
  }
  return { batch: feeds, parameters, rows: items };
}

/** The results of a graph that is compiled and run once. */
export async function evaluated(
  fn: (given: Tensors) => Tensors,
  arrays: Arrays,
): Promise<Record<string, Float32Array>> {
  const session = await createSession(compileGraph(fn, arrays));
  const results = await session.run(arrays);
  await session.close();
  return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data as Float32Array]));
}
