/**
 * One request to an embeddings endpoint, and its repetitions: `POST {base}/embeddings` as OpenAI documents it and vLLM,
 * Text Embeddings Inference, Ollama, LiteLLM and others answer it. Every wait has an end, whatever the server does; what
 * may pass is tried again, what will not is told with the server's own words; redirects are not followed, so that texts
 * and key go where they were meant to and nowhere else.
 *
 * The key is read from the environment for each request, goes into one header, and is taken out of all that is said.
 */
import { errors } from '../errors.ts';
import { backoffMs, isTransient, retryAfterMs, wait } from '../retry.ts';
import type { EndpointSettings } from './endpoint-options.ts';

/** A failure that may pass. */
class Passing extends Error {
  readonly waitMs: number | undefined;
  constructor(reason: string, waitMs?: number) {
    super(reason);
    this.waitMs = waitMs;
  }
}

/** No vector is wider, and no number longer than so many bytes of JSON. */
const MOST_BYTES_A_VALUE = 32;
const WIDEST = 65_536;
const ROOM = 1 << 20;

/**
 * Sends one batch until it is answered, and gives the answer's JSON.
 * @param width of a vector, where it is known: bounds what is read
 * @throws LorekeepError `ENDPOINT_UNAVAILABLE`, `ENDPOINT_REFUSED`, `ENDPOINT_BAD_ANSWER`, `ENDPOINT_KEY`;
 *   `signal.reason` when aborted
 */
export async function requestEmbeddings(
  settings: EndpointSettings,
  model: string,
  input: string[],
  width: number | undefined,
  signal: AbortSignal,
): Promise<unknown> {
  const { url, dimensions, encoding, retries, retrySeconds, patienceSeconds } = settings;
  const body = JSON.stringify({
    model,
    input,
    encoding_format: encoding,
    ...(dimensions === undefined ? {} : { dimensions }),
  });
  const mostBytes = input.length * (width ?? Math.min(WIDEST, dimensions ?? WIDEST)) * MOST_BYTES_A_VALUE + ROOM;
  const end = performance.now() + patienceSeconds * 1000;
  for (let failures = 0; ; failures++) {
    signal.throwIfAborted();
    try {
      return await send(
        settings,
        body,
        Math.min(settings.timeoutSeconds * 1000, end - performance.now()),
        mostBytes,
        signal,
      );
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Passing)) throw error;
      const pause = error.waitMs ?? backoffMs(failures, retrySeconds * 1000);
      if (failures >= retries)
        throw errors.ENDPOINT_UNAVAILABLE({ url, reason: error.message, attempts: failures + 1 });
      if (performance.now() + pause >= end)
        throw errors.ENDPOINT_UNAVAILABLE({
          url,
          reason:
            error.waitMs === undefined
              ? error.message
              : `${error.message}, to be asked again in ${Math.ceil(pause / 1000)} s`,
          attempts: failures + 1,
        });
      await wait(pause, signal);
    }
  }
}

async function send(
  settings: EndpointSettings,
  body: string,
  timeoutMs: number,
  mostBytes: number,
  signal: AbortSignal,
): Promise<unknown> {
  const { url } = settings;
  const key = keyOf(settings);
  const timeout = AbortSignal.timeout(Math.max(1, Math.ceil(timeoutMs)));
  let response: Response;
  let text: string | undefined;
  try {
    response = await fetch(`${url}/embeddings`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(key === '' ? {} : { authorization: `Bearer ${key}` }),
      },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, timeout]),
    });
    text = await readAtMost(response, response.ok ? mostBytes : ROOM);
  } catch (error) {
    if (timeout.aborted)
      throw new Passing(`no whole answer within ${(timeoutMs / 1000).toFixed(timeoutMs < 1000 ? 1 : 0)} s`);
    throw new Passing(networkReason(error));
  }
  const { status } = response;
  const words = () => withoutKey(serverWords(text ?? ''), key);
  if (status >= 300 && status < 400)
    throw errors.ENDPOINT_REFUSED({ url, status, answer: 'it points to another address' });
  if (isTransient(status))
    throw new Passing(`HTTP ${status}${words() && `: ${words()}`}`, retryAfterMs(response.headers.get('retry-after')));
  if (!response.ok) throw errors.ENDPOINT_REFUSED({ url, status, answer: words() || 'without a word' });
  if (text === undefined) throw errors.ENDPOINT_BAD_ANSWER({ url, reason: `is longer than ${mostBytes} bytes` });
  try {
    return JSON.parse(text);
  } catch {
    throw errors.ENDPOINT_BAD_ANSWER({ url, reason: 'is not JSON' });
  }
}

/** `undefined` for an answer that goes on beyond what any right one can be. */
async function readAtMost(response: Response, most: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > most) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** @throws LorekeepError `ENDPOINT_KEY` for what no header can hold; `fetch` itself would quote it in its message */
function keyOf({ keyVariable }: EndpointSettings): string {
  const key = process.env[keyVariable]?.trim() ?? '';
  if (!/^[\x21-\x7e]*$/.test(key)) throw errors.ENDPOINT_KEY({ variable: keyVariable });
  return key;
}

function networkReason(error: unknown): string {
  let reason = 'the connection failed';
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code, message } = at as NodeJS.ErrnoException;
    if (typeof code === 'string') return code;
    reason = message;
  }
  return reason;
}

/** What a server says of a failure: the message inside the usual shapes of JSON, else the text itself. One line. */
function serverWords(text: string): string {
  let words: unknown = text;
  try {
    const { error, message, detail } = JSON.parse(text);
    words = error?.message ?? error ?? message ?? detail ?? text;
  } catch {
    // Not JSON, or JSON that is no object: taken as it is.
  }
  return typeof words === 'string' ? words : JSON.stringify(words);
}

const LONGEST_WORDS = 300;

/** The key itself, and what looks like one (servers quote keys with some characters starred), is starred out. */
function withoutKey(words: string, key: string): string {
  let clean = words;
  if (key !== '') for (const form of new Set([key, encodeURIComponent(key)])) clean = clean.replaceAll(form, '***');
  clean = clean
    .replace(/\b(?:sk|hf|pk)[-_][\w*-]{4,}/g, '***')
    .replace(/\bBearer\s+\S+/gi, 'Bearer ***')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the point
    .replace(/[\u0000-\u001f\u007f-\u009f\s]+/g, ' ')
    .trim();
  return clean.length > LONGEST_WORDS ? `${clean.slice(0, LONGEST_WORDS).toWellFormed()} …` : clean;
}
