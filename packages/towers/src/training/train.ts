/**
 * Training of the towers, top to bottom: prepare the content, compute the initial values, then
 * train epochs of AdamW over batches that are sorted by length. After each epoch the validation
 * cases are ranked, and the epoch with the best NDCG@10 is kept. The start is epoch 0, so on
 * validation the result is never worse than the start. The test cases are not read.
 *
 * With `epochs` given, exactly that number of epochs is trained and the last is kept: a refit, on
 * events that were held out when validation selected the number.
 *
 * An interrupted run resumes from its last finished epoch if its arguments are the same, and ends
 * in the same bits: every epoch draws its order from a stream of its own, and the checkpoint has
 * the rest.
 */
import { createRandom, type Random, sha256 } from '@lorekeep/core';
import { type Arrays, createTrainer, type Trainer } from '@lorekeep/graph';
import { errors } from '../errors.ts';
import { trainingLoss } from '../losses/loss.ts';
import { createIdTable, type IdTable } from '../model/id-table.ts';
import { joinedArrays } from '../model/parameters.ts';
import type { TowerConfig } from '../options.ts';
import { loadCheckpoint } from './checkpoint.ts';
import type { EpochRecord } from './epoch-record.ts';
import { trainEpochs } from './epochs.ts';
import { createBatches, readsBatchItems } from './feeds/create.ts';
import { firstValues, preparedContent } from './first-values.ts';
import type { TrainTowersOptions } from './train-options.ts';
import type { ContentInfo, InitialTowers } from './transfer.ts';
import { createValidation } from './validation.ts';

export interface TrainedTowers {
  config: TowerConfig;
  contentInfo: ContentInfo;
  /**
   * As the model functions read them, with `content/mean` and, if content is whitened,
   * `content/whitening`.
   */
  parameters: Arrays;
  /**
   * `[items × contentInfo.dim]` as the towers read it (centred, whitened), `undefined` without
   * content.
   */
  content: Float32Array | undefined;
  /** The bundle whose towers training started from. */
  initialFrom?: InitialTowers['from'];
  bestEpoch: number;
  records: EpochRecord[];
}

/** Part of the checkpoint key. Raise it if the same arguments give other numbers than before. */
const CHECKPOINT_FORMAT = 7;

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
  if (split.transitions === 0)
    throw errors.TOWERS_NO_TRANSITIONS({ users: split.log.userIds.length, transitions: split.transitions });
  const prepared = await preparedContent(options);
  const content = prepared?.content;
  const contentDim = config.items.content ? contentInfo.dim : 0;
  signal?.throwIfAborted();

  const key = checkpointKey(options, content);
  const saved = workDir === undefined ? undefined : await loadCheckpoint(workDir, key);
  // Names of random streams are part of the result: another name draws other numbers.
  const random = createRandom(seed);
  const orders = random.fork('orders');
  const first = await firstValues(options, content, contentDim, saved !== undefined, random);
  const fixed = saved?.fixed ?? first.fixed;
  const usesTable = config.items.id && readsBatchItems(config);
  const table = usesTable ? createIdTable(first.parameters, fixed, saved?.table) : undefined;
  const batches = createBatches({ split, config, content, contentDim, fixed });
  const stepsPerEpoch = batches.plan(orders.fork('count')).length;
  const parameters = saved?.state.parameters ?? first.parameters;
  const trainer = await createTowerTrainer(options, parameters, table, stepsPerEpoch, random.fork('dropout'));
  const cases = random.fork('validation');
  const validation = createValidation({ split, config, content, contentDim, random: cases, threads, signal });
  try {
    const validate = (learned: Arrays) => validation.ndcg(joinedArrays(learned, fixed, config));
    const run = { options, fixed, table, batches, stepsPerEpoch, trainer, key, orders, validate };
    const { best, bestEpoch, records } = await trainEpochs(run, saved);
    // Frees its memory before the parameters are copied.
    await trainer.close();
    return {
      config,
      contentInfo,
      parameters: { ...joinedArrays(best, fixed, config), ...prepared?.parameters },
      content,
      bestEpoch,
      records,
      ...(initial === undefined ? {} : { initialFrom: initial.from }),
    };
  } finally {
    await Promise.all([trainer.close(), validation.close()]);
  }
}

/** A hash of everything that the result depends on. */
function checkpointKey(
  { split, config, seed = 42, initial, epochs }: TrainTowersOptions,
  content: Float32Array | undefined,
): string {
  const facts = [
    CHECKPOINT_FORMAT,
    split.protocol,
    split.fitOn,
    split.log.fingerprint,
    ...(split.choice === '' ? [] : [split.choice]),
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
    random,
    tables: table?.tables,
    averageDecay: averageDecay > 0 ? averageDecay : undefined,
    threads,
  });
}
