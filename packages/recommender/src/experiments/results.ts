/**
 * The results of an experiment, from its exposures and the events behind them. A user belongs to the
 * arm of the first list, and everything that the user buys from then on counts (intention to treat). A
 * click counts for the list whose request it names.
 */
import { setImmediate as pause } from 'node:timers/promises';
import {
  addUser,
  compareArms,
  decide,
  emptySums,
  guardrail,
  type Ratio,
  type RatioSums,
  ratioOf,
  sampleRatio,
} from '@lorekeep/experiments';
import type { Event, Store } from '@lorekeep/store';
import { pricesOf, START_MARGIN } from './prices.ts';
import type { ArmDifference, ArmResults, Experiment, ExperimentResults, OutcomeMetric } from './types.ts';

/** Below this the intervals do not hold. */
const LEAST_USERS = 100;
const LEAST_OUTCOMES = 20;
/** What does not count as harm: shares of lists, and milliseconds or a share of the control's time. */
const MARGINS = { empty: 0.01, failed: 0.001, milliseconds: 10, latency: 0.2 };

interface UserFigures {
  arm: number;
  first: number;
  lists: number;
  clicks: number;
  empty: number;
  failed: number;
  milliseconds: number;
  hasBought: boolean;
  value: number;
}

const METRICS = ['ctr', 'cvr', 'value', 'empty', 'failed', 'latency'] as const;
type ArmSums = Record<(typeof METRICS)[number], RatioSums>;

export async function experimentResults(store: Store, experiment: Experiment): Promise<ExperimentResults> {
  const { settings, id } = experiment;
  const armNames = settings.arms.map(({ scenario }) => scenario);
  const users = new Map<string, UserFigures>();
  const requests = new Map<string, string>();
  const latencies: number[][] = armNames.map(() => []);
  let since: number | null = null;
  let firstArrival: number | undefined;

  for await (const batch of store.exposures({ experiment: id })) {
    for (const { user, arm, request, timestamp, arrival, source, items, milliseconds } of batch) {
      const index = armNames.indexOf(arm ?? '');
      if (user === undefined || index < 0) continue;
      since = Math.min(since ?? timestamp, timestamp);
      firstArrival ??= arrival;
      let figures = users.get(user);
      if (figures === undefined) {
        const none = { lists: 0, clicks: 0, empty: 0, failed: 0, milliseconds: 0, hasBought: false, value: 0 };
        figures = { arm: index, first: timestamp, ...none };
        users.set(user, figures);
      }
      figures.first = Math.min(figures.first, timestamp);
      figures.lists++;
      figures.milliseconds += milliseconds;
      if (source === undefined) figures.failed++;
      else if (items.length === 0) figures.empty++;
      latencies[figures.arm].push(milliseconds);
      requests.set(request, user);
    }
    await pause();
  }

  let withoutPrice = 0;
  const clicked = new Set<string>();
  const clickTypes = new Set(settings.clicks);
  const conversionTypes = new Set(settings.conversions);
  const types = [...new Set([...settings.clicks, ...settings.conversions])];
  const isPurchase = ({ user, type, timestamp }: Event) =>
    conversionTypes.has(type) && (users.get(user)?.first ?? Number.POSITIVE_INFINITY) <= timestamp;
  if (firstArrival !== undefined)
    for await (const batch of store.events({ types, after: Math.max(-1, firstArrival - START_MARGIN) })) {
      const priceOf = await pricesOf(store, batch.filter(isPurchase));
      for (const event of batch) {
        const figures = users.get(event.user);
        if (figures === undefined) continue;
        const { request } = event;
        const isClick = clickTypes.has(event.type) && request !== undefined && requests.get(request) === event.user;
        if (isClick && !clicked.has(request)) {
          clicked.add(request);
          figures.clicks++;
        }
        if (!isPurchase(event)) continue;
        figures.hasBought = true;
        const price = priceOf(event.item);
        if (price === undefined) withoutPrice++;
        figures.value += price ?? 0;
      }
      await pause();
    }

  return { ...evaluate(experiment, [...users.values()], latencies), since, withoutPrice };
}

function evaluate(
  experiment: Experiment,
  users: readonly UserFigures[],
  latencies: number[][],
): Omit<ExperimentResults, 'since' | 'withoutPrice'> {
  const { arms: wanted, metric, alpha, planned, minimalEffect } = experiment.settings;
  const sums = wanted.map(() => Object.fromEntries(METRICS.map((name) => [name, emptySums()])) as ArmSums);
  for (const { arm, lists, clicks, empty, failed, milliseconds, hasBought, value } of users) {
    const of = sums[arm];
    addUser(of.ctr, clicks, lists);
    addUser(of.cvr, hasBought ? 1 : 0, 1);
    addUser(of.value, value, 1);
    addUser(of.empty, empty, lists);
    addUser(of.failed, failed, lists);
    addUser(of.latency, milliseconds, lists);
  }
  const ratios = sums.map(
    (of) => Object.fromEntries(METRICS.map((name) => [name, ratioOf(of[name])])) as Record<keyof ArmSums, Ratio>,
  );
  const lists = sums.map(({ ctr }) => ctr.denominator);
  const arms = wanted.map(({ scenario }, at): ArmResults => {
    const { latency, ...shown } = ratios[at];
    const times = Float64Array.from(latencies[at]).sort();
    return {
      arm: scenario,
      users: sums[at].cvr.users,
      lists: lists[at],
      ...shown,
      latency:
        latency.value === null
          ? null
          : { mean: latency.value, p95: times[Math.min(times.length - 1, Math.floor(times.length * 0.95))] },
    };
  });
  const comparisons = wanted.slice(1).map(({ scenario }, before): ArmDifference => {
    const at = before + 1;
    // Several arms share the errors that may be made.
    const options = { clock: lists[0] + lists[at], planned, alpha: alpha / (wanted.length - 1) };
    const compared = (name: keyof ArmSums) => compareArms(ratios[at][name], ratios[0][name], options);
    const of = (name: OutcomeMetric) => {
      const comparison = compared(name);
      return comparison === undefined ? {} : { [name]: comparison };
    };
    return {
      arm: scenario,
      ...of('ctr'),
      ...of('cvr'),
      ...of('value'),
      guardrails: [
        guardrail('empty', MARGINS.empty, compared('empty')),
        guardrail('failed', MARGINS.failed, compared('failed')),
        guardrail(
          'latency',
          Math.max(MARGINS.milliseconds, MARGINS.latency * (ratios[0].latency.value ?? 0)),
          compared('latency'),
        ),
      ],
    };
  });
  const split = sampleRatio(
    sums.map(({ cvr }) => cvr.users),
    wanted.map(({ weight }) => weight),
  );
  // A value comes from purchases: so many users must have bought.
  const outcomes = sums.map((of) => (metric === 'ctr' ? of.ctr : of.cvr).numerator);
  const hasEnough = sums.every(({ cvr }, at) => cvr.users >= LEAST_USERS && outcomes[at] >= LEAST_OUTCOMES);
  return {
    experiment,
    at: Date.now() / 1000,
    lists: lists.reduce((sum, count) => sum + count, 0),
    arms,
    comparisons,
    sampleRatio: split,
    decision: decide(
      split,
      comparisons.map((one) => ({ arm: one.arm, comparison: one[metric], guardrails: one.guardrails })),
      { metric, hasEnough, minimalEffect },
    ),
  };
}
