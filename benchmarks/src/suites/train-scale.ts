/**
 * The training cost of an event if the catalogue is large: the preset `learn` over a million items,
 * too many for the linear model, with vectors of dimension 64. Its towers start at the linear model
 * in twin-tower form and are trained by sampled softmax, so that a step reads and trains only the
 * rows of its own items. One epoch over 1, 3 and 10 million generated events. The cost of an event
 * should not depend on the number of events, nor, except for caches, on the number of items.
 * Solving the start takes a few products of thin matrices with one row per item, and a part that
 * grows with the events.
 *
 * `LOREKEEP_SCALE_EVENTS=10000000` measures one size alone, so that its peak memory does not
 * include the sizes before. `--quick`: a tenth of the items and a hundredth of the events.
 *
 * Most of the time, a user stays in one of a thousand groups of items and prefers some items of it,
 * so there is something to learn. The vectors tell the group, with noise. Histories have five to
 * fifteen events.
 */
import { createRandom } from '@lorekeep/core';
import { resolveConfig, trainRecommender } from '@lorekeep/recommender';
import type { InteractionLog } from '@lorekeep/store';
import { peakRssMb } from '../measure/machine.ts';
import type { BenchOptions, BenchResult } from '../result.ts';
import { wholeSetting } from '../settings.ts';

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
    const interactions = histories(items, events);
    const config = resolveConfig('learn', {
      network: { dim: 64, maxHistory: 16 },
      training: { epochs: 1, validationUsers: 1000 },
    });
    const called = performance.now();
    let started = 0;
    let ended = 0;
    const { split, towers } = await trainRecommender({
      log: interactions,
      content,
      contentInfo: { encoder: 'generated', name: 'generated', dim: CONTENT_DIM, isLanguageModel: false, template: '' },
      config,
      seed: SEED,
      progress: ({ stage, done, total }) => {
        if (stage !== 'train') return;
        if (done === 0) started = performance.now();
        if (done === total && ended === 0) ended = performance.now();
      },
    });
    const name = `${whole / 1_000_000}m${quick ? '_hundredth' : ''}`;
    const secondsOfStart = (started - called) / 1000;
    const microseconds = ((ended - started) * 1000) / split.transitions;
    const peak = peakRssMb();
    figures[`microseconds_per_event_${name}`] = microseconds;
    figures[`seconds_start_${name}`] = secondsOfStart;
    figures[`loss_${name}`] = towers.records[1].loss ?? 0;
    figures[`ndcg_at_10_valid_start_${name}`] = towers.records[0].ndcg;
    figures[`ndcg_at_10_valid_${name}`] = towers.records[1].ndcg;
    figures[`peak_rss_mb_${name}`] = peak;
    const cost = `start ${secondsOfStart.toFixed(0)} s, then ${microseconds.toFixed(1)} µs per event`;
    log(`${events} events over ${items} items: ${cost}, peak ${peak.toFixed(0)} MB`);
  }
  return { figures, peers: {}, ratios: {} };
}

/** `[items × CONTENT_DIM]` */
function vectors(items: number): Float32Array {
  const random = createRandom(SEED);
  const centres = Float32Array.from({ length: GROUPS * CONTENT_DIM }, () => random.normal());
  const content = new Float32Array(items * CONTENT_DIM);
  for (let item = 0; item < items; item++)
    for (let k = 0; k < CONTENT_DIM; k++)
      // Uniform noise takes a tenth of the time of normal noise.
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
      // The square makes some items of the group more popular than others.
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
