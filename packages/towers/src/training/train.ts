/**
 * Training of the towers, top to bottom: prepare the content, solve the start, then epochs of AdamW
 * over length-sorted batches, each followed by a ranking of the validation cases. The epoch with the
 * best validation NDCG@10 is kept; the start itself is epoch 0, so the result is never worse on
 * validation than what was solved. The test cases are not looked at.
 *
 * With `epochs` given, the same is done once more on events that were held out while choosing: that
 * number of epochs of the same schedule, nothing chosen.
 *
 * A run that was interrupted at any step resumes from its last finished epoch if its arguments are
 * the same, and ends in the same bits: every epoch draws its order from a stream of its own, and the
 * checkpoint carries the rest.
 */
import {
  contentErrors,
  createRandom,
  errorCode,
  noProgress,
  type Random,
  type RunContext,
  sha256,
} from '@lorekeep/core';
import {
  createRankEvaluator,
  type EvaluationCase,
  evaluationCases,
  metricsOfRanks,
  type RankEvaluator,
  type Split,
} from '@lorekeep/evaluation';
import { type Arrays, createTrainer, type Trainer } from '@lorekeep/graph';
import { errors } from '../errors.ts';
import { trainingLoss } from '../losses/loss.ts';
import { closedFormStart } from '../model/closed-form-start.ts';
import { type PreparedContent, prepareContent } from '../model/content.ts';
import { createIdTable, type IdTable } from '../model/id-table.ts';
import { initialParameters, joinedArrays } from '../model/parameters.ts';
import type { TowerConfig } from '../options.ts';
import { createTowerEncoder, type TowerEncoder } from '../tower-vectors.ts';
import { type Checkpoint, loadCheckpoint, saveCheckpoint } from './checkpoint.ts';
import type { EpochRecord } from './epoch-record.ts';
import { type Batches, createBatches, readsBatchItems } from './feeds.ts';
import { type ContentInfo, type InitialTowers, startFromOtherTowers } from './transfer.ts';

export interface TrainTowersOptions extends RunContext {
  split: Split;
  /**
   * `[items × contentInfo.dim]` from the frozen encoder, in the item order of the log; zeros for an
   * item without text. Not needed if `config.items.content` is false.
   */
  content?: Float32Array;
  contentInfo: ContentInfo;
  config: TowerConfig;
  /** Default 42. */
  seed?: number;
  /** Trains exactly this number of epochs and keeps the last. Default: validation chooses. */
  epochs?: number;
  /** First values from other towers instead of `config.network.start`. */
  initial?: InitialTowers;
  /** Directory of the checkpoint. Default: none, an interrupted run starts again. */
  workDir?: string;
  /** Default: all cores. */
  threads?: number;
}

export interface TrainedTowers {
  config: TowerConfig;
  contentInfo: ContentInfo;
  /** As the model functions read them, with `content/mean` and, if content is whitened, `content/whitening`. */
  parameters: Arrays;
  /** `[items × contentInfo.dim]` centred and whitened as the towers read it, `undefined` without content. */
  content: Float32Array | undefined;
  /** The bundle whose towers training started from. */
  initialFrom?: InitialTowers['from'];
  bestEpoch: number;
  records: EpochRecord[];
}

/** What the functions below share. */
interface Run {
  options: TrainTowersOptions;
  content: Float32Array | undefined;
  contentDim: number;
  /** Arrays that are fed to every step and never trained. */
  fixed: Arrays;
  table: IdTable | undefined;
  batches: Batches;
  stepsPerEpoch: number;
  trainer: Trainer;
  /** Names the run's checkpoint: everything the numbers depend on. */
  key: string;
  orders: Random;
  validate: (parameters: Arrays) => Promise<number>;
}

/** Where a run is. */
type State = Pick<Checkpoint, 'epoch' | 'bestEpoch' | 'best' | 'records'>;

/**
 * Reports progress as stage `'start'`, unit `'rounds'`, then stage `'train'`, unit `'steps'`, with
 * epoch, loss and validation NDCG@10 in the note.
 *
 * @throws LorekeepError `TOWERS_NO_TRANSITIONS`, `CONTENT_INVALID`, `TOWERS_INIT_MISMATCH`,
 *   `TOWERS_LOSS_NOT_FINITE`, `TOWERS_DIVERGED` (the last good epoch stays in `workDir`);
 *   `signal.reason` if stopped
 */
export async function trainTowers(options: TrainTowersOptions): Promise<TrainedTowers> {
  const { split, contentInfo, config, seed = 42, initial, workDir, threads, signal } = options;
  const items = split.log.itemIds.length;
  if (split.transitions === 0)
    throw errors.TOWERS_NO_TRANSITIONS({ users: split.log.userIds.length, transitions: split.transitions });
  const prepared = await preparedContent(options);
  const content = prepared?.content;
  const contentDim = config.items.content ? contentInfo.dim : 0;
  signal?.throwIfAborted();

  const key = checkpointKey(options, content);
  const random = createRandom(seed);
  const saved = workDir === undefined ? undefined : await loadCheckpoint(workDir, key);
  const orders = random.fork('orders');
  const first = await firstValues(options, content, contentDim, saved !== undefined, random);
  const fixed = saved?.fixed ?? first.fixed;
  const usesTable = config.items.id && readsBatchItems(config);
  const table = usesTable ? createIdTable(first.parameters, fixed, saved?.table) : undefined;
  const batches = createBatches(split, config, content, contentDim, fixed);
  const stepsPerEpoch = batches.plan(orders.fork('count')).length;
  const trainer = await createTowerTrainer(
    options,
    saved?.state.parameters ?? first.parameters,
    table,
    stepsPerEpoch,
    random,
  );
  const encoder = createTowerEncoder(config, { items, contentDim }, { threads, signal });
  const ranker = createRankEvaluator({ threads, signal });
  try {
    const cases = evenDraw(evaluationCases(split, 'valid'), config.training.validationUsers, random.fork('validation'));
    const validate = async (parameters: Arrays) => {
      const ranks = await ranksOf(cases, joinedArrays(parameters, fixed, config), content, encoder, ranker);
      return metricsOfRanks(ranks)['ndcg@10'];
    };
    const run = { options, content, contentDim, fixed, table, batches, stepsPerEpoch, trainer, key, orders, validate };
    const { best, bestEpoch, records } = await trainEpochs(run, saved);
    const parameters = joinedArrays(best, fixed, config);
    Object.assign(parameters, prepared?.parameters);
    return {
      config,
      contentInfo,
      parameters,
      content,
      bestEpoch,
      records,
      ...(initial === undefined ? {} : { initialFrom: initial.from }),
    };
  } finally {
    await Promise.all([trainer.close(), encoder.close(), ranker.close()]);
  }
}

async function preparedContent({
  split,
  content,
  contentInfo,
  config,
  initial,
  threads,
}: TrainTowersOptions): Promise<PreparedContent | undefined> {
  if (!config.items.content) return undefined;
  if (content === undefined) throw contentErrors.CONTENT_INVALID({ problem: 'none were given' });
  const items = split.log.itemIds.length;
  const how = { threads, fitted: initial?.parameters };
  return prepareContent(content, items, contentInfo.dim, config.items.whitening, how);
}

function checkpointKey(
  { split, config, seed = 42, initial, epochs }: TrainTowersOptions,
  content: Float32Array | undefined,
): string {
  const facts = [
    7,
    split.protocol,
    split.fitOn,
    split.log.fingerprint,
    config.items,
    config.network,
    config.loss,
    config.training,
    seed,
    content ? sha256(new Uint8Array(content.buffer)) : '',
    initial?.from.parameters ?? '',
    epochs ?? '',
  ];
  return sha256(JSON.stringify(facts));
}

/** First values of all parameters: solved, random, or those of other towers. */
async function firstValues(
  { split, contentInfo, config, initial, threads, progress, signal }: TrainTowersOptions,
  content: Float32Array | undefined,
  contentDim: number,
  resumed: boolean,
  random: Random,
) {
  const items = split.log.itemIds.length;
  const { start: kind, dim } = config.network;
  const run = { progress, signal, threads };
  const start =
    resumed || initial !== undefined || kind === 'random'
      ? undefined
      : await closedFormStart(split, content, contentDim, dim, random.fork('start'), run);
  signal?.throwIfAborted();
  const first = initialParameters(config, { items, contentDim }, start, random.fork('parameters'));
  if (initial !== undefined) first.parameters = startFromOtherTowers(first.parameters, initial, config, contentInfo);
  return first;
}

function createTowerTrainer(
  { config, threads }: TrainTowersOptions,
  parameters: Arrays,
  table: IdTable | undefined,
  stepsPerEpoch: number,
  random: Random,
): Promise<Trainer> {
  const { learningRate, weightDecay, clipNorm, averageDecay, epochs } = config.training;
  return createTrainer({
    loss: (learned, batch, context) => trainingLoss(learned, batch, config, context),
    parameters,
    optimiser: {
      learningRate,
      weightDecay,
      clipNorm,
      schedule: {
        kind: 'cosine',
        warmupSteps: Math.min(100, stepsPerEpoch),
        totalSteps: Math.max(stepsPerEpoch * epochs, stepsPerEpoch + 1),
        floor: 0.05,
      },
    },
    random: random.fork('dropout'),
    tables: table?.tables,
    averageDecay: averageDecay > 0 ? averageDecay : undefined,
    threads,
  });
}

async function trainEpochs(run: Run, saved: Checkpoint | undefined): Promise<State> {
  const { options, trainer, stepsPerEpoch, orders, validate } = run;
  const { progress = noProgress, epochs: fixedEpochs } = options;
  const { epochs, patience } = options.config.training;
  const state = await firstState(run, saved);
  const total = stepsPerEpoch * (fixedEpochs ?? epochs);
  const report = (note: string, done: number) =>
    progress({ stage: 'train', done: Math.min(done, total), total, unit: 'steps', note });
  report(noteOf(state, fixedEpochs), state.epoch * stepsPerEpoch);
  const goesOn = () =>
    fixedEpochs === undefined
      ? state.epoch < epochs && state.epoch - state.bestEpoch < patience
      : state.epoch < fixedEpochs;
  while (goesOn()) {
    const loss = await trainEpoch(run, state, orders.fork(`epoch ${state.epoch + 1}`), report);
    state.epoch++;
    const parameters = parametersOf(run);
    const ndcg = await validate(parameters);
    if (fixedEpochs !== undefined || ndcg > Math.max(...state.records.map((record) => record.ndcg))) {
      state.bestEpoch = state.epoch;
      state.best = parameters;
    }
    state.records.push({ epoch: state.epoch, loss, ndcg });
    await save(run, state);
  }
  report(noteOf(state, fixedEpochs), total);
  await trainer.close();
  return state;
}

async function firstState(run: Run, saved: Checkpoint | undefined): Promise<State> {
  if (saved !== undefined) {
    run.trainer.restore(saved.state);
    const { epoch, bestEpoch, best, records } = saved;
    return { epoch, bestEpoch, best, records };
  }
  const best = parametersOf(run);
  const state: State = { epoch: 0, bestEpoch: 0, best, records: [{ epoch: 0, ndcg: await run.validate(best) }] };
  await save(run, state);
  return state;
}

/** @returns the mean loss */
async function trainEpoch(
  { options, batches, table, trainer, stepsPerEpoch }: Run,
  { epoch, records }: State,
  draws: Random,
  report: (note: string, done: number) => void,
): Promise<number> {
  const { signal, workDir: checkpoint, epochs } = options;
  let lossSum = 0;
  let positions = 0;
  for (const [at, plan] of batches.plan(draws).entries()) {
    signal?.throwIfAborted();
    const { feeds, items, weight } = batches.feeds(plan, draws);
    const { loss } = await trainer.step(feeds, table && items && table.rows(items)).catch((error) => {
      const where = { epoch: epoch + 1, step: at + 1, checkpoint };
      const code = errorCode(error);
      if (code === 'GRAPH_NOT_FINITE') throw errors.TOWERS_LOSS_NOT_FINITE(where);
      if (code === 'GRAPH_DIVERGED') throw errors.TOWERS_DIVERGED({ ...where, problem: (error as Error).message });
      throw error;
    });
    lossSum += loss * weight;
    positions += weight;
    const soFar = (lossSum / positions).toFixed(3);
    report(`epoch ${epoch + 1}, loss ${soFar}, ${noteOf({ records }, epochs)}`, epoch * stepsPerEpoch + at + 1);
  }
  return lossSum / positions;
}

function parametersOf({ trainer, table, options }: Run): Arrays {
  const averaged = options.config.training.averageDecay > 0;
  return { ...(averaged ? trainer.averages() : trainer.parameters()), ...table?.whole() };
}

async function save({ options, trainer, key, fixed, table }: Run, state: State): Promise<void> {
  if (options.workDir === undefined) return;
  const checkpoint = { ...state, fixed, state: trainer.state(), table: table?.arrays() };
  await saveCheckpoint(options.workDir, key, checkpoint);
}

function noteOf({ records }: Pick<State, 'records'>, fixedEpochs: number | undefined): string {
  if (fixedEpochs !== undefined) return `once more, ${fixedEpochs} epochs as chosen`;
  const best = records.reduce((a, b) => (b.ndcg > a.ndcg ? b : a));
  return `best validation NDCG@10 ${best.ndcg.toFixed(4)} (${best.epoch === 0 ? 'the start' : `epoch ${best.epoch}`})`;
}

/** All cases, or `most` of them drawn evenly. */
function evenDraw(cases: EvaluationCase[], most: number, random: Random): EvaluationCase[] {
  return cases.length <= most ? cases : random.shuffle(cases).slice(0, most);
}

/** `[cases]` ranks, seen items included. */
async function ranksOf(
  cases: EvaluationCase[],
  parameters: Arrays,
  content: Float32Array | undefined,
  encoder: TowerEncoder,
  ranker: RankEvaluator,
): Promise<Float64Array> {
  if (cases.length === 0) return new Float64Array(0);
  const { users, vectors, dim } = await encoder.both(parameters, content, cases);
  const targets = cases.map(({ target }) => target);
  return ranker.byVectors(users, vectors, dim, targets);
}
