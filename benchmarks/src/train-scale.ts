/**
 * What an event costs where the catalogue is large: the preset `learn` over a million items, too many to be solved exactly, at
 * vectors of 64 numbers. Its towers begin at the linear model in twin-tower form and are trained by sampled softmax, so that
 * a step reads and trains the rows of its own items alone. One pass over 1, 3 and 10 million made-up events; the cost of an event in
 * training should not depend on their number, nor (but for the caches) on that of the items. `LOREKEEP_SCALE_EVENTS=10000000`
 * asks for one size alone, whose peak memory has nothing before it. Solving the start is a few products of thin
 * matrices with as many rows as there are items, and a part that grows with the events. `--quick` is a tenth of the items
 * and a hundredth of the events.
 *
 * Users stay in one of a thousand groups of items most of the time and prefer some items of it, so there is something to
 * learn; the vectors say the group, with noise. Histories have five to fifteen events.
 */
import { createRandom } from '@lorekeep/core';
import { resolveConfig } from '@lorekeep/recommender';
import type { InteractionLog } from '@lorekeep/store';
import { trainTowers } from '@lorekeep/towers';
import type { BenchOptions, BenchResult } from './result.ts';
import { wholeSetting } from './settings.ts';

const ITEMS = 1_000_000;
const EVENTS = [1_000_000, 3_000_000, 10_000_000];
const GROUPS = 1000;
const CONTENT_DIM = 64;
const SEED = 42;

export async function run({ quick, log }: BenchOptions): Promise<BenchResult> {
  const items = quick ? ITEMS / 10 : ITEMS;
  const figures: Record<string, number> = { items };
  const content = vectors(items);
  for (const whole of wholeSetting('LOREKEEP_SCALE_EVENTS', EVENTS, 1000)) {
    const events = quick ? whole / 100 : whole;
    const corpus = histories(items, events);
    const config = resolveConfig('learn', { dim: 64, maxHistory: 16, epochs: 1, validationUsers: 1000 });
    const called = performance.now();
    let [begun, ended] = [0, 0];
    const trained = await trainTowers({
      corpus,
      content,
      contentInfo: { encoder: 'made-up', name: 'made-up', dim: CONTENT_DIM, isLanguageModel: false, template: '' },
      config,
      seed: SEED,
      progress: ({ stage, done, total }) => {
        if (stage !== 'train') return;
        if (done === 0) begun = performance.now();
        if (done === total && ended === 0) ended = performance.now();
      },
    });
    const name = `${whole / 1_000_000}m${quick ? '_hundredth' : ''}`;
    const transitions = trained.split.transitions;
    figures[`microseconds_per_event_${name}`] = ((ended - begun) * 1000) / transitions;
    figures[`seconds_start_${name}`] = (begun - called) / 1000;
    figures[`loss_${name}`] = trained.records[1].loss ?? 0;
    figures[`ndcg_at_10_valid_start_${name}`] = trained.records[0].ndcg;
    figures[`ndcg_at_10_valid_${name}`] = trained.records[1].ndcg;
    figures[`peak_rss_mb_${name}`] = process.resourceUsage().maxRSS / 1024;
    log(
      `${events} events over ${items} items: start ${figures[`seconds_start_${name}`].toFixed(0)} s, then ${figures[`microseconds_per_event_${name}`].toFixed(1)} µs an event, peak ${figures[`peak_rss_mb_${name}`].toFixed(0)} MB`,
    );
  }
  return { figures, peers: {}, ratios: {} };
}

function vectors(items: number): Float32Array {
  const random = createRandom(SEED);
  const centres = Float32Array.from({ length: GROUPS * CONTENT_DIM }, () => random.normal());
  const content = new Float32Array(items * CONTENT_DIM);
  for (let item = 0; item < items; item++)
    for (let k = 0; k < CONTENT_DIM; k++)
      // Even noise: a tenth of the time that normal noise takes.
      content[item * CONTENT_DIM + k] = centres[(item % GROUPS) * CONTENT_DIM + k] + random.next() - 0.5;
  return content;
}

function histories(items: number, events: number): InteractionLog {
  const random = createRandom(SEED + 1);
  const offsets = [0];
  const flat = new Int32Array(events + 15);
  const perGroup = items / GROUPS;
  let at = 0;
  while (at < events) {
    const group = random.int(GROUPS);
    const length = 5 + random.int(11);
    for (let n = 0; n < length && at < flat.length; n++) {
      const own = random.next() < 0.9 ? group : random.int(GROUPS);
      // The square prefers some items of the group to the others.
      flat[at++] = own + GROUPS * Math.floor(perGroup * random.next() ** 2);
    }
    offsets.push(at);
  }
  return {
    itemIds: Array.from({ length: items }, (_, row) => `item-${row}`),
    userIds: Array.from({ length: offsets.length - 1 }, (_, row) => `user-${row}`),
    offsets: Uint32Array.from(offsets),
    items: flat.subarray(0, at),
    timestamps: Float64Array.from({ length: at }, (_, n) => n),
    fingerprint: `train-scale ${items} ${events}`,
  };
}
