/** Options of an endpoint with their defaults and limits. The command line reads them from here. */
import { errors } from '../errors.ts';

/** Where an embeddings endpoint is, and how it is called. */
export interface EndpointOptions {
  /**
   * Base address, to which `/embeddings` is added: `https://api.openai.com/v1`,
   * `http://gpu:8000/v1`. http or https, without user, password, query or fragment, because it is
   * stored in files. Default: `$LOREKEEP_ENDPOINT`.
   */
  url?: string;
  /**
   * Environment variable with the key. Default `'OPENAI_API_KEY'`. If it is unset or empty, no key
   * is sent.
   */
  keyVariable?: string;
  /** Embedding dimension to request (Matryoshka models). Default: the model's own. 1 to 65,536. */
  dimensions?: number;
  /**
   * Prepended to every text, for instruction-tuned models. Default `''`. At most 10,000 characters.
   */
  prompt?: string;
  /**
   * Version of the model, if a server replaces the model under the same name. It is part of the
   * encoder's id. Default `''`. At most 200 characters.
   */
  version?: string;
  /**
   * Encoding of the vectors: `'float'` (default, supported by every server) or `'base64'` (a
   * quarter of the bytes).
   */
  encoding?: 'float' | 'base64';
  /**
   * Texts are truncated to this number of characters, prompt included, because servers refuse
   * longer texts. Default 8,000.
   */
  maxCharacters?: number;
  /** Texts per request. Default 32, the default limit of Text Embeddings Inference. 1 to 2,048. */
  batchTexts?: number;
  /** Characters per request. A longer text is sent alone. Default 100,000, 1 to 10,000,000. */
  batchCharacters?: number;
  /** Concurrent requests. Default 4, 1 to 256. */
  concurrency?: number;
  /** Time limit of one request, answer included. Default 60, up to 3,600. */
  timeoutSeconds?: number;
  /** Retries of a request after transient failures. Default 6, 0 to 100. */
  retries?: number;
  /**
   * Wait after the first failure. It doubles. A `Retry-After` of the server takes precedence.
   * Default 0.5, up to 60.
   */
  retrySeconds?: number;
  /** Time limit of a request with all waits and retries. Default 300, up to 86,400. */
  patienceSeconds?: number;
}

/** Values of the endpoint options that are left out. */
export const ENDPOINT_DEFAULTS = {
  keyVariable: 'OPENAI_API_KEY',
  prompt: '',
  version: '',
  encoding: 'float',
  maxCharacters: 8000,
  batchTexts: 32,
  batchCharacters: 100_000,
  concurrency: 4,
  timeoutSeconds: 60,
  retries: 6,
  retrySeconds: 0.5,
  patienceSeconds: 300,
} as const;

/** Option → minimum, maximum. Seconds may have fractions; other numbers are whole. */
export const ENDPOINT_LIMITS = {
  dimensions: [1, 65_536],
  maxCharacters: [1, 1_000_000],
  batchTexts: [1, 2048],
  batchCharacters: [1, 10_000_000],
  concurrency: [1, 256],
  timeoutSeconds: [0.001, 3600],
  retries: [0, 100],
  retrySeconds: [0.001, 60],
  patienceSeconds: [0.001, 86_400],
} as const satisfies Partial<Record<keyof EndpointOptions, readonly [number, number]>>;

/** All options with their values. Only `dimensions` may be absent. */
export type EndpointSettings = Required<Omit<EndpointOptions, 'dimensions'>> & Pick<EndpointOptions, 'dimensions'>;

/**
 * Checks the options and completes them with their defaults.
 *
 * @throws LorekeepError `ENDPOINT_URL`, `ENCODER_BAD_OPTION`
 */
export function endpointSettings(options: EndpointOptions): EndpointSettings {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const url = baseUrl(options.url ?? process.env.LOREKEEP_ENDPOINT);
  const settings = { ...ENDPOINT_DEFAULTS, ...given, url } as EndpointSettings;
  for (const [name, [min, max]] of Object.entries(ENDPOINT_LIMITS)) {
    const value = settings[name as keyof typeof ENDPOINT_LIMITS];
    if (value === undefined && name === 'dimensions') continue;
    const fits = name.endsWith('Seconds') ? Number.isFinite(value) : Number.isSafeInteger(value);
    if (!fits || (value as number) < min || (value as number) > max)
      throw errors.ENCODER_BAD_OPTION({
        option: name,
        value,
        expected: `a ${name.endsWith('Seconds') ? '' : 'whole '}number from ${min} to ${max}`,
      });
  }
  const { encoding, keyVariable, prompt, version } = settings;
  if (encoding !== 'float' && encoding !== 'base64')
    throw errors.ENCODER_BAD_OPTION({ option: 'encoding', value: encoding, expected: '"float" or "base64"' });
  // The value is not quoted: it may be the key instead of the variable's name.
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(keyVariable))
    throw errors.ENCODER_BAD_OPTION({
      option: 'keyVariable',
      value: '…',
      expected: 'the name of an environment variable',
    });
  for (const [name, text, max] of [
    ['prompt', prompt, 10_000],
    ['version', version, 200],
  ] as const)
    if (typeof text !== 'string' || text.length > max || !text.isWellFormed())
      throw errors.ENCODER_BAD_OPTION({
        option: name,
        value: String(text).slice(0, 100),
        expected: `well-formed text of at most ${max} characters`,
      });
  if (prompt.length >= settings.maxCharacters)
    throw errors.ENCODER_BAD_OPTION({
      option: 'maxCharacters',
      value: settings.maxCharacters,
      expected: `more than the prompt's ${prompt.length} characters`,
    });
  return settings;
}

/** The address is never quoted in an error: it may contain a secret. */
function baseUrl(given: string | undefined): string {
  if (!given) throw errors.ENDPOINT_URL({ reason: 'is missing' });
  let url: URL;
  try {
    url = new URL(given);
  } catch {
    throw errors.ENDPOINT_URL({ reason: 'is not a URL' });
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw errors.ENDPOINT_URL({ reason: 'is neither http nor https' });
  if (url.username || url.password) throw errors.ENDPOINT_URL({ reason: 'contains a user or a password' });
  if (url.search || url.hash) throw errors.ENDPOINT_URL({ reason: 'contains a query or a fragment' });
  return url.href.replace(/\/+$/, '');
}
