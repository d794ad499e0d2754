/** Errors of this package. */
import { defineErrors, failure, usage } from '@lorekeep/core';

export interface RequestIssue {
  /** Where in the request: `history/3`, `filter/price/min`; '' for the whole. */
  path: string;
  message: string;
}

export const errors = defineErrors({
  PRESET_UNKNOWN: usage<{ name: string; known: string[] }>({
    message: ({ name }) => `There is no preset "${name}".`,
    hint: ({ known }) => `The presets are: ${known.join(', ')}.`,
  }),
  REFIT_WITHOUT_CHOICE: usage({
    message: 'Training on held-out events needs the choices of an earlier training, and only then takes them.',
    hint: 'Give `selected` together with `fitOn: "valid"` or `"all"`.',
  }),

  TRAINING_NO_EVENTS: usage({
    message: 'There is nothing to learn from: there are no events.',
    hint: 'Publish without a model, collect events, and train when there are enough.',
  }),
  TRAINING_ONE_ITEM: usage({
    message: 'There is nothing to learn: the catalogue has one item, so there is nothing to rank.',
    hint: 'Publish without a model, and train when there are more items.',
  }),
  TRAINING_TEXTS_EQUAL: usage<{ items: number }>({
    message: ({ items }) =>
      `There is nothing to learn: the model knows items by their texts alone, and no two of the ${items} items have different texts.`,
    hint: 'Use a preset that also knows items by their events, give the items texts, or publish without a model.',
  }),

  BUNDLE_MISSING: usage<{ path: string; file: string }>({
    message: ({ path, file }) => `There is no trained model in ${path}: ${file} is missing.`,
    hint: 'Train one, or name the directory of a version that exists.',
  }),
  BUNDLE_CORRUPT: failure<{ path: string; problem: string; file?: string; expected?: string; actual?: string }>({
    message: ({ path, problem }) => `The model in ${path} is damaged: ${problem}.`,
    hint: 'Train again, or restore the directory from a copy.',
  }),
  BUNDLE_FORMAT: usage<{ path: string; format: unknown; known: number }>({
    message: ({ path, format, known }) =>
      `The model in ${path} has format ${String(format)}; this program reads formats 2 to ${known}.`,
    hint: 'Use the program version that wrote it, or train again.',
  }),
  BUNDLE_EXISTS: usage<{ path: string }>({
    message: ({ path }) => `${path} exists already; a version never changes after it is written.`,
    hint: 'Choose another version name.',
  }),
  RECOMMENDER_INPUT_INVALID: usage<{ name: string; problem: string }>({
    message: ({ name, problem }) => `${name} ${problem}.`,
  }),
  RECOMMENDER_CLOSED: usage({ message: 'This recommender is closed.' }),

  PUBLICATION_MISSING: usage<{ workspace: string }>({
    message: ({ workspace }) => `Nothing is published in ${workspace}.`,
    hint: 'Publish a trained model first.',
  }),
  NOTHING_PUBLISHED: usage({
    http: 503,
    message: 'Nothing is published yet, so texts cannot be read.',
    hint: 'Store items first; a shop is published with its first items.',
  }),
  PUBLICATION_CORRUPT: failure<{ directory: string; reason: string }>({
    message: ({ directory, reason }) => `The published version in ${directory} cannot be served: ${reason}.`,
    hint: 'Publish again; a service that already runs continues with the version it has loaded.',
  }),
  CATALOGUE_EMPTY: usage({
    message: 'There is no item to publish.',
    hint: 'Import a catalogue first.',
  }),
  ENCODER_MISMATCH: usage<{ expected: string; actual: string }>({
    message: ({ expected, actual }) =>
      `The model was trained on vectors of the encoder ${expected}; the encoder given is ${actual}.`,
    hint: 'Use the encoder that the model was trained with, or encode and train again with this one.',
  }),
  VECTOR_NOT_FINITE: failure<{ what: string; id?: string; user?: string; length?: number }>({
    message: ({ what }) => `The model gave a vector that is not finite for ${what}.`,
    hint: 'Train the model again, or publish without a model; this one cannot be served.',
  }),

  REQUEST_INVALID: usage<{ issues: RequestIssue[]; more?: number }>({
    http: 400,
    message: ({ issues, more: untold = 0 }) => {
      const [first] = issues;
      const others = issues.length - 1 + untold;
      const more = others > 0 ? ` (and ${others} more)` : '';
      return `${first.path === '' ? '' : `${first.path}: `}${first.message.replace(/\.?$/, '')}${more}.`;
    },
    hint: 'Correct the request at the places that `details.issues` names.',
  }),
  CURSOR_INVALID: usage<{ problem: string }>({
    http: 400,
    message: ({ problem }) => `The cursor ${problem}.`,
    hint: 'Send the cursor of the last answer with the same request; without a cursor the list starts again.',
  }),
  CURSOR_EXPIRED: usage({
    http: 410,
    message: 'The cursor belongs to a published version that is not served any more.',
    hint: 'Start again without a cursor.',
  }),
  SEARCH_WITHOUT_TEXTS: usage({
    http: 409,
    message: 'No item of this shop has a text, so there is nothing that a query could be compared with.',
    hint: 'Store items with a title or a description.',
  }),
  SCENARIOS_FULL: usage<{ most: number }>({
    http: 409,
    message: ({ most }) => `There are ${most} scenarios, which is the most that a shop can have.`,
    hint: 'Delete a scenario that is not used any more.',
  }),
  SCENARIO_UNKNOWN: usage<{ name: string; version?: number }>({
    http: 404,
    message: ({ name, version }) =>
      version === undefined
        ? `There is no scenario ${JSON.stringify(name)}.`
        : `The scenario ${JSON.stringify(name)} has no version ${version}.`,
    hint: 'Check the name in the list of scenarios, or store the scenario first.',
  }),
  EXPERIMENT_UNKNOWN: usage<{ name: string }>({
    http: 404,
    message: ({ name }) => `There is no experiment ${JSON.stringify(name)}.`,
    hint: 'Check the name in the list of experiments.',
  }),
  EXPERIMENT_RUNNING: usage<{ name: string; scenario: string }>({
    http: 409,
    message: ({ name, scenario }) =>
      `The experiment ${JSON.stringify(name)} runs on the scenario ${JSON.stringify(scenario)}.`,
    hint: 'Stop it first. What runs is never changed, and a scenario has one experiment at a time.',
  }),
  EXPERIMENTS_FULL: usage<{ most: number }>({
    http: 409,
    message: ({ most }) => `There are ${most} experiments, which is the most that a shop can have.`,
    hint: 'Delete an experiment that is not read any more.',
  }),
  ITEM_NOT_FOUND: usage<{ id: string }>({
    http: 404,
    message: ({ id }) => `No item has the id ${JSON.stringify(id)}.`,
    hint: 'Check the id, or store the item first.',
  }),
  USER_NOT_FOUND: usage<{ id: string }>({
    http: 404,
    message: ({ id }) => `No user has the id ${JSON.stringify(id)}.`,
    hint: 'Check the id, or store the user or an event of the user first.',
  }),
  RANKER_NOT_SERVED: usage({
    http: 503,
    message: 'This service has no ranker.',
    hint: 'Train a ranker; the service loads it within seconds.',
  }),
  RANKER_FILES_UNREADABLE: failure<{ file: string; reason: string }>({
    message: ({ file, reason }) => `The ranker cannot be loaded: ${file} ${reason}.`,
    hint: 'Train the ranker again.',
  }),
  KNOWLEDGE_NOT_SERVED: usage({
    http: 404,
    message: 'This service has no published knowledge of this space.',
    hint: 'Publish knowledge; the service finds it within seconds.',
  }),
  ENGINE_BUSY: usage<{ pending: number }>({
    http: 503,
    message: ({ pending }) => `${pending} writes are already waiting.`,
    hint: 'Send the same request again in a moment; nothing of it was written.',
  }),
  ENGINE_CLOSED: failure({
    http: 503,
    message: 'The engine is closed.',
    hint: 'Open a new one.',
  }),
});
