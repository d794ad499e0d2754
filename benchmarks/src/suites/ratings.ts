/**
 * What ratings do: a model that takes every rating as positive, and one that takes low ratings as
 * negative, on the same data.
 *
 *     pnpm bench ratings [--data DIR] [--quick]
 *
 * Of each user's events, the first four fifths are history; the rest is hidden. Every hidden event is
 * one case: a positive one should be in the first ten of the list, a low-rated one should not. Both
 * models get the same cases, without the items that the user has rated, as a shop shows its lists.
 *
 * Data: the given directory, else `../shared/data/movielens-100k`. `--quick`: the preset `linear`; else
 * `learn`. Both without texts. Setting: `LOREKEEP_RATINGS_RULE=4` for positive from 4 (default: by the
 * scale), `LOREKEEP_RATINGS_SEEDS=42,43` for other seeds (default 42).
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Evaluation, pairedDifferences, type Split } from '@lorekeep/evaluation';
import { evaluateTrained, resolveConfig, type TrainedRecommender, trainRecommender } from '@lorekeep/recommender';
import {
  type Event,
  type EventRole,
  fingerprintOf,
  type InteractionLog,
  type RatingRule,
  ratingRuleOf,
  roleOfRating,
} from '@lorekeep/store';
import { openWorkspace } from '@lorekeep/workspace';
import { defaultData } from '../data/default-data.ts';
import { PUBLISHED_EVENTS } from '../data/published.ts';
import { errors } from '../errors.ts';
import type { BenchOptions, BenchResult } from '../result.ts';
import { wholeSetting } from '../settings.ts';

const HISTORY_SHARE = 0.8;

/** Events of one user, oldest first; the last one is a target. */
interface Sequence {
  user: string;
  events: Event[];
}

type RoleOf = (event: Event) => EventRole;

export async function run({ quick, data, log }: BenchOptions): Promise<BenchResult> {
  const folder = data ?? defaultData('movielens-100k');
  if (folder === undefined) throw errors.BENCH_NO_DATA();
  const { itemIds, users, rule } = await readRated(folder);
  const roleOf: RoleOf = ({ rating }) => (rating === undefined ? 'positive' : roleOfRating(rating, rule));
  const cases = casesOf(users, roleOf);
  log(`${cases.training.length} users, ${cases.positive.length} positive and ${cases.low.length} low-rated cases`);
  const preset = quick ? 'linear' : 'learn';
  const figures: Record<string, number> = { positive_cases: cases.positive.length, low_cases: cases.low.length };
  for (const seed of wholeSetting('LOREKEEP_RATINGS_SEEDS', [42])) {
    const measured: Record<string, { positive: Evaluation; low: Evaluation }> = {};
    for (const [name, role] of [
      ['before', () => 'positive'],
      ['after', roleOf],
    ] as [string, RoleOf][]) {
      const trained = await trainOn(logOf(itemIds, cases.training, role), preset, seed);
      const on = (sequences: Sequence[]) => evaluateOn(trained, logOf(itemIds, sequences, role));
      const found = { positive: await on(cases.positive), low: await on(cases.low) };
      measured[name] = found;
      const at = (metric: 'ndcg@10' | 'recall@10', part: Evaluation) => part.seenExcluded.metrics[metric];
      figures[`positive_ndcg_at_10_${name}_${seed}`] = at('ndcg@10', found.positive);
      figures[`positive_recall_at_10_${name}_${seed}`] = at('recall@10', found.positive);
      figures[`low_recall_at_10_${name}_${seed}`] = at('recall@10', found.low);
      log(
        `seed ${seed} ${name}: positive ${at('ndcg@10', found.positive).toFixed(4)}, low in ten ${at('recall@10', found.low).toFixed(4)}`,
      );
    }
    const { before, after } = measured;
    const { difference, interval } = pairedDifferences(after.positive.ranks, before.positive.ranks)['ndcg@10'];
    figures[`seen_included_ndcg_difference_${seed}`] = difference;
    [figures[`seen_included_ndcg_low_${seed}`], figures[`seen_included_ndcg_high_${seed}`]] = interval;
  }
  return { figures, peers: {}, ratios: {} };
}

async function readRated(folder: string) {
  const dir = await mkdtemp(join(tmpdir(), 'lorekeep-ratings-'));
  try {
    await using workspace = await openWorkspace(join(dir, 'workspace'), { create: true });
    await workspace.importDirectory(folder);
    const { store } = workspace;
    const users = new Map<string, Event[]>();
    for await (const batch of store.events())
      for (const event of batch) users.set(event.user, [...(users.get(event.user) ?? []), event]);
    const least = wholeSetting('LOREKEEP_RATINGS_RULE', [])[0];
    const given: RatingRule | undefined =
      least === undefined ? undefined : { positiveFrom: least, negativeBelow: least };
    const rule = given ?? ratingRuleOf(await store.eventRules());
    if (rule === undefined) throw errors.BENCH_NO_DATA();
    return { itemIds: (await store.interactionLog()).itemIds, users, rule };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** The last positive event of the history is the validation target, of both models. */
function casesOf(users: ReadonlyMap<string, Event[]>, roleOf: RoleOf) {
  const cases: Record<'training' | 'positive' | 'low', Sequence[]> = { training: [], positive: [], low: [] };
  for (const [user, events] of users) {
    const sorted = events.toSorted((a, b) => a.timestamp - b.timestamp);
    const cut = Math.floor(HISTORY_SHARE * sorted.length);
    const hidden = sorted.slice(cut);
    const last = sorted.slice(0, cut).findLastIndex((event) => roleOf(event) === 'positive');
    const target = hidden.find((event) => roleOf(event) === 'positive');
    if (last < 2 || target === undefined) continue;
    const history = sorted.slice(0, last + 1);
    cases.training.push({ user, events: [...history, target] });
    for (const event of hidden) {
      const role = roleOf(event);
      if (role === 'positive' || role === 'negative')
        cases[role === 'positive' ? 'positive' : 'low'].push({ user, events: [...history, event] });
    }
  }
  return cases;
}

function logOf(itemIds: string[], sequences: Sequence[], roleOf: RoleOf): InteractionLog {
  const rowOf = new Map(itemIds.map((id, row) => [id, row]));
  const offsets = new Uint32Array(sequences.length + 1);
  const negativeOffsets = new Uint32Array(sequences.length + 1);
  const chosen: Event[] = [];
  const unwanted: { item: number; position: number }[] = [];
  sequences.forEach(({ events }, user) => {
    events.forEach((event, at) => {
      const isTarget = at === events.length - 1;
      const role = isTarget ? 'positive' : roleOf(event);
      if (role === 'positive') chosen.push(event);
      else if (role === 'negative')
        unwanted.push({ item: rowOf.get(event.item)!, position: chosen.length - offsets[user] });
    });
    offsets[user + 1] = chosen.length;
    negativeOffsets[user + 1] = unwanted.length;
  });
  const log = {
    itemIds,
    userIds: sequences.map(({ user }) => user),
    offsets,
    items: Int32Array.from(chosen, ({ item }) => rowOf.get(item)!),
    timestamps: Float64Array.from(chosen, ({ timestamp }) => timestamp),
    negatives: {
      offsets: negativeOffsets,
      items: Int32Array.from(unwanted, ({ item }) => item),
      positions: Uint32Array.from(unwanted, ({ position }) => position),
    },
  };
  return { ...log, fingerprint: fingerprintOf(log) };
}

function trainOn(log: InteractionLog, preset: 'linear' | 'learn', seed: number): Promise<TrainedRecommender> {
  const config = resolveConfig(preset, { items: { content: false }, ...PUBLISHED_EVENTS });
  const contentInfo = { encoder: 'none', name: 'none', dim: 0, isLanguageModel: false, template: '' };
  return trainRecommender({ log, contentInfo, config, seed });
}

/** The last event of every user of `log` is a target. */
function evaluateOn(trained: TrainedRecommender, log: InteractionLog): Promise<Evaluation> {
  const targets = log.offsets.subarray(1).map((end) => end - 1);
  const test = { users: Uint32Array.from(log.userIds.keys()), targets };
  const trainLengths = new Uint32Array(log.userIds.length);
  const split: Split = { ...trained.split, log, trainLengths, heldOut: { ...trained.split.heldOut, test } };
  return evaluateTrained({ ...trained, split }, 'test');
}
