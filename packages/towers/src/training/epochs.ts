/** The loop over epochs: train, validate, keep the best, write a checkpoint. */
import { errorCode, noProgress, type Random } from '@lorekeep/core';
import type { Arrays, Trainer } from '@lorekeep/graph';
import { errors } from '../errors.ts';
import type { IdTable } from '../model/id-table.ts';
import { type Checkpoint, saveCheckpoint } from './checkpoint.ts';
import type { EpochRecord } from './epoch-record.ts';
import type { Batches } from './feeds/contract.ts';
import type { TrainTowersOptions } from './train-options.ts';

/** What the functions of this file share. */
export interface Run {
  options: TrainTowersOptions;
  /** Arrays that are fed to every step and not trained. */
  fixed: Arrays;
  /** Only if the ID table is sparse. */
  table: IdTable | undefined;
  batches: Batches;
  stepsPerEpoch: number;
  trainer: Trainer;
  /** Identifies the checkpoint of the run. */
  key: string;
  /** Has one stream per epoch, for the order of its batches and for everything drawn in them. */
  orders: Random;
  /** NDCG@10 of learned parameters on the validation cases. */
  validate: (parameters: Arrays) => Promise<number>;
}

/** The progress of a run. */
export type RunState = Pick<Checkpoint, 'epoch' | 'bestEpoch' | 'best' | 'records'>;

/**
 * Trains until the epochs are used up or patience ends.
 *
 * @param saved the checkpoint to resume from. Default: the start is evaluated as epoch 0.
 * @throws LorekeepError `TOWERS_LOSS_NOT_FINITE`, `TOWERS_DIVERGED`; `signal.reason` if stopped
 */
export async function trainEpochs(run: Run, saved: Checkpoint | undefined): Promise<RunState> {
  const { options, stepsPerEpoch, orders, validate } = run;
  const { progress = noProgress, epochs: fixedEpochs } = options;
  const { epochs, patience } = options.config.training;
  const state = await firstState(run, saved);
  const total = stepsPerEpoch * (fixedEpochs ?? epochs);
  const report = (note: string, done: number) =>
    progress({ stage: 'train', done: Math.min(done, total), total, unit: 'steps', note });
  report(noteOf(state, fixedEpochs), state.epoch * stepsPerEpoch);
  const shouldContinue = () =>
    fixedEpochs === undefined
      ? state.epoch < epochs && state.epoch - state.bestEpoch < patience
      : state.epoch < fixedEpochs;
  while (shouldContinue()) {
    const loss = await trainEpoch(run, state, orders.fork(`epoch ${state.epoch + 1}`), report);
    state.epoch++;
    const parameters = currentParameters(run);
    const ndcg = await validate(parameters);
    if (fixedEpochs !== undefined || ndcg > Math.max(...state.records.map((record) => record.ndcg))) {
      state.bestEpoch = state.epoch;
      state.best = parameters;
    }
    state.records.push({ epoch: state.epoch, loss, ndcg });
    await save(run, state);
  }
  report(noteOf(state, fixedEpochs), total);
  return state;
}

/** The state of the checkpoint, or that of a new run. */
async function firstState(run: Run, saved: Checkpoint | undefined): Promise<RunState> {
  if (saved !== undefined) {
    run.trainer.restore(saved.state);
    const { epoch, bestEpoch, best, records } = saved;
    return { epoch, bestEpoch, best, records };
  }
  const best = currentParameters(run);
  const state: RunState = { epoch: 0, bestEpoch: 0, best, records: [{ epoch: 0, ndcg: await run.validate(best) }] };
  await save(run, state);
  return state;
}

/** @returns the mean loss of the epoch */
async function trainEpoch(
  { options, batches, table, trainer, stepsPerEpoch }: Run,
  { epoch, records }: RunState,
  random: Random,
  report: (note: string, done: number) => void,
): Promise<number> {
  const { signal, workDir: checkpoint, epochs } = options;
  let lossSum = 0;
  let weightSum = 0;
  for (const [index, plan] of batches.plan(random).entries()) {
    signal?.throwIfAborted();
    const { feeds, items, weight } = batches.feeds(plan, random);
    const { loss } = await trainer.step(feeds, table && items && table.rows(items)).catch((error) => {
      throw stepError(error, { epoch: epoch + 1, step: index + 1, checkpoint });
    });
    lossSum += loss * weight;
    weightSum += weight;
    const meanLoss = (lossSum / weightSum).toFixed(3);
    report(`epoch ${epoch + 1}, loss ${meanLoss}, ${noteOf({ records }, epochs)}`, epoch * stepsPerEpoch + index + 1);
  }
  return lossSum / weightSum;
}

function stepError(error: unknown, at: { epoch: number; step: number; checkpoint?: string }): unknown {
  const code = errorCode(error);
  if (code === 'GRAPH_NOT_FINITE') return errors.TOWERS_LOSS_NOT_FINITE(at);
  if (code === 'GRAPH_DIVERGED') return errors.TOWERS_DIVERGED({ ...at, problem: (error as Error).message });
  return error;
}

/** The learned parameters that are validated and kept: their running averages, if there are any. */
function currentParameters({ trainer, table, options }: Run): Arrays {
  const averaged = options.config.training.averageDecay > 0;
  return { ...(averaged ? trainer.averages() : trainer.parameters()), ...table?.whole() };
}

async function save({ options, trainer, key, fixed, table }: Run, state: RunState): Promise<void> {
  if (options.workDir === undefined) return;
  const checkpoint = { ...state, fixed, state: trainer.state(), table: table?.arrays() };
  await saveCheckpoint(options.workDir, key, checkpoint);
}

function noteOf({ records }: { records: readonly EpochRecord[] }, fixedEpochs: number | undefined): string {
  if (fixedEpochs !== undefined) return `training the selected ${fixedEpochs} epochs again`;
  const best = records.reduce((a, b) => (b.ndcg > a.ndcg ? b : a));
  return `best validation NDCG@10 ${best.ndcg.toFixed(4)} (${best.epoch === 0 ? 'the start' : `epoch ${best.epoch}`})`;
}
