/** Errors of the command line itself. `docs/reference/errors.md` explains each code. */
import { defineErrors, failure, usage } from '@lorekeep/core';

export const errors = defineErrors({
  USAGE: usage<{ problem: string; command?: string }>({ message: ({ problem }) => problem }),
  COLUMN_FIELD_UNKNOWN: usage<{ field: string; fields: string[] }>({
    message: ({ field }) => `"${field}" is not a field, so no column can be given for it.`,
    hint: ({ fields }) => `Fields: ${fields.join(', ')}.`,
  }),
  CONFIG_FILE_INVALID: usage<{ path: string; problem: string }>({
    message: ({ path, problem }) => `The configuration file "${path}" cannot be used: ${problem}.`,
    hint: 'Write a JSON object whose keys are options of the preset.',
  }),
  REPORT_UNWRITABLE: usage<{ path: string; problem: string }>({
    message: ({ path, problem }) => `The report cannot be written to "${path}": ${problem}`,
    hint: 'Name a file in a folder that you can write to.',
  }),
  DELETE_NOTHING: usage<{ what: string }>({
    message: ({ what }) => `Nothing is named that could be deleted of the ${what}.`,
    hint: 'Name ids, a file with --file, or conditions for events.',
  }),
  DELETE_FILTER: usage<{ what: string }>({
    message: ({ what }) => `Conditions such as --user and --before choose events, not ${what}.`,
    hint: 'Delete events, or name ids.',
  }),
  DELETE_MANY: usage<{ count: number; limit: number }>({
    message: ({ count, limit }) =>
      `This would delete ${count.toLocaleString('en-US')} events; more than ${limit.toLocaleString('en-US')} must be confirmed. Nothing was deleted.`,
    hint: 'Confirm it with --yes, or give narrower conditions.',
  }),
  DELETE_FILE: usage<{ path: string; problem: string }>({
    message: ({ path, problem }) => `The file of ids "${path}" cannot be read: ${problem}`,
    hint: 'Name a text file with one id per line.',
  }),
  SCENARIO_FILE: usage<{ given: string; problem: string }>({
    message: ({ given, problem }) => `The settings ${JSON.stringify(given)} cannot be read: ${problem}`,
    hint: 'Write a JSON object, or name a file with one.',
  }),
  SIMULATE_REAL_DATA: usage({
    message: 'Simulated users visit the simulated shop only, and this workspace holds other data.',
    hint: 'Name a workspace with the simulated shop, or serve without simulated users.',
  }),
  INTERRUPTED: failure({
    message: 'Stopped before the end. Everything finished so far is kept.',
    hint: 'Run the same command again to resume.',
  }),
});

/** The doctor has printed what is wrong; only the exit code remains. */
export class Unhealthy extends Error {}
