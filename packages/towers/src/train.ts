/**
 * Training, top to bottom: solve the linear model, centre the content, solve the towers' start, then epochs of AdamW over length-sorted batches with
 * the validation set ranked after each. The best epoch on validation NDCG@10 is kept, the start itself being epoch 0,
 * so what comes out is never worse there than what was solved. Last, with `secondStage`, what orders the first places
 * (second-stage/train.ts), kept where it is better there than the towers. The test set is not looked at.
 *
 * With `chosen` the same is done once more on events that were held back while choosing (`on`): as many epochs, the same
 * settings, nobody asked.
 *
 * Interrupted at any step, a run with the same arguments goes on from its last finished epoch and ends in the same bits:
 * every epoch draws its order from a stream of its own, and the checkpoint carries the rest.
 */
import { createRandom, errorCode, type Random, type RunContext, sha256, silent } from '@lorekeep/core';
import { type Arrays, createTrainer } from '@lorekeep/graph';
import type { Corpus } from '@lorekeep/store';
import { loadCheckpoint, saveCheckpoint } from './checkpoint.ts';
import { resolveConfig, type TowerConfig } from './config.ts';
import { centredContent, contentMean, prepareContent } from './content.ts';
import { createTowerEncoder, type TowerEncoder } from './encode.ts';
import { badContent, badTowerInput, diverged, notFinite, nothingToLearn } from './errors.ts';
import { createBatches, readsBatchItems } from './feeds.ts';
import { createIdTable } from './id-table.ts';
import { trainingLoss } from './loss.ts';
import { metricsOfRanks } from './metrics.ts';
import { initialParameters, joinedArrays } from './parameters.ts';
import { createRankEvaluator, type RankEvaluator, type Ranking } from './ranks.ts';
import { type TrainedStage, type TrainStageOptions, trainSecondStage } from './second-stage/train.ts';
import { fitLinear, type LinearModel, type LinearOptions, MOST_ITEMS } from './solved/linear.ts';
import { clearShelf, type Shelf } from './solved/solution.ts';
import { type Question, questions, type Split, splitBy } from './split.ts';
import { closedFormStart } from './start.ts';
import { type InitialTowers, takenOver } from './transfer.ts';
import type { BundleManifest, EpochRecord, Protocol, TrainedOn } from './types.ts';

export interface TrainOptions extends RunContext {
  corpus: Corpus;
  /** `[items × contentInfo.dim]` of the frozen encoder, in the corpus's item order; zeros for an item without text. Not needed where `config.content` is false. */
  content?: Float32Array;
  /** What made the vectors; goes into the bundle's manifest. */
  contentInfo: BundleManifest['content'];
  /** Default: the preset `learn`. */
  config?: TowerConfig;
  /** Shown in the manifest. Default `'learn'`. */
  preset?: string;
  /** Default 42. */
  seed?: number;
  /** Which events are kept for validation and test. Default `'leave-one-out'`. */
  protocol?: Protocol;
  /** What may be trained on; beyond `'train'` (the default) only with `chosen`. */
  on?: TrainedOn;
  /** What an earlier training chose: its manifest has it. Default: it is chosen on the validation questions. */
  chosen?: Chosen;
  /** Begins at these towers instead of where `config.start` says. */
  initial?: InitialTowers;
  /** Where the checkpoint is kept. Default: nowhere, an interrupted run begins anew. */
  workDir?: string;
  /** Default: all the machine offers. */
  threads?: number;
}

/** What validation decides. */
export type Chosen = Pick<BundleManifest, 'version' | 'training' | 'linear' | 'secondStage'>;

export interface TrainedTowers {
  config: TowerConfig;
  preset: string;
  seed: number;
  contentInfo: BundleManifest['content'];
  corpus: Corpus;
  split: Split;
  /** As the model functions read them, with `content/mean` and, where content is whitened, `content/whitening`. */
  parameters: Arrays;
  /** Centred and whitened as the towers read it, `undefined` without content. */
  content: Float32Array | undefined;
  /** The bundle that training began at. */
  initialFrom?: InitialTowers['from'];
  /** As in the manifest. */
  refit?: BundleManifest['refit'];
  /** Scores in the towers' place, where there is one. */
  linear?: LinearModel;
  /** Orders the linear model's candidates, where it has parts. */
  secondStage?: TrainedStage;
  bestEpoch: number;
  records: EpochRecord[];
}

/**
 * Progress is reported as the linear model's stages (`fitLinear`), then stage `'start'`, unit `'rounds'`, then stage `'train'`, unit `'steps'`, with epoch, loss and validation NDCG@10 in the note.
 *
 * @throws LorekeepError `TOWERS_BAD_INPUT` (validation events without `chosen`), `TOWERS_NO_TRANSITIONS`, `TOWERS_BAD_CONTENT`, `TOWERS_BAD_OPTION`, `TOWERS_INIT_MISMATCH`, `TOWERS_LOSS_NOT_FINITE`,
 *   `TOWERS_DIVERGED` (the last good epoch stays in `workDir`); `signal.reason` when stopped
 */
export async function trainTowers(options: TrainOptions): Promise<TrainedTowers> {
  const { corpus, contentInfo, preset = 'learn', seed = 42, protocol = 'leave-one-out' } = options;
  const { initial, workDir, threads, progress = silent, signal, on = 'train', chosen } = options;
  if ((on === 'train') !== (chosen === undefined))
    throw badTowerInput('chosen', 'must be given where more than the training events is trained on, and only there');
  const config = resolveConfig('learn', { ...(options.config ?? resolveConfig()) });
  const split = splitBy(protocol, corpus, on);
  if (split.transitions === 0) throw nothingToLearn(corpus.userIds.length, split.transitions);
  if (config.content && options.content === undefined) throw badContent('none were given');
  const items = corpus.itemIds.length;
  const contentDim = config.content ? contentInfo.dim : 0;
  const prepared = config.content
    ? await prepareContent(options.content as Float32Array, items, contentDim, config.whitening, {
        threads,
        fitted: initial?.parameters,
      })
    : undefined;
  const content = prepared?.content;
  signal?.throwIfAborted();

  const key = sha256(
    JSON.stringify([
      6,
      protocol,
      corpus.fingerprint,
      config,
      seed,
      content ? sha256(new Uint8Array(content.buffer)) : '',
      initial?.from.parameters ?? '',
      ...(chosen === undefined ? [] : [on, chosen.training?.bestEpoch, chosen.linear, chosen.secondStage]),
    ]),
  );
  const solved = await solvedModel(options, config, split);
  const random = createRandom(seed);
  const saved = workDir === undefined ? undefined : await loadCheckpoint(workDir, key);
  const orders = random.fork('orders');
  const start =
    saved !== undefined || initial !== undefined || config.start === 'random'
      ? undefined
      : await closedFormStart(split, content, contentDim, config.dim, random.fork('start'), {
          progress,
          signal,
          threads,
        });
  signal?.throwIfAborted();
  const first = initialParameters(config, { items, contentDim }, start, random.fork('parameters'));
  if (initial !== undefined) first.parameters = takenOver(first.parameters, initial, config, contentInfo);
  const fixed = saved?.fixed ?? first.fixed;

  const table = config.id && readsBatchItems(config) ? createIdTable(first.parameters, fixed, saved?.table) : undefined;
  const batches = createBatches(split, config, content, contentDim, fixed);
  const stepsPerEpoch = batches.plan(orders.fork('count')).length;
  /** The epoch that was chosen, where one was. */
  const last = chosen && (chosen.training?.bestEpoch ?? 0);
  const totalSteps = stepsPerEpoch * config.epochs;
  const steps = stepsPerEpoch * (last ?? config.epochs);
  const note = (records: EpochRecord[]) =>
    last === undefined ? noteOf(records) : `once more, ${last} epochs as chosen`;
  const trainer = await createTrainer({
    loss: (parameters, batch, context) => trainingLoss(parameters, batch, config, context),
    parameters: saved?.state.parameters ?? first.parameters,
    optimiser: {
      learningRate: config.learningRate,
      weightDecay: config.weightDecay,
      clipNorm: config.clipNorm,
      schedule: {
        kind: 'cosine',
        warmupSteps: Math.min(100, stepsPerEpoch),
        totalSteps: Math.max(totalSteps, stepsPerEpoch + 1),
        floor: 0.05,
      },
    },
    random: random.fork('dropout'),
    tables: table?.tables,
    averageDecay: config.averageDecay > 0 ? config.averageDecay : undefined,
    threads,
  });
  const encoder = createTowerEncoder(config, { items, contentDim }, { threads, signal });
  const ranker = createRankEvaluator({ threads, signal });
  try {
    const asked = evenDraw(questions(split, 'valid'), config.validationUsers, random.fork('validation'));
    const parametersNow = () => ({
      ...(config.averageDecay > 0 ? trainer.averages() : trainer.parameters()),
      ...table?.whole(),
    });
    const save = async () => {
      if (workDir === undefined) return;
      const state = trainer.state();
      await saveCheckpoint(workDir, key, { epoch, bestEpoch, records, best, fixed, state, table: table?.arrays() });
    };
    const validate = async (parameters: Arrays) =>
      metricsOfRanks(await ranksOf(asked, joinedArrays(parameters, fixed, config), content, encoder, ranker))[
        'ndcg@10'
      ];
    let epoch = 0;
    let bestEpoch = 0;
    let best = parametersNow();
    let records: EpochRecord[] = [];
    if (saved === undefined) {
      records.push({ epoch: 0, ndcg: await validate(best) });
      await save();
    } else {
      trainer.restore(saved.state);
      ({ epoch, bestEpoch, best, records } = saved);
    }
    progress({ stage: 'train', done: epoch * stepsPerEpoch, total: steps, unit: 'steps', note: note(records) });

    // The same epochs of the same schedule, where they are known.
    while (last === undefined ? epoch < config.epochs && epoch - bestEpoch < config.patience : epoch < last) {
      const draws = orders.fork(`epoch ${epoch + 1}`);
      let lossSum = 0;
      let positions = 0;
      for (const [step, plan] of batches.plan(draws).entries()) {
        signal?.throwIfAborted();
        const { feeds, items: batchItems, weight } = batches.feeds(plan, draws);
        const rows = table && batchItems && table.rows(batchItems);
        const { loss } = await trainer.step(feeds, rows).catch((error) => {
          const code = errorCode(error);
          if (code === 'GRAPH_NOT_FINITE') throw notFinite(epoch + 1, step + 1, workDir);
          if (code === 'GRAPH_DIVERGED') throw diverged(epoch + 1, step + 1, (error as Error).message, workDir);
          throw error;
        });
        lossSum += loss * weight;
        positions += weight;
        progress({
          stage: 'train',
          done: Math.min(epoch * stepsPerEpoch + step + 1, steps),
          total: steps,
          unit: 'steps',
          note: `epoch ${epoch + 1}, loss ${(lossSum / positions).toFixed(3)}, ${note(records)}`,
        });
      }
      epoch++;
      const parameters = parametersNow();
      const ndcg = await validate(parameters);
      if (last !== undefined || ndcg > Math.max(...records.map((record) => record.ndcg))) {
        bestEpoch = epoch;
        best = parameters;
      }
      records.push({ epoch, loss: lossSum / positions, ndcg });
      await save();
    }
    progress({ stage: 'train', done: steps, total: steps, unit: 'steps', note: note(records) });
    const reached = Math.max(...records.map((record) => record.ndcg));
    // Its memory is needed for what follows.
    await trainer.close();
    const parameters = joinedArrays(best, fixed, config);
    const towers = async () => {
      const found = await vectorsOf(questions(split, 'valid'), parameters, content, encoder);
      return { ...found, temperature: config.temperature };
    };
    const above =
      solved && (await aboveTowers({ ...options, seed }, config.secondStage, split, solved, reached, towers));
    Object.assign(parameters, prepared?.parameters);
    return {
      config,
      preset,
      seed,
      contentInfo,
      corpus,
      split,
      parameters,
      content,
      // A training that nobody was asked about tells what chose it.
      ...(chosen?.training ?? { bestEpoch, records }),
      ...above,
      ...(chosen === undefined || on === 'train' ? {} : { refit: { on, from: chosen.version } }),
      ...(initial === undefined ? {} : { initialFrom: initial.from }),
    };
  } finally {
    await Promise.all([trainer.close(), encoder.close(), ranker.close()]);
  }
}

interface Solved {
  linear: LinearModel;
  /** `[items]` of its P. */
  diagonal: Float32Array;
  /** Centred, as it was solved with. */
  content: Float32Array | undefined;
  shelf: Shelf | undefined;
}

/** The linear model, where one is wanted and the catalogue small enough to be solved exactly. */
async function solvedModel(
  { content: raw, threads, progress, signal, contentInfo, workDir, chosen }: TrainOptions,
  { content: wanted, neighbours, maxHistory }: TowerConfig,
  split: Split,
): Promise<Solved | undefined> {
  const items = split.corpus.itemIds.length;
  const unused = chosen !== undefined && chosen.linear === undefined;
  if (neighbours === 0 || items > MOST_ITEMS || unused) return undefined;
  const mean = wanted && raw !== undefined ? contentMean(raw, items, contentInfo.dim) : undefined;
  const content = mean && { mean, centred: centredContent(raw as Float32Array, mean) };
  const shelf = workDir === undefined ? undefined : shelfOf(workDir, split, content?.centred);
  if (shelf !== undefined) await clearShelf(shelf);
  const how = { perItem: neighbours, maxHistory, shelf, threads, progress, signal, chosen: chosenLinear(chosen) };
  return { ...(await fitLinear(split, content, how)), content: content?.centred, shelf };
}

function chosenLinear(chosen: Chosen | undefined): LinearOptions['chosen'] {
  if (chosen?.linear === undefined) return undefined;
  const { search, ...settings } = chosen.linear;
  return { settings, search };
}

/**
 * What scores in the towers' place: the linear model, and the second stage over its candidates. With `secondStage` whichever is
 * best on the validation questions is kept, the towers alone included.
 *
 * @param reached NDCG@10 of the towers
 */
async function aboveTowers(
  { seed, threads, progress, signal, chosen }: TrainOptions,
  secondStage: boolean,
  split: Split,
  { linear, diagonal, content, shelf }: Solved,
  reached: number,
  towers: TrainStageOptions['towers'],
): Promise<Pick<TrainedTowers, 'linear' | 'secondStage'>> {
  if (!secondStage) return { linear };
  if (chosen?.secondStage?.used === false) return { linear, secondStage: { report: chosen.secondStage } };
  const anybody = split.asked.valid.users.length > 0;
  const how = { seed, threads, progress, signal, shelf, chosen: chosen?.secondStage, ...(anybody ? { towers } : {}) };
  const stage = await trainSecondStage(split, linear, diagonal, content, how);
  const { report } = stage;
  const best = Math.max(report.valid.linear['ndcg@10'], report.used ? (report.valid.secondStage?.['ndcg@10'] ?? 0) : 0);
  if (anybody && best <= reached) return { secondStage: { report: { ...report, used: false } } };
  return { linear, secondStage: stage };
}

/** Everything that is solved depends on these and on its settings. */
function shelfOf(directory: string, { protocol, trainedOn, corpus }: Split, content: Float32Array | undefined): Shelf {
  const texts = content ? sha256(new Uint8Array(content.buffer, content.byteOffset, content.byteLength)) : '';
  const more = trainedOn === 'train' ? [] : [trainedOn];
  return { directory, data: JSON.stringify([protocol, corpus.fingerprint, texts, ...more]) };
}

/** All questions, or `most` of them drawn evenly. */
function evenDraw(asked: Question[], most: number, random: Random): Question[] {
  return asked.length <= most ? asked : random.shuffle(asked).slice(0, most);
}

function noteOf(records: EpochRecord[]): string {
  const best = records.reduce((a, b) => (b.ndcg > a.ndcg ? b : a));
  return `best validation NDCG@10 ${best.ndcg.toFixed(4)} (${best.epoch === 0 ? 'the start' : `epoch ${best.epoch}`})`;
}

/** Ranks of all questions, history kept. */
async function ranksOf(
  asked: Question[],
  parameters: Arrays,
  content: Float32Array | undefined,
  encoder: TowerEncoder,
  ranker: RankEvaluator,
): Promise<Float64Array> {
  if (asked.length === 0) return new Float64Array(0);
  const { users, vectors, dim } = await vectorsOf(asked, parameters, content, encoder);
  return ranker.byVectors(
    users,
    vectors,
    dim,
    asked.map(({ target }) => target),
  );
}

/** The same in full: at least one question. */
export async function rankingOf(
  asked: Question[],
  parameters: Arrays,
  content: Float32Array | undefined,
  encoder: TowerEncoder,
  ranker: RankEvaluator,
): Promise<Ranking> {
  const { users, vectors, dim } = await vectorsOf(asked, parameters, content, encoder);
  return ranker.rankVectors(users, vectors, dim, asked);
}

/** Both towers' vectors, for at least one question. */
export async function vectorsOf(
  asked: Question[],
  parameters: Arrays,
  content: Float32Array | undefined,
  encoder: TowerEncoder,
) {
  const { inputs, vectors } = await encoder.items(parameters, content);
  const users = await encoder.users(
    parameters,
    inputs,
    asked.map(({ history }) => history),
  );
  return { users, vectors, dim: users.length / asked.length };
}
