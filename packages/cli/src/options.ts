/** The options that several commands share, each with its default and limits in one place. */
import {
  DEFAULT_TEMPLATE,
  ENDPOINT_DEFAULTS,
  ENDPOINT_LIMITS,
  type EndpointOptions,
  ITEM_TEMPLATES,
  PRECISIONS,
} from '@lorekeep/encoder';
import { PROTOCOLS } from '@lorekeep/evaluation';
import { presets } from '@lorekeep/recommender';
import { InvalidArgumentError, Option } from 'commander';

export const DEFAULT_PORT = 7070;
export const DEFAULT_HOST = '127.0.0.1';
export const DEFAULT_SEED = 42;
export const MAX_K = 1000;

/** A parser of whole numbers in [low, high]. */
export function integer(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < low || value > high) {
      const range = high === Number.MAX_SAFE_INTEGER ? `of at least ${low}` : `from ${low} to ${high}`;
      throw new InvalidArgumentError(`It must be a whole number ${range}.`);
    }
    return value;
  };
}

/** A parser of numbers in [low, high]. */
function number(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value) || value < low || value > high)
      throw new InvalidArgumentError(`It must be a number from ${low} to ${high}.`);
    return value;
  };
}

/** `a,b,c` → `['a', 'b', 'c']`; empty pieces are dropped. */
export function idList(text: string): string[] {
  const ids = text
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
  if (ids.length === 0) throw new InvalidArgumentError('It must name at least one id.');
  return ids;
}

/** `name=value` pairs, collected over repeated values. */
export function pairs(text: string, collected: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1) throw new InvalidArgumentError('It must have the form name=value.');
  return { ...collected, [text.slice(0, at)]: text.slice(at + 1) };
}

export const model = () =>
  new Option(
    '--model <id>',
    'text encoder: all-MiniLM-L6-v2, a hub id, a local folder, transformers:FOLDER, endpoint:NAME, or lexical (default: the one used before, else all-MiniLM-L6-v2)',
  );
export const template = () =>
  new Option(
    '--template <text>',
    `what of an item is read: ${Object.keys(ITEM_TEMPLATES).join(', ')}, or a pattern like "{title}. {brand}"; with @n, of n tokens (default: the one used before, else ${DEFAULT_TEMPLATE})`,
  );

export const precision = () =>
  new Option(
    '--precision <name>',
    'of a built-in model: fp32, or int8, which is faster and nearly the same (default: the one used before, else fp32)',
  ).choices(PRECISIONS);

/** Of an embeddings endpoint: the flag, the option of `EndpointOptions` it sets, what it says. */
const ENDPOINT: [flags: string, name: keyof EndpointOptions, description: string][] = [
  ['--endpoint <url>', 'url', 'base address of an OpenAI-compatible embeddings endpoint, for --model endpoint:NAME'],
  ['--endpoint-key <variable>', 'keyVariable', 'environment variable that holds the key'],
  ['--endpoint-dimensions <n>', 'dimensions', 'width asked of the server'],
  ['--endpoint-prompt <text>', 'prompt', 'put before every text'],
  ['--endpoint-version <text>', 'version', "tells the server's next model of the same name from the last"],
  ['--endpoint-encoding <name>', 'encoding', 'how vectors travel'],
  ['--endpoint-max-characters <n>', 'maxCharacters', 'texts are cut to this'],
  ['--endpoint-batch-texts <n>', 'batchTexts', 'texts a request'],
  ['--endpoint-batch-characters <n>', 'batchCharacters', 'characters a request'],
  ['--endpoint-concurrency <n>', 'concurrency', 'requests at the same time'],
  ['--endpoint-timeout <seconds>', 'timeoutSeconds', 'what one request may take'],
  ['--endpoint-retries <n>', 'retries', 'how often a request is sent again'],
  ['--endpoint-retry <seconds>', 'retrySeconds', 'first wait before that; it doubles'],
  ['--endpoint-patience <seconds>', 'patienceSeconds', 'what a request may take with all its repetitions'],
];

/** What is not given is left to what is remembered of the model, so none of them has a default here. */
const FALLBACKS: Partial<Record<keyof EndpointOptions, string>> = {
  ...Object.fromEntries(Object.entries(ENDPOINT_DEFAULTS).map(([name, value]) => [name, String(value) || 'none'])),
  url: '$LOREKEEP_ENDPOINT',
  dimensions: "the model's own",
};

export const endpointOptions = () =>
  ENDPOINT.map(([flags, name, description]) => {
    const option = new Option(flags, `${description} (default: the one used before, else ${FALLBACKS[name]})`);
    if (name === 'encoding') return option.choices(['float', 'base64']);
    const [low, high] = ENDPOINT_LIMITS[name as keyof typeof ENDPOINT_LIMITS] ?? [];
    if (low === undefined || high === undefined) return option;
    return option.argParser(name.endsWith('Seconds') ? number(low, high) : integer(low, high));
  });

/** Takes the endpoint's options out of all that a command was given. */
export function endpointOf(options: Record<string, unknown>): EndpointOptions {
  const given = endpointOptions().map((option, at) => [ENDPOINT[at][1], options[option.attributeName()]]);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

export const preset = () =>
  new Option('--preset <name>', 'what to train').choices(Object.keys(presets)).default('learn');
export const protocol = () =>
  new Option('--protocol <name>', 'which events are kept for validation and test').choices([...PROTOCOLS]);
export const refit = () =>
  new Option(
    '--refit <events>',
    'when everything is chosen, train once more on the validation events too, or on all events (then nothing is left to measure it on)',
  )
    .choices(['none', 'valid', 'all'])
    .default('none');
export const seed = () =>
  new Option('--seed <n>', 'of every random choice').argParser(integer(0, 2 ** 32 - 1)).default(DEFAULT_SEED);
export const threads = () =>
  new Option('--threads <n>', 'processor threads (default: every core)').argParser(integer(1, 256));
export const skipBad = () =>
  new Option('--skip-bad <n>', 'leave out up to n malformed lines')
    .argParser(integer(0, Number.MAX_SAFE_INTEGER))
    .default(0);
export const modelVersion = () => new Option('--model <version>', 'a trained version (default: the newest)');
export const indexKind = () =>
  new Option('--index <kind>', 'vector index').choices(['usearch', 'hnswlib', 'exact']).default('usearch');
export const port = () =>
  new Option('--port <n>', 'port of the service, 0 for any free one')
    .argParser(integer(0, 65535))
    .default(DEFAULT_PORT);
export const host = () => new Option('--host <address>', 'address the service listens on').default(DEFAULT_HOST);
export const k = () => new Option('-k <n>', `how many, 1 to ${MAX_K}`).argParser(integer(1, MAX_K)).default(10);
