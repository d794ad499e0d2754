/** The errors of the main job. `docs/reference/errors.md` explains each code. */
import { defineErrors, failure, usage } from '@lorekeep/core';

/** The errors of this package. errors.md explains every code. */
export const errors = defineErrors({
  WORKSPACE_MISSING: usage<{ dir: string }>({
    message: ({ dir }) => `There is no workspace at "${dir}".`,
    hint: 'Check the folder, or open it with `create: true` and import data into it.',
  }),
  WORKSPACE_HOLDS_OTHER_DATA: usage<{ dir: string; held: string[] }>({
    message: ({ dir, held }) => `The workspace "${dir}" already holds data imported from ${held.join(', ')}.`,
    hint: 'Use a separate workspace for the simulated shop. Nothing was changed.',
  }),
  WORKSPACE_BAD_OPTION: usage<{ option: string; value: unknown; expected: string }>({
    message: ({ option, value, expected }) => `${option} is ${JSON.stringify(value)}; it must be ${expected}.`,
  }),
  IMPORT_NOT_FOUND: usage<{ name: string; matches: string[]; held: number }>({
    message: ({ name, matches, held }) =>
      matches.length === 0
        ? `None of the ${held} imports of this workspace is named "${name}".`
        : `"${name}" names ${matches.length} imports: ${matches.join('; ')}.`,
    hint: 'Give at least 6 characters of the fingerprint of one import, or the name of a file that only one has imported.',
  }),
  NOTHING_TO_IMPORT: usage({
    message: 'Neither items nor events were given.',
    hint: 'Name at least one file.',
  }),
  NOTHING_IMPORTED: usage({
    message: 'The workspace contains no items and events yet.',
    hint: 'Import items and events first.',
  }),
  NOTHING_ENCODED: usage({
    message: 'The items of this workspace have no embeddings yet.',
    hint: 'Encode the items first.',
  }),
  NOTHING_TRAINED: usage({
    message: 'This workspace contains no trained model.',
    hint: 'Train a model first.',
  }),
  MODEL_VERSION_UNKNOWN: usage<{ version: string; known: string[]; published?: string }>({
    message: ({ version, published }) =>
      published === undefined
        ? `This workspace contains no model version "${version}".`
        : `"${version}" is a publication, not a model.`,
    hint: ({ known, published }) => {
      if (published !== undefined) return `Its model is ${published}.`;
      return known.length > 0 ? `Known versions: ${known.join(', ')}.` : 'Train a model first.';
    },
  }),
  MODEL_SAW_EVERYTHING: usage<{ version: string; from: string }>({
    message: ({ version }) => `Model ${version} was trained on all events, so none are left to evaluate it on.`,
    hint: ({ from }) => `Evaluate model ${from}, whose settings it repeats.`,
  }),
  TIMES_MISSING: usage({
    message: 'Some events of this workspace have no timestamps, so the log cannot be split by time.',
    hint: 'Use the protocol leave-one-out, or import a log with timestamps into another workspace.',
  }),
  OPTIONS_CONFLICT: usage<{ options: string[]; model?: string; example?: string }>({
    message: ({ options, model }) =>
      model === undefined
        ? `Give exactly one of ${options.join(' and ')}.`
        : `The model "${model}" does not take the option${options.length > 1 ? 's' : ''} ${options.join(', ')}.`,
    hint: ({ options, model }) => {
      if (model === undefined) return undefined;
      if (options.includes('precision')) return 'Omit the precision, or name a built-in model.';
      return 'Name the model as endpoint:NAME, with the name that the server uses.';
    },
  }),
  ENCODER_FORGOTTEN: failure<{ encoder: string }>({
    message: ({ encoder }) => `This workspace has no record of the text encoder ${encoder}, which its model needs.`,
    hint: 'Encode, train and publish again.',
  }),
  ENCODER_CHANGED: failure<{ model: string }>({
    message: ({ model }) => `The text encoder "${model}" is no longer the one the model was trained with.`,
    hint: 'Restore its former files, or encode, train and publish again.',
  }),
  IMPRESSIONS_MISSING: usage({
    message: 'The workspace contains no impressions: events that say what was shown to a user.',
    hint: 'Import a log of what was shown, with the outcomes in columns, or events of the type impression.',
  }),
  OUTCOME_MISSING: usage<{ known: string[] }>({
    message: 'No outcome is named, so there is nothing to predict.',
    hint: ({ known }) =>
      known.length > 0 ? `The log has: ${known.join(', ')}.` : 'No impression of the log has an outcome.',
  }),
  OUTCOME_UNKNOWN: usage<{ outcome: string; known: string[] }>({
    message: ({ outcome }) => `No impression has the outcome "${outcome}".`,
    hint: ({ known }) =>
      known.length > 0 ? `The log has: ${known.join(', ')}.` : 'No impression of the log has an outcome.',
  }),
  OUTCOME_REPEATED: usage<{ outcome: string }>({
    message: ({ outcome }) => `The outcome "${outcome}" is named twice.`,
    hint: 'Name each outcome once.',
  }),
  SURFACE_UNKNOWN: usage<{ surface: string; known: string[] }>({
    message: ({ surface }) => `No impression is of the surface "${surface}".`,
    hint: ({ known }) => (known.length > 0 ? `The log has: ${known.join(', ')}.` : 'The impressions name no surface.'),
  }),
  RANKER_MISSING: usage({
    message: 'This workspace contains no trained ranker.',
    hint: 'Train a ranker first.',
  }),
  RANKER_VERSION_UNKNOWN: usage<{ version: string; known: string[] }>({
    message: ({ version }) => `This workspace contains no ranker "${version}".`,
    hint: ({ known }) => (known.length > 0 ? `Known versions: ${known.join(', ')}.` : 'Train a ranker first.'),
  }),
  RANKER_LEARNED_LATER: usage<{ version: string; seenUntil: number; at: number }>({
    message: ({ version, seenUntil, at }) =>
      `The ranker ${version} has learned from impressions up to ${new Date(seenUntil * 1000).toISOString()}, and ${new Date(at * 1000).toISOString()} is not later: it may know the answer.`,
    hint: 'Choose a later time, or leave it out.',
  }),
  KNOWLEDGE_MODEL_MISSING: usage({
    message: 'This workspace contains no pre-trained knowledge.',
    hint: 'Pre-train knowledge first.',
  }),
  KNOWLEDGE_MODEL_UNKNOWN: usage<{ version: string; known: string[] }>({
    message: ({ version }) => `This workspace contains no pre-trained knowledge "${version}".`,
    hint: ({ known }) => (known.length > 0 ? `Known versions: ${known.join(', ')}.` : 'Pre-train knowledge first.'),
  }),
  KNOWLEDGE_LEARNED_SCORED: usage<{ version: string; seenUntil: number; start: number }>({
    message: ({ version, seenUntil, start }) =>
      `The knowledge ${version} has learned from impressions up to ${new Date(seenUntil * 1000).toISOString()}, and the window of ${new Date(start * 1000).toISOString()} would be scored with it: its entries may contain the answers.`,
    hint: 'Score later windows only: choose a later start or more windows of warm-up, or an older version.',
  }),
  KNOWLEDGE_STORE_MISSING: usage<{ place: string | undefined }>({
    message: ({ place }) =>
      place === undefined
        ? 'No knowledge was published in this workspace.'
        : `There is no General Knowledge Center in ${place}: the folder does not exist.`,
    hint: ({ place }) =>
      place === undefined ? 'Publish knowledge first.' : 'Name the folder into which knowledge was published.',
  }),
  KNOWLEDGE_TASKS_DIFFER: usage<{ version: string; tasks: string[]; given: string[] }>({
    message: ({ version, tasks, given }) =>
      `The knowledge ${version} is of ${tasks.join(', ')}, and ${given.join(', ')} is asked for.`,
    hint: 'Leave the tasks out to continue from it, or pre-train from the beginning.',
  }),
  KNOWLEDGE_FILE_DAMAGED: failure<{ file: string; problem: string }>({
    message: ({ file, problem }) => `${file} ${problem}.`,
    hint: 'Remove this version and pre-train again.',
  }),
  EXTRACT_FORMAT: usage<{ out: string; allowed: string[] }>({
    message: ({ out, allowed }) => `"${out}" names no format: its end must be ${allowed.join(', ')}.`,
    hint: 'Give the file another end.',
  }),
  BACKUP_TARGET_EXISTS: usage<{ target: string }>({
    message: ({ target }) => `"${target}" exists already, so no backup was made there.`,
    hint: 'Name a folder that does not exist.',
  }),
  BACKUP_INSIDE_WORKSPACE: usage<{ dir: string; target: string }>({
    message: ({ dir, target }) => `"${target}" is inside the workspace "${dir}".`,
    hint: 'Name a folder outside the workspace, best on another disk.',
  }),
  BACKUP_RESTLESS: failure<{ dir: string }>({
    message: ({ dir }) => `Versions of the workspace "${dir}" were removed as fast as they were copied.`,
    hint: 'Make the backup while nothing is published. Nothing was written.',
  }),
  BACKUP_MISSING: usage<{ dir: string }>({
    message: ({ dir }) => `There is no complete backup in "${dir}".`,
    hint: 'Name the folder that a backup was made in: it has a file backup.json.',
  }),
  BACKUP_FORMAT_UNKNOWN: usage<{ dir: string; format: unknown }>({
    message: ({ dir, format }) =>
      `The backup "${dir}" has the format ${JSON.stringify(format) ?? 'of another program'}.`,
    hint: 'Restore it with the version of Lorekeep that made it, or a newer one.',
  }),
  BACKUP_DAMAGED: failure<{ dir: string; file: string; problem: string }>({
    message: ({ dir, file, problem }) => `The backup "${dir}" is damaged: ${file} ${problem}.`,
    hint: 'Use another backup. Nothing was restored.',
  }),
  RESTORE_TARGET_EXISTS: usage<{ dir: string }>({
    message: ({ dir }) => `"${dir}" exists already, so nothing was restored there.`,
    hint: 'Restore into a new folder. To replace a workspace, rename it first.',
  }),
});
