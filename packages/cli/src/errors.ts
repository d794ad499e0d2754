/** Coded errors of the command line. */
import { LorekeepError } from '@lorekeep/core';

export const workspaceMissing = (dir: string) =>
  new LorekeepError('WORKSPACE_MISSING', `There is no workspace at "${dir}".`, {
    kind: 'usage',
    hint: 'Run `lorekeep import` or `lorekeep quickstart` first, or name the right folder with --workspace.',
  });

export const workspaceHoldsOtherData = (dir: string, held: string[]) =>
  new LorekeepError('WORKSPACE_HOLDS_OTHER_DATA', `The workspace "${dir}" holds the data of ${held.join(', ')}.`, {
    kind: 'usage',
    hint: 'Give the simulated shop a workspace of its own with --workspace DIR. Nothing was changed.',
  });

export const nothingImported = () =>
  new LorekeepError('NOTHING_IMPORTED', 'The workspace has no items and events yet.', {
    kind: 'usage',
    hint: 'Run `lorekeep import --items FILE --events FILE` first.',
  });

export const nothingEncoded = () =>
  new LorekeepError('NOTHING_ENCODED', 'The items of this workspace are not embedded yet.', {
    kind: 'usage',
    hint: 'Run `lorekeep encode` first.',
  });

export const nothingTrained = () =>
  new LorekeepError('NOTHING_TRAINED', 'There is no trained model in this workspace.', {
    kind: 'usage',
    hint: 'Run `lorekeep train` first.',
  });

export const modelVersionUnknown = (version: string, known: string[]) =>
  new LorekeepError('MODEL_VERSION_UNKNOWN', `There is no model version "${version}" in this workspace.`, {
    kind: 'usage',
    hint: known.length > 0 ? `Known versions: ${known.join(', ')}.` : 'Run `lorekeep train` first.',
  });

export const nothingUnseen = (version: string, from: string) =>
  new LorekeepError(
    'MODEL_SAW_EVERYTHING',
    `Version ${version} was trained on all events: none is left to ask it about.`,
    {
      kind: 'usage',
      hint: `What it repeats was measured before: evaluate --model ${from}.`,
    },
  );

export const badConfigFile = (path: string, why: string) =>
  new LorekeepError('CONFIG_FILE_INVALID', `The configuration file "${path}" cannot be used: ${why}.`, {
    kind: 'usage',
    hint: 'It must be a JSON object whose keys are options of the preset.',
  });

export const notOneOf = (first: string, second: string) =>
  new LorekeepError('OPTIONS_CONFLICT', `Give either ${first} or ${second}, not both and not neither.`, {
    kind: 'usage',
  });

export const endpointUnused = (options: string[], model: string) =>
  new LorekeepError(
    'OPTIONS_CONFLICT',
    `Options of an endpoint (${options.join(', ')}) were given, but the model "${model}" is none.`,
    { kind: 'usage', hint: 'Name the model as the server calls it: --model endpoint:NAME.' },
  );

export const precisionUnused = (precision: string, model: string) =>
  new LorekeepError(
    'OPTIONS_CONFLICT',
    `--precision ${precision} was given, but the model "${model}" has no weights to quantise.`,
    { kind: 'usage', hint: 'Leave --precision away, or name a built-in model with --model.' },
  );

export const interrupted = () =>
  new LorekeepError('INTERRUPTED', 'Stopped before the end. Everything finished so far is kept.', {
    hint: 'Run the same command again to go on.',
  });

export const timesMissing = () =>
  new LorekeepError(
    'TIMES_MISSING',
    'Events of this workspace came without time stamps, so they cannot be cut by time.',
    {
      kind: 'usage',
      hint: 'Use --protocol leave-one-out, or import a log with time stamps into another workspace.',
    },
  );

export const reportUnwritable = (path: string, cause: unknown) =>
  new LorekeepError('REPORT_UNWRITABLE', `The report cannot be written to "${path}": ${(cause as Error).message}`, {
    kind: 'usage',
    hint: 'Name a file in a folder that can be written.',
    cause,
  });

export const nothingToImport = () =>
  new LorekeepError('NOTHING_TO_IMPORT', 'Neither --items nor --events was given.', {
    kind: 'usage',
    hint: 'Name at least one file.',
  });

export const columnUnknown = (field: string, fields: string[]) =>
  new LorekeepError('COLUMN_FIELD_UNKNOWN', `"${field}" is no field that a column can be given for.`, {
    kind: 'usage',
    hint: `Fields: ${fields.join(', ')}.`,
  });

/** The doctor's report has said what is wrong; all that is left is the exit code. */
export class Unhealthy extends Error {}

export const encoderForgotten = (id: string) =>
  new LorekeepError('ENCODER_FORGOTTEN', `This workspace does not know the text encoder ${id} of its model.`, {
    hint: 'Run `lorekeep encode`, `train` and `publish` again.',
  });

export const encoderChanged = (model: string) =>
  new LorekeepError('ENCODER_CHANGED', `The text encoder "${model}" is no longer what the model was trained with.`, {
    hint: 'Bring its former files back, or run `lorekeep encode`, `train` and `publish` again.',
  });
