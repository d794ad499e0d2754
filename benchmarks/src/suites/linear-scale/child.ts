/** One solution of the linear model on generated data, in a process of its own. */
import { centredContent } from '@lorekeep/core';
import { sharedFloats } from '@lorekeep/graph';
import { type Interactions, openSolutions } from '@lorekeep/linear';
import { groupedHistories, groupVectors } from '../../data/grouped-events.ts';
import { answer } from '../../measure/child-answer.ts';
import type { Solved, Work } from './bench.ts';

const CONTENT_DIM = 384;
const SEED = 42;
/** Rows that are centred at a time. */
const BLOCK = 4096;

await answer<Work, Solved>(async ({ items, events, isDense }) => {
  const content = vectors(items);
  const interactions = distinct(items, groupedHistories(items, events, SEED + 1));
  const started = performance.now();
  const before = process.cpuUsage();
  const solutions = openSolutions(interactions, content, {
    neighboursPerItem: 200,
    denseItems: isDense ? items : 0,
  });
  try {
    await solutions.solve({ lambda: 300, beta: 10 });
  } finally {
    await solutions.close();
  }
  const { user, system } = process.cpuUsage(before);
  return { seconds: (performance.now() - started) / 1000, cpuSeconds: (user + system) / 1e6 };
});

/** Rows of length 1. Their mean is near 0 already. */
function vectors(items: number): Float32Array {
  const content = groupVectors(items, CONTENT_DIM, SEED, sharedFloats(items * CONTENT_DIM));
  const mean = new Float32Array(CONTENT_DIM);
  for (let first = 0; first < content.length; first += BLOCK * CONTENT_DIM)
    content.set(centredContent(content.subarray(first, first + BLOCK * CONTENT_DIM), mean), first);
  return content;
}

/** Each item of a user once. */
function distinct(
  items: number,
  { offsets, items: events }: { offsets: Uint32Array; items: Int32Array },
): Interactions {
  const rows = new Int32Array(events.length);
  const ends = new Uint32Array(offsets.length);
  let end = 0;
  for (let user = 0; user + 1 < offsets.length; user++) {
    for (const item of new Set(events.subarray(offsets[user], offsets[user + 1]))) rows[end++] = item;
    ends[user + 1] = end;
  }
  return { items, offsets: ends, rows: rows.subarray(0, end) };
}
