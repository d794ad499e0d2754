/** All errors of this package. */
import { defineErrors, failure, usage } from '@lorekeep/core';

export const errors = defineErrors({
  RANKING_VOCABULARY_FULL: failure<{ field: string; maxRows: number }>({
    message: ({ field, maxRows }) => `The vocabulary has its limit of ${maxRows} rows, and "${field}" has a new value.`,
    hint: ({ field }) => `Raise maxRows, or hash the field: hashed: { "${field}": 100000 }.`,
  }),
  RANKING_KNOWLEDGE_LEAKS: usage<{ plug: string; seenUntil: number; row: number; timestamp: number }>({
    message: ({ plug, seenUntil, row, timestamp }) =>
      `The knowledge "${plug}" has learned from impressions up to ${seenUntil}, and row ${row} is of ${timestamp}: it may contain the answer.`,
    hint: () => 'Extract the knowledge of a row with a model that has only trained on earlier rows.',
  }),
  RANKING_KNOWLEDGE_WIDTH: usage<{ plug: string; given: number; wanted: number }>({
    message: ({ plug, given, wanted }) =>
      `The knowledge "${plug}" has ${given} numbers per row, but the plug-in takes ${wanted}.`,
    hint: () => 'Use the version of the knowledge that the ranker was trained with, or one with the same schema.',
  }),
  RANKING_PLUG_UNKNOWN: usage<{ plug: string; known: readonly string[] }>({
    message: ({ plug }) => `The ranker has no plug-in "${plug}".`,
    hint: ({ known }) => (known.length > 0 ? `It has: ${known.join(', ')}.` : 'It has none; add it with plug().'),
  }),
  RANKING_PLUG_EXISTS: usage<{ plug: string }>({
    message: ({ plug }) => `The ranker already has a plug-in "${plug}".`,
    hint: () => 'Choose another name, or take the old one away with unplug().',
  }),
  RANKING_TOO_SHORT: usage<{ impressions: number; days: number }>({
    message: ({ impressions, days }) =>
      `The log of ${impressions} impressions does not fill two windows of ${days} days.`,
    hint: () => 'A ranker is scored on later windows than it trained on. Choose shorter windows, or collect more days.',
  }),
  RANKING_TASK_UNKNOWN: usage<{ outcome: string; known: readonly string[] }>({
    message: ({ outcome }) => `The log has no outcome "${outcome}".`,
    hint: ({ known }) => (known.length > 0 ? `It has: ${known.join(', ')}.` : 'It has no outcomes.'),
  }),
  RANKING_FIELD_MISSING: usage<{ entity: 'user' | 'item'; field: string; known: readonly string[] }>({
    message: ({ entity, field }) => `The ranker reads the ${entity} field "${field}", which the data lacks.`,
    hint: ({ known }) =>
      `It has: ${known.length > 0 ? known.join(', ') : 'none'}. Load the data with which the ranker was trained, or train a new ranker.`,
  }),
  RANKING_FILES_FOREIGN: failure<{ folder: string; problem: string }>({
    message: ({ folder, problem }) => `${folder} is not a ranker that this version can read: ${problem}.`,
    hint: () => 'Give the folder that saveRanker wrote.',
  }),
  RANKING_FILES_DAMAGED: failure<{ file: string; problem: string }>({
    message: ({ file, problem }) => `${file} ${problem}.`,
    hint: () => 'Load another version of the ranker, or train it again.',
  }),
});
