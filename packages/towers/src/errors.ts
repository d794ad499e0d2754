/** Every error this room raises, with its stable code. Documented one by one in `docs/errors.md`. */
import { LorekeepError } from '@lorekeep/core';

export const badOption = (name: string, value: unknown, allowed: string) =>
  new LorekeepError(
    'TOWERS_BAD_OPTION',
    `The training option ${name} is ${JSON.stringify(value) ?? String(value)}; it must be ${allowed}.`,
    { kind: 'usage', details: { name, value, allowed } },
  );

export const unknownOption = (name: string, known: string[]) =>
  new LorekeepError('TOWERS_UNKNOWN_OPTION', `There is no training option "${name}".`, {
    kind: 'usage',
    hint: `The options are: ${known.join(', ')}.`,
    details: { name },
  });

export const unknownPreset = (name: string, known: string[]) =>
  new LorekeepError('TOWERS_UNKNOWN_PRESET', `There is no preset "${name}".`, {
    kind: 'usage',
    hint: `The presets are: ${known.join(', ')}.`,
    details: { name },
  });

export const nothingToLearn = (users: number, transitions: number) =>
  new LorekeepError(
    'TOWERS_NO_TRANSITIONS',
    `Nothing can be learned: no user of the ${users} has two training events in a row (${transitions} transitions).`,
    {
      kind: 'usage',
      hint: 'Import more events; a user with three or more keeps all but the last two for training.',
      details: { users, transitions },
    },
  );

export const noQuestions = (set: string) =>
  new LorekeepError('TOWERS_NO_QUESTIONS', `The log gives no ${set} questions when it is cut by time.`, {
    kind: 'usage',
    hint: 'A temporal split needs real time stamps and users who come back; leave-one-out does without.',
    details: { set },
  });

export const badContent = (problem: string) =>
  new LorekeepError('TOWERS_BAD_CONTENT', `The content vectors do not fit: ${problem}.`, {
    kind: 'usage',
    hint: 'Give one finite row per item of the corpus, in its order; a row of zeros for an item without text.',
  });

export const notFinite = (epoch: number, step: number, checkpoint: string | undefined) =>
  new LorekeepError('TOWERS_LOSS_NOT_FINITE', `The loss stopped being a number in epoch ${epoch}, step ${step}.`, {
    hint: `${checkpoint === undefined ? '' : 'The last good epoch is kept. '}Lower learningRate or raise temperature.`,
    details: { epoch, step, checkpoint },
  });

export const diverged = (epoch: number, step: number, problem: string, checkpoint: string | undefined) =>
  new LorekeepError('TOWERS_DIVERGED', `Training has diverged in epoch ${epoch}, step ${step}: ${problem}`, {
    hint: `${checkpoint === undefined ? '' : 'The last good epoch is kept. '}Lower learningRate or raise temperature.`,
    details: { epoch, step, checkpoint },
  });

export const initMismatch = (problem: string) =>
  new LorekeepError('TOWERS_INIT_MISMATCH', `Training cannot begin at those towers: ${problem}.`, {
    kind: 'usage',
    hint: 'Train with the preset and options of the bundle you begin at; encoder and item-text template must be the same.',
    details: { problem },
  });

export const bundleMissing = (path: string, file: string) =>
  new LorekeepError('BUNDLE_MISSING', `There is no trained model in ${path}: ${file} is missing.`, {
    kind: 'usage',
    hint: 'Train one, or name the directory of a version that exists.',
    details: { path, file },
  });

export const bundleCorrupt = (path: string, problem: string, details: Record<string, unknown> = {}) =>
  new LorekeepError('BUNDLE_CORRUPT', `The model in ${path} is damaged: ${problem}.`, {
    hint: 'Train again, or restore the directory from a copy.',
    details: { path, ...details },
  });

export const bundleFormat = (path: string, format: unknown, known: number) =>
  new LorekeepError(
    'BUNDLE_FORMAT',
    `The model in ${path} has format ${String(format)}; this program reads ${known}.`,
    {
      kind: 'usage',
      hint: 'Use the program version that wrote it, or train again.',
      details: { path, format, known },
    },
  );

export const bundleExists = (path: string) =>
  new LorekeepError('BUNDLE_EXISTS', `${path} exists already; a version, once written, is never changed.`, {
    kind: 'usage',
    hint: 'Choose another version name.',
    details: { path },
  });

export const badTowerInput = (name: string, problem: string) =>
  new LorekeepError('TOWERS_BAD_INPUT', `${name} ${problem}.`, { kind: 'usage', details: { name } });

export const runtimeClosed = () =>
  new LorekeepError('TOWERS_CLOSED', 'These towers have been closed.', { kind: 'usage' });

export const notDefinite = (row: number, pivot: number) =>
  new LorekeepError(
    'TOWERS_NOT_DEFINITE',
    `The linear model cannot be solved: the pivot of item row ${row} is ${pivot}, not positive.`,
    { hint: 'Raise lambda.', details: { row, pivot } },
  );
