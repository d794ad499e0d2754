/**
 * An evaluation as one HTML page. It takes plain data, such as the result of a workspace's
 * `evaluate`, and needs neither the model nor the store.
 */
import { noProgress, type RunContext } from '@lorekeep/core';
import type { Evaluation } from '@lorekeep/evaluation';
import type { Item } from '@lorekeep/store';
import type { EpochRecord } from '@lorekeep/towers';
import { layOutItems } from './item-map.ts';
import { reportPage } from './page.ts';

export interface ReportedEvaluation {
  version: string;
  preset: string;
  protocol: string;
  seed: number;
  encoder: { name: string; isLanguageModel: boolean };
  /** The log that was evaluated on. */
  data: { items: number; users: number; events: number };
  valid: Evaluation;
  test: Evaluation;
  /** On the test cases: baselines, and another version if there is one to compare with. */
  baselines: Record<string, Evaluation>;
  against: Record<string, Evaluation>;
  /**
   * Present for a model that was trained once more on the validation events; `from` selected its
   * settings.
   */
  refit?: { from: string };
  /** Absent for models that were trained before curves were saved. */
  training?: { bestEpoch: number; records: readonly EpochRecord[] };
  /** By stage of the training. */
  seconds?: Record<string, number>;
  /**
   * What the map of the items shows: about `MAP_ITEMS` items, `[items.length × dim]`. Absent: no
   * map.
   */
  itemSample?: { items: readonly Item[]; vectors: Float32Array };
}

/**
 * The page: tables, plots, training curves, a map of the items. It contains no script and loads
 * nothing.
 *
 * @returns HTML
 * @example
 * const evaluation = await workspace.evaluate({ itemSample: MAP_ITEMS });
 * await writeFile('report.html', await evaluationReport(evaluation));
 */
export async function evaluationReport(
  evaluation: ReportedEvaluation,
  { progress = noProgress, signal }: RunContext = {},
): Promise<string> {
  const { preset, seed, valid, test, baselines, against, training, seconds, itemSample } = evaluation;
  progress({ stage: 'report', done: 0, total: 1, unit: 'pages', note: 'laying out the item map' });
  const map = itemSample && (await layOutItems(itemSample.items, itemSample.vectors, seed));
  signal?.throwIfAborted();
  const page = await reportPage({
    facts: factsOf(evaluation),
    evaluations: [[preset, test], ...Object.entries(against), ...Object.entries(baselines)],
    validation: valid,
    training,
    seconds,
    map,
  });
  progress({ stage: 'report', done: 1, total: 1, unit: 'pages' });
  return page;
}

function factsOf(evaluation: ReportedEvaluation): [string, string][] {
  const { version, preset, protocol, seed, encoder, data, test, refit } = evaluation;
  const count = (n: number) => n.toLocaleString('en-US');
  return [
    ['version', version],
    ['preset', preset],
    ['protocol', protocol],
    ['text encoder', `${encoder.name}${encoder.isLanguageModel ? '' : ' (not a language model)'}`],
    ['seed', String(seed)],
    // A model trained on all events has no unseen events to be evaluated on.
    ...(refit === undefined
      ? []
      : [['refit', `on the validation events too, with the settings of ${refit.from}`] as [string, string]]),
    ['items', count(data.items)],
    ['users', count(data.users)],
    ['events', count(data.events)],
    ['test cases', count(test.metrics.users)],
    ['created', new Date().toISOString().slice(0, 16).replace('T', ' ')],
  ];
}
