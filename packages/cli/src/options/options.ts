/**
 * The options of all commands, each with its default and its limits in one place. Defaults and
 * limits that belong to the library are taken from there.
 */
import { DATE_ORDERS } from '@lorekeep/core';
import { FORMATS, MAPPED_SOURCES, RAW_FORMATS, REPEATED_ITEMS, UNKNOWN_ITEMS } from '@lorekeep/datasets';
import {
  DEFAULT_MODEL,
  DEFAULT_TEMPLATE,
  ENDPOINT_DEFAULTS,
  ENDPOINT_LIMITS,
  type EndpointOptions,
  ITEM_TEMPLATES,
  PRECISIONS,
} from '@lorekeep/encoder';
import { PROTOCOLS } from '@lorekeep/evaluation';
import { presets } from '@lorekeep/recommender';
import { indexKinds } from '@lorekeep/vector-index';
import {
  DEFAULT_INDEX,
  DEFAULT_PRESET,
  DEFAULT_PROTOCOL,
  DEFAULT_REFIT,
  DEFAULT_SEED,
  LIMITS,
  REFITS,
} from '@lorekeep/workspace';
import { Option } from 'commander';
import {
  headerNames,
  idList,
  integer,
  integerOr,
  number,
  pairList,
  pairs,
  type Range,
  repeated,
  time,
} from './parsers.ts';

export const DEFAULT_WORKSPACE = '.lorekeep';
export const DEFAULT_PORT = 7070;
export const DEFAULT_HOST = '127.0.0.1';
const PORT_LIMITS: Range = [0, 65_535];
const MIN_EVENTS_LIMITS: Range = [0, 1e9];

/** For `--skip-bad`: there is no upper limit. */
const ANY_COUNT: Range = [0, Number.MAX_SAFE_INTEGER];

export const workspace = () => new Option('--workspace <dir>', 'folder of the workspace').default(DEFAULT_WORKSPACE);
export const json = () =>
  new Option('--json', 'print one JSON object per line on stdout, the result last').default(false);

// Import

export const data = () => new Option('--data <dir>', 'folder with an items file and an events file');
export const items = () =>
  new Option(
    '--items <file...>',
    'catalogue files, folders or patterns: CSV, TSV, JSON or Parquet, optionally compressed',
  );
export const events = () =>
  new Option('--events <file...>', 'event files, folders or patterns in order of arrival, in the same formats');
export const users = () =>
  new Option('--users <file...>', 'files of users, in the same formats: user, and attributes in the other columns');
export const outcomes = () =>
  new Option(
    '--outcomes <type=column,…>',
    'event files have one row per impression, with its outcomes in columns: click=is_click,like=is_like',
  ).argParser(pairList);
export const ignore = () => new Option('--ignore <column...>', 'columns to leave unread, also if they are recognised');
export const format = () =>
  new Option('--format <name>', 'format of all files')
    .choices(['auto', ...FORMATS, ...RAW_FORMATS])
    .default('auto', 'by content and file extension');
export const mapping = () =>
  new Option('--mapping <name>', 'event files are JSON lines of another program').choices(MAPPED_SOURCES);
export const separator = () =>
  new Option(
    '--separator <text>',
    'what stands between the fields of tables: comma, semicolon, tab, pipe, space, or one to four characters such as :: (default: what the lines show)',
  );
export const encoding = () =>
  new Option(
    '--encoding <name>',
    'encoding of text files, such as utf-8, latin1, utf-16le, shift_jis (default: what the bytes show)',
  );
export const header = () =>
  new Option(
    '--header <names...>',
    'column names of tables without a header line: a,b,c, or by role items=a,b,c events=d,e,f (default: the first line)',
  ).argParser(headerNames);
export const recordPath = () =>
  new Option(
    '--record-path <path>',
    'where the list of records is in JSON files, such as products or data.items (default: the only list)',
  );
export const column = () =>
  new Option(
    '--column <field=column...>',
    'columns with names that are not recognised: user=customer item=sku; price=- leaves a field unread',
  ).argParser(pairs);
export const dateOrder = () =>
  new Option('--date-order <order>', 'order of dates such as 03/04/2024 (default: by the days above 12)').choices([
    ...DATE_ORDERS,
  ]);
export const listSeparator = () =>
  new Option('--list-separator <text>', 'what divides the categories of a text (default: as the column shows)');
export const repeatedItems = () =>
  new Option(
    '--repeated-items <which>',
    'of records with one id and different content, take the first or the last (default: refuse; last for amazon2018 and amazon2023)',
  ).choices([...REPEATED_ITEMS]);
export const importDryRun = () =>
  new Option('--dry-run', 'show how the files are understood; store nothing').default(false);
export const skipBad = () =>
  new Option('--skip-bad <n>', 'skip up to n malformed lines').argParser(integer(ANY_COUNT)).default(0);
export const unknownItems = () =>
  new Option(
    '--unknown-items <what>',
    'treat events of unknown items as malformed lines, skip them, or add items of their ids alone (default: refuse; skip for amazon2018 and amazon2023)',
  ).choices([...UNKNOWN_ITEMS]);
export const minUserEvents = () =>
  new Option('--min-user-events <n>', 'k-core: keep only users with at least n events')
    .argParser(integer(MIN_EVENTS_LIMITS))
    .default(0);
export const minItemEvents = () =>
  new Option('--min-item-events <n>', 'k-core: keep only items with at least n events')
    .argParser(integer(MIN_EVENTS_LIMITS))
    .default(0);

export const replace = () =>
  new Option(
    '--replace',
    'the event files are the whole log, dumped anew: they replace the events of all earlier imports; events that a service has stored stay',
  ).default(false);

/** How to read files: the same for `import` and `quickstart --data`. */
export const readingOptions = () => [
  format(),
  mapping(),
  separator(),
  encoding(),
  header(),
  recordPath(),
  column(),
  dateOrder(),
  listSeparator(),
  unknownItems(),
  repeatedItems(),
  skipBad(),
];

// Encode

export const model = () =>
  new Option(
    '--model <id>',
    `text encoder: ${DEFAULT_MODEL}, a hub id, a local folder, transformers:FOLDER, endpoint:NAME, or lexical (default: the one used last, else ${DEFAULT_MODEL})`,
  );
export const template = () =>
  new Option(
    '--template <text>',
    `what to encode of an item: ${Object.keys(ITEM_TEMPLATES).join(', ')}, or a pattern like "{title}. {brand}"; append @n to limit it to n tokens (default: the one used last, else ${DEFAULT_TEMPLATE})`,
  );
export const precision = () =>
  new Option(
    '--precision <name>',
    'precision of a built-in model; int8 is faster, with nearly the same vectors (default: the one used last, else fp32)',
  ).choices(PRECISIONS);
export const refitEncoder = () =>
  new Option('--refit', 'fit a lexical encoder again, to the current catalogue').default(false);
export const dryRun = () =>
  new Option('--dry-run', 'count the texts and time a sample of them; store nothing').default(false);

/** Of an embeddings endpoint: the flag, the key of `EndpointOptions`, the description. */
const ENDPOINT: [flags: string, name: keyof EndpointOptions, description: string][] = [
  ['--endpoint <url>', 'url', 'base address of an OpenAI-compatible embeddings endpoint, for --model endpoint:NAME'],
  ['--endpoint-key <variable>', 'keyVariable', 'environment variable that contains the key'],
  ['--endpoint-dimensions <n>', 'dimensions', 'embedding dimension to request'],
  ['--endpoint-prompt <text>', 'prompt', 'prefix of every text'],
  ['--endpoint-version <text>', 'version', 'distinguishes successive models with the same name'],
  ['--endpoint-encoding <name>', 'encoding', 'encoding of vectors in responses'],
  ['--endpoint-max-characters <n>', 'maxCharacters', 'longer texts are truncated'],
  ['--endpoint-batch-texts <n>', 'batchTexts', 'texts per request'],
  ['--endpoint-batch-characters <n>', 'batchCharacters', 'characters per request'],
  ['--endpoint-concurrency <n>', 'concurrency', 'parallel requests'],
  ['--endpoint-timeout <seconds>', 'timeoutSeconds', 'time limit of one request'],
  ['--endpoint-retries <n>', 'retries', 'retries of a request'],
  ['--endpoint-retry <seconds>', 'retrySeconds', 'delay before the first retry; it doubles each time'],
  ['--endpoint-patience <seconds>', 'patienceSeconds', 'time limit of a request with all its retries'],
];

/**
 * For the help. Options have no default here: what is not given is as it was when the model was
 * used last.
 */
const ENDPOINT_FALLBACKS: Partial<Record<keyof EndpointOptions, string>> = {
  ...Object.fromEntries(Object.entries(ENDPOINT_DEFAULTS).map(([name, value]) => [name, String(value) || 'none'])),
  url: '$LOREKEEP_ENDPOINT',
  dimensions: "the model's own",
};

export const endpointOptions = () =>
  ENDPOINT.map(([flags, name, description]) => {
    const option = new Option(flags, `${description} (default: the one used last, else ${ENDPOINT_FALLBACKS[name]})`);
    if (name === 'encoding') return option.choices(['float', 'base64']);
    const limits: Range | undefined = ENDPOINT_LIMITS[name as keyof typeof ENDPOINT_LIMITS];
    if (limits === undefined) return option;
    return option.argParser(name.endsWith('Seconds') ? number(limits) : integer(limits));
  });

/** Picks the options of an endpoint out of all options that a command was given. */
export function endpointOf(options: Record<string, unknown>): EndpointOptions {
  const given = endpointOptions().map((option, at) => [ENDPOINT[at][1], options[option.attributeName()]]);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

/** The flag of `encode` that sets an option of the encoder; `undefined` if none does. */
export function encoderFlag(name: string): string | undefined {
  if (name === 'template' || name === 'precision') return `--${name}`;
  return ENDPOINT.find(([, option]) => option === name)?.[0].split(' ')[0];
}

// Train, evaluate, publish

export const preset = () =>
  new Option('--preset <name>', 'what to train').choices(Object.keys(presets)).default(DEFAULT_PRESET);
export const config = () =>
  new Option('--config <file>', 'JSON file with training options that replace those of the preset');
export const initFrom = () =>
  new Option('--init-from <dir>', 'folder of a trained model, possibly of another workspace, to start from');
const protocol = (fallback = '') =>
  new Option('--protocol <name>', `which events are held out for validation and test${fallback}`).choices([
    ...PROTOCOLS,
  ]);
export const trainProtocol = () => protocol().default(DEFAULT_PROTOCOL);
export const evaluateProtocol = () => protocol(' (default: the one the model was trained with)');
export const refit = () =>
  new Option(
    '--refit <events>',
    'train once more with the selected settings: on the validation events too (valid), or on all events, which leaves none to evaluate on (all)',
  )
    .choices([...REFITS])
    .default(DEFAULT_REFIT);
export const target = () =>
  new Option(
    '--target <type,type,…>',
    'types of events to predict; others are context (default: all positive events)',
  ).argParser(idList);
export const maxPairEvents = () =>
  new Option(
    '--max-pair-events <n>',
    'of the events of one user with one item, train on the first n; 0 for all (default: 10, or that of the preset)',
  ).argParser(integer(MIN_EVENTS_LIMITS));
export const maxUserEvents = () =>
  new Option(
    '--max-user-events <n>',
    'leave out users with more than n events; 0 for none, auto for implausibly many (default: auto, or that of the preset)',
  ).argParser(integerOr('auto', MIN_EVENTS_LIMITS));
export const seed = () =>
  new Option('--seed <n>', 'seed of every random choice').argParser(integer(LIMITS.seed)).default(DEFAULT_SEED);
export const modelVersion = () => new Option('--model <version>', 'a trained version (default: the newest)');
export const publishedModel = () =>
  new Option('--model <version>', 'a trained version, or none (default: the newest, else none)');
export const against = () => new Option('--against <version>', 'another trained version to compare with');
export const report = () => new Option('--report <file>', 'also write an HTML page with tables and plots');
export const indexKind = () =>
  new Option('--index <kind>', 'vector index').choices(indexKinds()).default(DEFAULT_INDEX);

// Delete

export const idFile = () => new Option('--file <file>', 'text file with further ids, one per line');
export const eventUser = () => new Option('--user <id>', 'events of this user');
export const eventItem = () => new Option('--item <id>', 'events of this item');
export const eventType = () => new Option('--type <name...>', 'events of these types');
export const before = () =>
  new Option('--before <time>', 'events before this time: a date (2026-03-01) or Unix seconds').argParser(time);
export const after = () => new Option('--after <time>', 'events at this time or later').argParser(time);
export const yes = () => new Option('--yes', 'also delete more than 1,000 events').default(false);

// Doctor

export const verify = () =>
  new Option('--verify', 'also read all data: tables, checksums, and that what was deleted is gone').default(false);

// Recommend, serve

export const user = () => new Option('--user <id>', 'a user of the log');
export const history = () => new Option('--history <id,id,…>', 'items, oldest first').argParser(idList);
export const exclude = () => new Option('--exclude <id,id,…>', 'items to leave out').argParser(idList);
export const scenarioVersion = integer([1, 999_999_999]);
export const item = () => new Option('--item <id>', 'an item of the catalogue').makeOptionMandatory();
export const port = () =>
  new Option('--port <n>', 'port of the service; 0 selects a free port')
    .argParser(integer(PORT_LIMITS))
    .default(DEFAULT_PORT);
export const host = () => new Option('--host <address>', 'address the service listens on').default(DEFAULT_HOST);
export const allowHost = () =>
  new Option(
    '--allow-host <name>',
    'further name that requests may use in their Host header (repeatable); * for any',
  ).argParser(repeated);
export const simulate = (fallback: string) => [
  new Option(
    '--simulate',
    `simulated users go on buying in the simulated shop while it is served (default: ${fallback})`,
  ),
  new Option('--no-simulate', 'no simulated users'),
];
export const noServe = () => new Option('--no-serve', 'exit after the report');
export const threads = () =>
  new Option('--threads <n>', 'CPU threads (default: one per core)').argParser(integer(LIMITS.threads));
