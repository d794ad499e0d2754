/**
 * The training cost of an event if the catalogue is large: the towers of the preset `learn` over a
 * million items, with vectors of dimension 64, without the linear model (`linear-scale` measures
 * that). The towers start at the linear model
 * in twin-tower form and are trained by sampled softmax, so that a step reads and trains only the
 * rows of its own items. One epoch over 1, 3 and 10 million generated events. The cost of an event
 * should not depend on the number of events, nor, except for caches, on the number of items.
 * Solving the start takes a few products of thin matrices with one row per item, and a part that
 * grows with the events.
 *
 * `LOREKEEP_SCALE_EVENTS=10000000` measures one size alone, so that its peak memory does not
 * include the sizes before. `--quick`: a tenth of the items and a hundredth of the events.
 */
import { resolveConfig, trainRecommender } from '@lorekeep/recommender';
import type { InteractionLog } from '@lorekeep/store';
import { groupedHistories, groupVectors } from '../data/grouped-events.ts';
import { peakRssMb } from '../measure/machine.ts';
import type { BenchOptions, BenchResult } from '../result.ts';
import { wholeSetting } from '../settings.ts';

const ITEMS = 1_000_000;
const EVENTS = [1_000_000, 3_000_000, 10_000_000];
const CONTENT_DIM = 64;
const SEED = 42;

export async function run({ quick, log }: BenchOptions): Promise<BenchResult> {
  const items = quick ? ITEMS / 10 : ITEMS;
  const figures: Record<string, number> = { items };
  const content = groupVectors(items, CONTENT_DIM, SEED);
  for (const whole of wholeSetting('LOREKEEP_SCALE_EVENTS', EVENTS, 1000)) {
    const events = quick ? whole / 100 : whole;
    const interactions = histories(items, events);
    const config = resolveConfig('learn', {
      linear: { neighboursPerItem: 0 },
      reranker: { enabled: false },
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

function histories(items: number, events: number): InteractionLog {
  const { offsets, items: flat } = groupedHistories(items, events, SEED + 1);
  return {
    itemIds: Array.from({ length: items }, (_, row) => `item-${row}`),
    userIds: Array.from({ length: offsets.length - 1 }, (_, row) => `user-${row}`),
    offsets,
    items: flat,
    timestamps: Float64Array.from({ length: flat.length }, (_, n) => n),
    fingerprint: `train-scale ${items} ${events}`,
  };
}
