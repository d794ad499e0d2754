/** Everything that can be set about an endpoint: defaults and limits in one place, for the code and the command line. */
import { errors } from '../errors.ts';

export interface EndpointOptions {
  /**
   * Base address, to which `/embeddings` is added: `https://api.openai.com/v1`, `http://gpu:8000/v1`. http or https, and
   * without user, password, query or fragment, which would end up in files. Default: `$LOREKEEP_ENDPOINT`.
   */
  url?: string;
  /** Environment variable that holds the key. Default `'OPENAI_API_KEY'`. Unset or empty: no key is sent. */
  keyVariable?: string;
  /** Width asked of the server (Matryoshka models). Default: not asked, the model's own. 1 to 65,536. */
  dimensions?: number;
  /** Put before every text, as instruction-tuned models want it. Default `''`. At most 10,000 characters. */
  prompt?: string;
  /**
   * What the model's next version is called, where a server puts one in under the same name: it becomes part of the
   * encoder's id. Default `''`. At most 200 characters.
   */
  version?: string;
  /** How vectors travel: `'float'` (default, known to every server) or `'base64'` (a quarter of the bytes). */
  encoding?: 'float' | 'base64';
  /** Texts are cut to so many characters, prompt included, since servers refuse what is too long. Default 8,000. */
  maxCharacters?: number;
  /** Texts a request. Default 32, which is what Text Embeddings Inference takes unless told otherwise. 1 to 2,048. */
  batchTexts?: number;
  /** Characters a request; a longer text goes alone. Default 100,000, 1 to 10,000,000. */
  batchCharacters?: number;
  /** Requests at the same time. Default 4, 1 to 256. */
  concurrency?: number;
  /** What one request may take, answer included. Default 60, up to 3,600. */
  timeoutSeconds?: number;
  /** How often a request is sent again after a failure that may pass. Default 6, 0 to 100. */
  retries?: number;
  /** First wait before that; it doubles. What the server asks for with `Retry-After` goes before. Default 0.5, up to 60. */
  retrySeconds?: number;
  /** What a request may take with all its waits and repetitions. Default 300, up to 86,400. */
  patienceSeconds?: number;
}

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

/** Option → least, most. Seconds may have fractions, everything else is whole. */
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

/** All set, but for the width that need not be asked. */
export type EndpointSettings = Required<Omit<EndpointOptions, 'dimensions'>> & Pick<EndpointOptions, 'dimensions'>;

/** @throws LorekeepError `ENDPOINT_URL`, `ENCODER_BAD_OPTION` */
export function endpointSettings(options: EndpointOptions): EndpointSettings {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const url = baseUrl(options.url ?? process.env.LOREKEEP_ENDPOINT);
  const settings = { ...ENDPOINT_DEFAULTS, ...given, url } as EndpointSettings;
  for (const [name, [least, most]] of Object.entries(ENDPOINT_LIMITS)) {
    const value = settings[name as keyof typeof ENDPOINT_LIMITS];
    if (value === undefined && name === 'dimensions') continue;
    const fits = name.endsWith('Seconds') ? Number.isFinite(value) : Number.isSafeInteger(value);
    if (!fits || (value as number) < least || (value as number) > most)
      throw errors.ENCODER_BAD_OPTION({
        option: name,
        value,
        expected: `a ${name.endsWith('Seconds') ? '' : 'whole '}number from ${least} to ${most}`,
      });
  }
  const { encoding, keyVariable, prompt, version } = settings;
  if (encoding !== 'float' && encoding !== 'base64')
    throw errors.ENCODER_BAD_OPTION({ option: 'encoding', value: encoding, expected: '"float" or "base64"' });
  // Its value is not shown: somebody may have put the key here instead of the variable's name.
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(keyVariable))
    throw errors.ENCODER_BAD_OPTION({
      option: 'keyVariable',
      value: '…',
      expected: 'the name of an environment variable',
    });
  for (const [name, text, most] of [
    ['prompt', prompt, 10_000],
    ['version', version, 200],
  ] as const)
    if (typeof text !== 'string' || text.length > most || !text.isWellFormed())
      throw errors.ENCODER_BAD_OPTION({
        option: name,
        value: String(text).slice(0, 100),
        expected: `well-formed text of at most ${most} characters`,
      });
  if (prompt.length >= settings.maxCharacters)
    throw errors.ENCODER_BAD_OPTION({
      option: 'maxCharacters',
      value: settings.maxCharacters,
      expected: `more than the prompt's ${prompt.length} characters`,
    });
  return settings;
}

/** Nothing that may be a secret is quoted. */
function baseUrl(given: string | undefined): string {
  if (!given) throw errors.ENDPOINT_URL({ reason: 'is not given' });
  let url: URL;
  try {
    url = new URL(given);
  } catch {
    throw errors.ENDPOINT_URL({ reason: 'cannot be read as one' });
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw errors.ENDPOINT_URL({ reason: 'is neither http nor https' });
  if (url.username || url.password) throw errors.ENDPOINT_URL({ reason: 'has a user or a password in it' });
  if (url.search || url.hash) throw errors.ENDPOINT_URL({ reason: 'has a query or a fragment' });
  return url.href.replace(/\/+$/, '');
}
