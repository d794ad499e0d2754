/**
 * What to type to fix an error, a warning or a finding of the doctor. The packages describe the
 * remedy in their own terms; only the command line knows its commands and options, so all hints
 * that name them are here.
 */
import type { LorekeepError, Warning } from '@lorekeep/core';
import { type IdMismatch, mismatchText } from '@lorekeep/datasets';
import type { Finding } from '@lorekeep/workspace';
import { encoderFlag } from '../options/options.ts';
import { shellWord } from './invocation.ts';

type Details = Record<string, unknown>;

const PUBLISH_ANYWAY =
  'Run `lorekeep publish --model none`, which serves similar texts, popular and new items without training';
const NEW_WORKSPACE = 'use another workspace with --workspace DIR';
const RETRAIN = 'run `lorekeep encode`, `lorekeep train` and `lorekeep publish` again';

const OWN_KIND =
  'Use the program that registers this kind (node --import FILE registers it for a command), or run `lorekeep publish --index usearch`.';

const READING_COMMANDS =
  'The commands recommend, similar, evaluate, serve, events, imports and status only need to read it.';

/** Options that have no place in a file of --config, by their names in the library. */
const TYPED_OPTIONS: Record<string, string> = {
  warmUp: '--warm-up',
  seeds: '--seeds',
  share: '--share',
  days: '--window-days',
  surfaces: '--surface',
};

/** By error code. `undefined`: the hint of the error itself applies. */
export const ERROR_HINTS: Record<string, string | ((details: Details) => string | undefined)> = {
  // The command line
  USAGE: ({ command }) => `Run \`${['lorekeep', command, '--help'].filter(Boolean).join(' ')}\` to see what it takes.`,
  COLUMN_FIELD_UNKNOWN: ({ fields }) => `Give --column FIELD=NAME with one of these fields: ${listed(fields)}.`,
  CONFIG_FILE_INVALID: `Give --config a file with groups of options, for example {"training": {"epochs": 20}}.`,
  REPORT_UNWRITABLE: 'Give --report a file in a folder that you can write to.',

  // The system
  DISK_FULL:
    'Free space on the disk (`lorekeep doctor` shows how much there is) and run the same command again: it continues from what is finished.',
  PATH_FORBIDDEN: 'Change the permissions of the path, run as the user who owns it, or name another --workspace.',
  PATH_READ_ONLY: `Name a folder that can be written with --workspace. ${READING_COMMANDS}`,
  ADDRESS_IN_USE: 'Choose another --port; --port 0 selects a free port.',

  // The main job, in its order
  WORKSPACE_MISSING: 'Run `lorekeep import` or `lorekeep quickstart` first, or name another folder with --workspace.',
  WORKSPACE_HOLDS_OTHER_DATA: `For the simulated shop, ${NEW_WORKSPACE}. Nothing was changed.`,
  NOTHING_TO_IMPORT: 'Name at least one file with --items, --events or --users.',
  NOTHING_IMPORTED: 'Run `lorekeep import --items FILE --events FILE` first.',
  NOTHING_ENCODED: 'Run `lorekeep encode` first.',
  NOTHING_TRAINED: 'Run `lorekeep train` first.',
  MODEL_VERSION_UNKNOWN: ({ known, published }) => {
    if (published !== undefined) return `Give --model or --against the model of this publication: ${published}.`;
    return Array.isArray(known) && known.length === 0
      ? 'Run `lorekeep train` first.'
      : `Give --model or --against a version that exists: ${listed(known)}.`;
  },
  MODEL_SAW_EVERYTHING: ({ from }) => `Run \`lorekeep evaluate --model ${from}\`: that model selected its settings.`,
  TIMES_MISSING: `Use --protocol leave-one-out, or import a log with timestamps and ${NEW_WORKSPACE}.`,
  OPTIONS_CONFLICT: ({ options, model, example }) => {
    if (model === undefined) {
      const user = example === undefined ? '' : `, for example --user ${example}`;
      return `Give --user ID with an id from the user column of your events${user}, or --history with ids of items.`;
    }
    const isPrecision = Array.isArray(options) && options.includes('precision');
    return isPrecision
      ? 'Omit --precision, or name a built-in model with --model.'
      : 'Name the model as the server does: --model endpoint:NAME.';
  },
  ENCODER_FORGOTTEN: 'Run `lorekeep encode`, `lorekeep train` and `lorekeep publish` again.',
  ENCODER_CHANGED: `Restore its former files, or ${RETRAIN}.`,

  IMPORT_NOT_FOUND: 'Run `lorekeep imports` and name the first characters of a line.',
  IMPORT_NOT_RECORDED: `Delete its events with \`lorekeep delete events\` (--type, --before, --after), or import again and ${NEW_WORKSPACE}.`,

  // Rank, knowledge
  IMPRESSIONS_MISSING:
    'Run `lorekeep import` with --events FILE: a log with one row per impression and its outcomes in columns (--outcomes click=is_click), or events of the type impression.',
  OUTCOME_MISSING: ({ known }) => `Name one with --outcome. ${outcomesOf(known)}`,
  OUTCOME_UNKNOWN: ({ known }) => `Correct --outcome. ${outcomesOf(known)}`,
  OUTCOME_REPEATED: 'Name each outcome once behind --outcome.',
  SURFACE_UNKNOWN: ({ known }) =>
    Array.isArray(known) && known.length > 0
      ? `Correct --surface. The log has: ${known.join(', ')}.`
      : 'Leave --surface out: the impressions name none.',
  RANKER_MISSING: 'Run `lorekeep rank train` with --outcome.',
  RANKER_VERSION_UNKNOWN: ({ known }) =>
    Array.isArray(known) && known.length > 0
      ? `Give --ranker one of ${known.join(', ')}.`
      : 'Run `lorekeep rank train` with --outcome.',
  RANKER_LEARNED_LATER: 'Give --at a later time, or leave it out.',
  KNOWLEDGE_MODEL_MISSING: 'Run `lorekeep knowledge pretrain`.',
  KNOWLEDGE_MODEL_UNKNOWN: ({ known }) =>
    Array.isArray(known) && known.length > 0
      ? `Give --knowledge one of ${known.join(', ')}.`
      : 'Run `lorekeep knowledge pretrain`.',
  KNOWLEDGE_LEARNED_SCORED:
    'Score later windows only, with a later --start or more windows of --warm-up; or give --knowledge an older version.',
  KNOWLEDGE_STORE_MISSING: ({ place }) =>
    place === undefined
      ? 'Run `lorekeep knowledge publish`.'
      : 'Correct --store, or run `lorekeep knowledge publish` with it.',
  KNOWLEDGE_VERSION_UNKNOWN: ({ versions }) =>
    Array.isArray(versions) && versions.length > 0
      ? `Give --knowledge one of ${versions.join(', ')}.`
      : 'Run `lorekeep knowledge publish`.',
  KNOWLEDGE_TASKS_DIFFER: 'Leave --outcome out to continue, or learn the whole log anew with --fresh.',
  KNOWLEDGE_FILE_DAMAGED: 'Remove the folder of this version, and run `lorekeep knowledge pretrain` with --fresh.',
  KNOWLEDGE_NOT_SERVED: 'Run `lorekeep knowledge pretrain` and `lorekeep knowledge publish`.',
  BACKUP_MISSING: 'Name the folder that `lorekeep backup` made: it has a file backup.json.',
  RESTORE_TARGET_EXISTS: 'Name a new folder with --workspace. To replace a workspace, rename it first.',
  EXTRACT_FORMAT: 'Give --out a file that ends in .parquet, .csv or .ndjson.',
  RANKING_TOO_SHORT:
    'A ranker is scored on later windows than it learns from: give shorter windows with --window-days, or an earlier --start.',

  // Delete
  SCENARIO_FILE: 'Write JSON in single quotes, or name a file: `lorekeep scenarios put NAME SETTINGS`.',
  DELETE_NOTHING: ({ what }) =>
    what === 'events'
      ? 'Name ids of events, or choose events with --user, --item, --type, --before or --after.'
      : `Run \`lorekeep delete ${what} ID\`, or name a file with --file.`,
  DELETE_MANY: 'Confirm it with --yes, or give narrower conditions.',
  DELETE_FILE: 'Give --file a text file with one id per line.',
  DELETE_FILTER: ({ what }) => `Use \`lorekeep delete events\` with these options, or \`lorekeep delete ${what} ID\`.`,

  SIMULATE_REAL_DATA: 'Leave --simulate out, or name another --workspace and run `lorekeep quickstart` without --data.',

  // Import
  IMPORT_BAD_LINES: badLinesHint,
  IMPORT_COLUMN_QUESTION: ({ field, candidates }) => {
    const [{ column }] = candidates as { column: string }[];
    return `Name the column: --column ${field === 'timestamp' ? 'time' : field}=${shellWord(column)}.`;
  },
  IMPORT_DATE_ORDER: ({ possible }) =>
    `Give the order of day, month and year: ${(possible as string[]).map((order) => `--date-order ${order}`).join(' or ')}.`,
  IMPORT_FILE_MISSING: 'Correct the path after --items, --events or --data. It starts from your current directory.',
  IMPORT_FILE_UNREADABLE:
    'Check that the file is complete and readable. If its name shows another format, name the format with --format. Nothing was imported.',
  IMPORT_NO_HEADER: 'Add the line of column names, or leave the file out of --items and --events.',
  IMPORT_COLUMN_TYPE: ({ field }) => `Name a column of strings, numbers or times with --column ${field}=NAME.`,
  IMPORT_LINE_TOO_LONG:
    'Check that the file has one record per line. If its name shows another format, name the format with --format.',
  IMPORT_EMPTY_CATALOGUE: ({ log }) =>
    log === true
      ? 'Name a file with at least one item with --items, or add the items of the events by their ids with --unknown-items add. Nothing was imported.'
      : 'Name a file with at least one item with --items. Nothing was imported.',
  IMPORT_UNKNOWN_FORMAT: 'Name the format with --format, or what stands between its columns with --separator.',
  IMPORT_ENCODING_UNCLEAR: 'Name the encoding with --encoding, such as shift_jis, gb18030 or windows-1251.',
  IMPORT_SEPARATOR_UNCLEAR:
    'Name what stands between the columns with --separator: comma, semicolon, tab, pipe or space.',
  IMPORT_RECORD_PATH: ({ candidates }) => {
    const [first] = Array.isArray(candidates) ? candidates : [];
    return first === undefined
      ? 'Write one object on each line, or a list of objects.'
      : `Name the list of records, for example --record-path ${first}.`;
  },
  IMPORT_HEADER_NEEDED: ({ columns }) =>
    `Name its ${columns} columns in their order: --header items=a,b,c or --header events=a,b,c.`,
  IMPORT_HEADER_WIDTH: ({ columns }) => `Give ${columns} names after --header, one for each column.`,
  IMPORT_FOLDER_MIXED: 'Name the files one by one with --items or --events, or a pattern such as "events/*.csv".',
  IMPORT_MISSING_COLUMN: ({ accepted }) =>
    Array.isArray(accepted)
      ? `Add a header line if there is none, rename the column to one of ${accepted.join(', ')}, or name it with --column.`
      : 'Correct the name on the right of --column. It must be exactly as in the first line of the file.',
  IMPORT_EMPTY_LOG: 'Check the files of --events: with --replace they must hold the whole log. Nothing was changed.',
  IMPORT_OUTCOME_MISSING: ({ found }) =>
    Array.isArray(found) && found.length > 0
      ? `Correct the name behind = in --outcomes. These columns look like outcomes: ${listed(found)}.`
      : 'Correct the name behind = in --outcomes. It must be exactly as in the first line of the file.',
  IMPORT_NOTHING_LEFT: 'Lower --min-user-events and --min-item-events. Nothing was imported.',
  IMPORT_DIRECTORY: ({ found, missing }) =>
    found === undefined && missing === undefined
      ? 'Give --data the folder that contains the files of items and events, or run `lorekeep import` and name the files with --items and --events.'
      : found === undefined
        ? 'Name the files items.* and events.*, or run `lorekeep import` and name them with --items and --events.'
        : 'Run `lorekeep import` and name the files with --items and --events.',
  IMPORT_TIMES_MIXED: `Give all events timestamps or none (--column time=NAME names the column), or ${NEW_WORKSPACE}. Nothing was imported.`,
  IMPORT_OTHER_DATA: ({ changed }) =>
    Array.isArray(changed) && changed.length > 0
      ? `Give the options of the first import again, or ${NEW_WORKSPACE}. Nothing was changed.`
      : `For this data, ${NEW_WORKSPACE}, or add it to the present data with \`lorekeep import\`. Nothing was changed.`,
  SIMULATED_OTHER_SHOP: `For another simulated shop, ${NEW_WORKSPACE}.`,

  // Store
  STORE_NOT_A_DATABASE: 'Name another folder with --workspace, or move this file away.',
  STORE_FOREIGN_DATABASE: 'Name another folder with --workspace. This file was not changed.',
  STORE_TOO_NEW: 'Update Lorekeep, or name another folder with --workspace.',
  STORE_CANNOT_OPEN: 'Check that the folder of --workspace is writable, or name another one.',
  STORE_DISK_FULL: 'Free space on the disk (`lorekeep doctor` shows how much there is) and run the command again.',
  STORE_READ_ONLY: `Run the command as a user who may write to the folder of --workspace. ${READING_COMMANDS}`,
  STORE_BUSY: 'Wait until the other command has finished, then run this one again. Nothing of this write was kept.',
  STORE_MISSING: 'Run `lorekeep import` first, or name another folder with --workspace.',
  STORE_CORRUPT: `Restore the file from a backup, or import again and ${NEW_WORKSPACE}.`,
  EMBEDDING_MISSING: 'Run `lorekeep encode` first.',

  // Encoder
  MODEL_BAD_ID: 'Give --model a folder that exists, all-MiniLM-L6-v2, a hub id such as org/name, or lexical.',
  MODEL_UNSUPPORTED:
    'Give --model the folder of an exported model.onnx, or serve the model and give --model endpoint:NAME.',
  ENCODER_BAD_OPTION: ({ option }) => {
    const flag = encoderFlag(String(option));
    return flag && `Correct ${flag}. \`lorekeep encode --help\` says what it takes.`;
  },
  ENCODER_NOT_FINITE: 'Give another --model.',
  LEXICAL_NO_TEXTS:
    'Run `lorekeep import` with --items that have texts, or choose the fields of a text with --template.',
  ENDPOINT_KEY: ({ variable }) =>
    `Set ${variable} to the key alone, without spaces and quotes, or name another variable with --endpoint-key.`,
  ENDPOINT_REFUSED:
    'Check the address (--endpoint), the model (--model endpoint:NAME), the variable of the key (--endpoint-key), and the limits of the server.',
  ENDPOINT_BAD_ANSWER: 'Check which program runs at the address of --endpoint. Nothing of the answer was kept.',
  MODEL_NOT_AVAILABLE:
    'Name the folder of the model with --model, fix one of these sources (`lorekeep doctor` checks this machine), or use --model lexical, which is not a language model.',
  ENCODER_FAILED: 'Run the command again to resume. If memory ran out, use fewer --threads.',
  LEXICAL_BAD_FILE: 'Run `lorekeep encode --model lexical --refit`, `lorekeep train` and `lorekeep publish` again.',
  ENDPOINT_URL:
    'Give the base address with --endpoint or LOREKEEP_ENDPOINT, for example http://localhost:8000/v1. The key is read from the environment.',
  ENDPOINT_UNAVAILABLE:
    'Check that it is running. To reduce its load, lower --endpoint-concurrency or --endpoint-batch-texts, or raise --endpoint-patience. What was stored is kept.',
  ENDPOINT_CHANGED: `Restore the former model, or give the new one its own --endpoint-version; then ${RETRAIN}.`,

  // Training and models
  OPTION_UNKNOWN: ({ known, meant }) =>
    `Correct the file of --config: ${meant === undefined ? `it can have ${listed(known)}` : `write ${nested(String(meant))}`}.`,
  OPTION_INVALID: ({ name }) =>
    Object.hasOwn(TYPED_OPTIONS, String(name))
      ? `Correct ${TYPED_OPTIONS[String(name)]}.`
      : 'Correct the value in the file of --config.',
  LINEAR_NOT_DEFINITE:
    'Write {"linear": {"neighboursPerItem": 0}} in the file of --config to train without the linear model, or look at the content vectors.',
  TRAINING_NO_EVENTS: `${PUBLISH_ANYWAY}. Events come with \`lorekeep import --events FILE\`, or through the service.`,
  TRAINING_ONE_ITEM: `${PUBLISH_ANYWAY}. Add items with \`lorekeep import --items FILE\`.`,
  TRAINING_TEXTS_EQUAL: `Use --preset learn, which also knows items by their events. ${PUBLISH_ANYWAY}.`,
  TOWERS_NO_TRANSITIONS: `${PUBLISH_ANYWAY}, or import more events with \`lorekeep import --events FILE\`. Of a user with three or more, the last two are held out.`,
  TARGET_UNKNOWN: 'Give --target types of positive events; `lorekeep events` shows them.',
  EVENT_RULES_INVALID: 'Correct --event-role, --event-weight or --ratings. The rules were not changed.',
  EVALUATION_NO_CASES: 'Use --protocol leave-one-out. A temporal split needs real timestamps and users who come back.',
  TOWERS_DIVERGED: unstableTraining,
  TOWERS_LOSS_NOT_FINITE: unstableTraining,
  TOWERS_INIT_MISMATCH:
    'Use the --preset and --config of the model named with --init-from. Encoder and item-text template must be the same.',
  BUNDLE_MISSING: 'Run `lorekeep train`, or give --model a version (--init-from a folder) that exists.',
  BUNDLE_CORRUPT: 'Run `lorekeep train` again, or restore the folder from a copy.',
  BUNDLE_FORMAT: 'Use the version of Lorekeep that wrote it, or run `lorekeep train` again.',

  // Publishing and serving
  PUBLICATION_MISSING: 'Run `lorekeep publish`.',
  PUBLICATION_CORRUPT: 'Run `lorekeep publish` again. A running service keeps the version it has loaded.',
  CATALOGUE_EMPTY: 'Run `lorekeep import` first.',
  ENCODER_MISMATCH: `Use the encoder that the model was trained with, or ${RETRAIN}.`,
  VECTOR_NOT_FINITE: `Run \`lorekeep train\` again; this model cannot be served. ${PUBLISH_ANYWAY}.`,
  INDEX_FILE_INVALID: 'Run `lorekeep publish` again to rebuild the index.',
  INDEX_UNKNOWN_KIND: OWN_KIND,
  INDEX_ADAPTER_MISSING: ({ kind }) =>
    kind === 'usearch'
      ? 'Run `pnpm install --force`, or choose --index exact.'
      : 'Run `pnpm extras`, which compiles the package, or choose --index usearch.',
  REQUEST_INVALID: ({ issues }) =>
    Array.isArray(issues) && issues.some(({ path }) => path === 'by')
      ? 'Correct --by.'
      : 'Correct the ids given with --user, --history, --exclude, --item or --items.',
  ITEM_NOT_FOUND: 'Correct the id of --item, or add the item with `lorekeep import --items FILE`.',
  HOST_NOT_ALLOWED:
    'Use the address that the service printed, or start it with `lorekeep serve --allow-host HOST` for this name.',
  KEYS_REQUIRED:
    'Create a key with `lorekeep keys create --scope read --scope events --scope write`, or listen on this machine only with --host 127.0.0.1.',
  JOB_UNKNOWN: ({ known }) =>
    Array.isArray(known) && known.length === 0
      ? 'Add it with `lorekeep jobs add NAME`.'
      : `The jobs are: ${listed(known)}.`,
  JOBS_FULL: 'Remove one with `lorekeep jobs remove NAME`.',
  JOB_RUNNING: 'Wait until it has ended, or stop it with `lorekeep jobs cancel NAME`.',
  JOB_NOT_RUNNING: 'Look with `lorekeep jobs history` how its last run ended.',
  JOB_RUN_UNKNOWN: 'Take an id that `lorekeep jobs history` shows.',
  JOB_FAILED: ({ run }) => `What is served was not changed. Read \`lorekeep jobs logs ${run}\`.`,
  EXPERIMENT_UNKNOWN: 'Take a name that `lorekeep experiments list` shows.',
  EXPERIMENT_RUNNING: 'Stop it first with `lorekeep experiments stop NAME`. What runs is never changed.',
  KEY_UNKNOWN: 'Take an id that `lorekeep keys list` shows.',
  KEY_REVOKED: 'Create a new key with `lorekeep keys create`.',
  KEY_OPTION: ({ option }) => (option === 'namespace' ? 'Correct --namespace.' : undefined),
  CORS_ORIGIN: 'Give --allow-origin scheme, host and, if it is not the usual one, port: https://shop.example.',
  SHOPS_FULL: 'Delete a shop with `DELETE /v1/shops/NAME`, or give --max-shops a larger number.',
  SHOPS_BUSY: 'Send the request again in a moment, or give --max-loaded a larger number.',
  SHOPS_MISSING: 'Give --shops a folder. It need not exist yet.',
  SERVER_CANNOT_LISTEN: 'Choose another --port or --host; --port 0 selects a free port.',
};

/** `--skip-bad` is named only if the import would then work. */
function badLinesHint({ count, mismatch, skippable, repeated }: Details): string {
  if (mismatch !== undefined) {
    const found = mismatch as IdMismatch;
    const ids = found.catalogue.length === 0 ? '' : 'Correct the ids, skip these events with --unknown-items skip, or ';
    const add = `${ids === '' ? 'A' : 'a'}dd their items by id alone with --unknown-items add.`;
    return `${mismatchText(found)} ${ids}${add}`;
  }
  if (repeated === true)
    return 'Correct the lines, or take one record of each item with --repeated-items last or first.';
  return skippable === false
    ? 'Correct the lines: without them, nothing is left to import.'
    : `Correct the lines, or skip them with --skip-bad ${count}.`;
}

function unstableTraining({ checkpoint, epoch }: Details): string {
  const saved = checkpoint === undefined || epoch === 1 ? '' : 'The last good epoch is saved. ';
  return `${saved}Lower training.learningRate or raise loss.temperature in the file of --config.`;
}

const outcomesOf = (known: unknown) =>
  Array.isArray(known) && known.length > 0
    ? `The log has: ${known.join(', ')}.`
    : 'No impression of the log has an outcome: import them in columns with `lorekeep import` and --outcomes.';

const listed = (names: unknown) => (Array.isArray(names) ? names.join(', ') : '');

/** `training.epochs` as it stands in a file: `{"training": {"epochs": …}}`. */
function nested(name: string): string {
  const [group, option] = name.split('.');
  return `{"${group}": {"${option}": …}}`;
}

/** What to type, or what the error itself says. */
export function hintOf(error: LorekeepError): string | undefined {
  const hint = ERROR_HINTS[error.code];
  return (typeof hint === 'function' ? hint(error.details) : hint) ?? error.hint;
}

const WARNING_HINTS: Record<string, string> = {
  ENCODER_FALLBACK: 'Run `lorekeep doctor` to see how to get the model.',
};

export function warningText({ code, message }: Warning): string {
  const hint = WARNING_HINTS[code];
  return hint === undefined ? message : `${message}\n${hint}`;
}

const REINSTALL = 'Run `pnpm install --force`: the package is prebuilt for Linux, macOS and Windows on x64 and arm64.';

/** By the name of a finding that is not `'ok'`, or by name and state. */
const FINDING_FIXES: Record<string, string> = {
  machine: 'Close other programs, or use fewer --threads.',
  int8: 'Compare `lorekeep encode --dry-run --precision int8` with --precision fp32 before a large encoding.',
  'workspace optional': 'Run `lorekeep quickstart`, or `lorekeep import` with --items and --events.',
  encoder: 'Run `lorekeep encode` with another --model, then `lorekeep train` and `lorekeep publish`.',
  encoding: 'Run `lorekeep encode` with the same --model. What is stored is kept.',
  training: 'Run `lorekeep train` with the same options to resume.',
  'newest model missing': 'Run `lorekeep train` again.',
  'live version missing': 'Run `lorekeep publish` again.',
  'live version advice': 'Run `lorekeep train` and `lorekeep publish` again.',
  publication: 'Run `lorekeep publish`.',
  'live files missing': 'Run `lorekeep publish` again.',
  'model files missing': 'Run `lorekeep train` and `lorekeep publish` again.',
  'deleted items missing': 'Run `lorekeep publish` again.',
  'erasure advice': 'Run `lorekeep train` and `lorekeep publish`.',
  'rankers advice': 'Run `lorekeep rank train`.',
  'knowledge advice': 'Run `lorekeep knowledge pretrain` and `lorekeep knowledge publish`.',
  'free space advice':
    'Run `lorekeep train`, `lorekeep rank train` or `lorekeep knowledge pretrain`: each of them overwrites it.',
  index: OWN_KIND,
  SQLite: REINSTALL,
  DuckDB: REINSTALL,
  usearch: REINSTALL,
  'ONNX Runtime': REINSTALL,
  endpoint: 'Set LOREKEEP_ENDPOINT, or give --endpoint to `lorekeep encode`.',
};

/** The fix of a finding in terms of the command line. */
export function fixOf({ name, state, fix }: Finding): string | undefined {
  if (state === 'ok') return undefined;
  if (name.startsWith('port ')) return 'Choose another port with --port.';
  return FINDING_FIXES[`${name} ${state}`] ?? FINDING_FIXES[name] ?? fix;
}
