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
});
