/**
 * Training of a recommender: linear model, towers, re-ranker, and the choice of what orders the
 * list. Validation decides everything; the test cases are not looked at.
 *
 * With `selected` the same is done once more on events that were held out while choosing (`fitOn`):
 * the same settings and number of epochs, nothing chosen.
 */
import { centredContent, contentMean, type RunContext, sha256 } from '@lorekeep/core';
import { casesForChoice, evaluationCases, type FitOn, type Protocol, type Split, splitBy } from '@lorekeep/evaluation';
import { clearSolutions, fitLinear, type LinearModel, type SolutionCache } from '@lorekeep/linear';
import { type CentredContent, type TrainedReranker, trainReranker } from '@lorekeep/ranking';
import type { EventRules, InteractionLog } from '@lorekeep/store';
import {
  type ContentInfo,
  createTowerEncoder,
  type InitialTowers,
  type TrainedTowers,
  trainTowers,
} from '@lorekeep/towers';
import type { BundleManifest } from '../bundle/manifest.ts';
import { errors } from '../errors.ts';
import { resolveConfig } from '../options/resolve-config.ts';
import type { RecommenderConfig } from '../options/table.ts';
import { checkLog, checkTexts } from './trainable.ts';

export interface TrainOptions extends RunContext {
  log: InteractionLog;
  /**
   * `[items × contentInfo.dim]` from the frozen encoder, in the item order of the log; zeros for an
   * item without text. Not needed if `config.items.content` is false.
   */
  content?: Float32Array;
  /** What made the vectors; goes into the manifest of the bundle. */
  contentInfo: ContentInfo;
  /** What made events positive; goes into the manifest of the bundle. */
  eventRules?: EventRules;
  /** Default: the preset `learn`. */
  config?: RecommenderConfig;
  /** Name for the manifest. Default `'learn'`. */
  preset?: string;
  /** Default 42. */
  seed?: number;
  /** Which events are held out for validation and test. Default `'leave-one-out'`. */
  protocol?: Protocol;
  /** Which events are trained on; more than `'train'` (the default) only with `selected`. */
  fitOn?: FitOn;
  /** What an earlier training selected (from its manifest). Default: validation selects. */
  selected?: Selected;
  /** Towers to start from instead of `config.network.start`. */
  initial?: InitialTowers;
  /** Directory for the checkpoint and for solutions of the linear model. Default: none. */
  workDir?: string;
  /** Default: all cores. */
  threads?: number;
  /** As in `fitLinear`: the largest catalogue whose linear model is solved as a whole. Default 9,000. */
  denseItems?: number;
}

/** What validation decides. */
export type Selected = Pick<BundleManifest, 'version' | 'training' | 'linear' | 'reranker'>;

/** A recommender as it leaves training, in memory. `writeBundle` saves it. */
export interface TrainedRecommender {
  config: RecommenderConfig;
  preset: string;
  seed: number;
  split: Split;
  eventRules?: EventRules;
  towers: TrainedTowers;
  /** Absent if there is none, or if the towers alone are better. */
  linear?: LinearModel;
  /** Absent if none was trained; its `parts` are there only if it orders the list. */
  reranker?: TrainedReranker;
  /** As in the manifest. */
  refit?: BundleManifest['refit'];
}

/**
 * Reports progress as the stages of `fitLinear`, then of `trainTowers`, then of `trainReranker`.
 *
 * @throws LorekeepError `REFIT_WITHOUT_CHOICE`, `OPTION_INVALID`, `TRAINING_NO_EVENTS`,
 *   `TRAINING_ONE_ITEM`, `TRAINING_TEXTS_EQUAL`, and what `fitLinear`, `trainTowers` and `trainReranker` throw; `signal.reason` if stopped
 */
export async function trainRecommender(options: TrainOptions): Promise<TrainedRecommender> {
  const { log, contentInfo, preset = 'learn', seed = 42, protocol = 'leave-one-out', fitOn = 'train' } = options;
  const { eventRules, selected, initial, workDir, threads, progress, signal } = options;
  if ((fitOn === 'train') !== (selected === undefined)) throw errors.REFIT_WITHOUT_CHOICE();
  const config = resolveConfig('learn', { ...(options.config ?? resolveConfig()) });
  checkLog(log);
  checkTexts(config, options.content, log.itemIds.length, contentInfo.dim);
  const split = splitBy(protocol, log, fitOn, config.events);
  const run = { threads, progress, signal };
  const solved = split.transitions === 0 ? undefined : await solvedModel(options, config, split);
  const epochs = selected && (selected.training?.bestEpoch ?? 0);
  const content = options.content;
  const towers = await trainTowers({ split, content, contentInfo, config, seed, epochs, initial, workDir, ...run });
  const above = solved && (await aboveTowers({ ...options, seed }, config, split, solved, towers));
  return {
    config,
    preset,
    seed,
    split,
    ...(eventRules === undefined ? {} : { eventRules }),
    // A training without validation cases repeats the record of the one that selected.
    towers: { ...towers, ...selected?.training },
    ...above,
    ...(selected === undefined || fitOn === 'train' ? {} : { refit: { on: fitOn, from: selected.version } }),
  };
}

interface Solved {
  linear: LinearModel;
  /** `[items]` of its P. */
  diagonal: Float32Array;
  content: CentredContent | undefined;
  cache: SolutionCache | undefined;
}

/** The linear model, if one is wanted. */
async function solvedModel(
  { content: raw, threads, progress, signal, contentInfo, workDir, selected, denseItems }: TrainOptions,
  { items: { content: usesContent }, linear, network }: RecommenderConfig,
  split: Split,
): Promise<Solved | undefined> {
  const items = split.log.itemIds.length;
  const notSelected = selected !== undefined && selected.linear === undefined;
  if (linear.neighboursPerItem === 0 || notSelected) return undefined;
  const mean = usesContent && raw !== undefined ? contentMean(raw, items, contentInfo.dim) : undefined;
  const content = mean && { mean, centred: centredContent(raw as Float32Array, mean) };
  const cache = workDir === undefined ? undefined : cacheOf(workDir, split, content?.centred);
  if (cache !== undefined) await clearSolutions(cache);
  const fitted = await fitLinear(split, content, {
    neighboursPerItem: linear.neighboursPerItem,
    maxHistory: network.maxHistory,
    cache,
    threads,
    denseItems,
    progress,
    signal,
    selected: selectedLinear(selected),
  });
  return { ...fitted, content, cache };
}

function selectedLinear(selected: Selected | undefined): Pick<LinearModel, 'settings' | 'search'> | undefined {
  if (selected?.linear === undefined) return undefined;
  const { search, ...settings } = selected.linear;
  return { settings, search };
}

/** Every solution depends on these facts and on its settings. */
function cacheOf(
  directory: string,
  { protocol, fitOn, log, choice }: Split,
  content: Float32Array | undefined,
): SolutionCache {
  const texts = content ? sha256(new Uint8Array(content.buffer, content.byteOffset, content.byteLength)) : '';
  const more = [...(fitOn === 'train' ? [] : [fitOn]), ...(choice === '' ? [] : [choice])];
  return { directory, data: JSON.stringify([protocol, log.fingerprint, texts, ...more]) };
}

/**
 * What orders the list instead of the towers: the linear model, and the re-ranker over it. Of these
 * and the towers alone, the one with the best validation NDCG@10 is kept.
 */
async function aboveTowers(
  { seed, threads, progress, signal, selected }: TrainOptions,
  config: RecommenderConfig,
  split: Split,
  { linear, diagonal, content, cache }: Solved,
  towers: TrainedTowers,
): Promise<Pick<TrainedRecommender, 'linear' | 'reranker'>> {
  if (!config.reranker.enabled) return { linear };
  if (selected?.reranker?.used === false) return { linear, reranker: { report: selected.reranker } };
  const hasCases = split.heldOut.valid.users.length > 0;
  const reranker = await trainReranker(split, linear, diagonal, content, {
    seed,
    threads,
    progress,
    signal,
    cache,
    selected: selected?.reranker,
    ...(hasCases ? { towers: () => validationVectors(split, config, towers, threads, signal) } : {}),
  });
  const { report } = reranker;
  const { linear: linearMetrics, reranker: rerankerMetrics } = report.valid;
  const best = Math.max(linearMetrics['ndcg@10'], report.used ? (rerankerMetrics?.['ndcg@10'] ?? 0) : 0);
  const reached = Math.max(...towers.records.map(({ ndcg }) => ndcg));
  if (hasCases && best <= reached) return { reranker: { report: { ...report, used: false } } };
  return { linear, reranker };
}

async function validationVectors(
  split: Split,
  config: RecommenderConfig,
  { parameters, content, contentInfo }: TrainedTowers,
  threads: number | undefined,
  signal: AbortSignal | undefined,
) {
  const sizes = { items: split.log.itemIds.length, contentDim: config.items.content ? contentInfo.dim : 0 };
  const encoder = createTowerEncoder(config, sizes, { threads, signal });
  try {
    const cases = casesForChoice(evaluationCases(split, 'valid'));
    const vectors = await encoder.both(parameters, content, cases);
    return { ...vectors, temperature: config.loss.temperature };
  } finally {
    await encoder.close();
  }
}
