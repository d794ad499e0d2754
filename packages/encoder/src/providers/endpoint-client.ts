/**
 * One request to an embeddings endpoint, with retries: `POST {base}/embeddings` as documented by
 * OpenAI and supported by vLLM, Text Embeddings Inference, Ollama, LiteLLM and others. Every wait
 * is bounded. Transient failures are retried, others are reported with the server's message.
 * Redirects are not followed, so texts and key reach only the configured address.
 *
 * The key is read from the environment for each request, is sent in one header, and is removed from
 * all messages.
 */
import { errors } from '../errors.ts';
import { backoffMs, isTransient, networkReason, retryAfterMs, TransientError, wait } from '../retry.ts';
import type { EndpointSettings } from './endpoint-options.ts';

/**
 * Limits for the size of an answer: bytes of JSON per value, dimension of a vector, bytes of
 * everything else.
 */
const MAX_BYTES_PER_VALUE = 32;
const MAX_DIMENSION = 65_536;
const EXTRA_BYTES = 1 << 20;

/**
 * Sends one batch, with retries, and returns the JSON of the answer.
 * @param width dimension of a vector, if known; it limits the size of the answer
 * @throws LorekeepError `ENDPOINT_UNAVAILABLE`, `ENDPOINT_REFUSED`, `ENDPOINT_BAD_ANSWER`,
 *   `ENDPOINT_KEY`; `signal.reason` when aborted
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
  const maxBytes =
    input.length * (width ?? Math.min(MAX_DIMENSION, dimensions ?? MAX_DIMENSION)) * MAX_BYTES_PER_VALUE + EXTRA_BYTES;
  const end = performance.now() + patienceSeconds * 1000;
  for (let failures = 0; ; failures++) {
    signal.throwIfAborted();
    try {
      return await send(
        settings,
        body,
        Math.min(settings.timeoutSeconds * 1000, end - performance.now()),
        maxBytes,
        signal,
      );
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof TransientError)) throw error;
      const pause = error.waitMs ?? backoffMs(failures, retrySeconds * 1000);
      if (failures >= retries)
        throw errors.ENDPOINT_UNAVAILABLE({ url, reason: error.message, attempts: failures + 1 });
      if (performance.now() + pause >= end)
        throw errors.ENDPOINT_UNAVAILABLE({
          url,
          reason:
            error.waitMs === undefined
              ? error.message
              : `${error.message}, it asks for a wait of ${Math.ceil(pause / 1000)} s`,
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
  maxBytes: number,
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
    text = await readUpTo(response, response.ok ? maxBytes : EXTRA_BYTES);
  } catch (error) {
    if (timeout.aborted)
      throw new TransientError(`no complete answer within ${(timeoutMs / 1000).toFixed(timeoutMs < 1000 ? 1 : 0)} s`);
    throw new TransientError(networkReason(error));
  }
  const { status } = response;
  const message = () => redact(serverMessage(text ?? ''), key);
  if (status >= 300 && status < 400)
    throw errors.ENDPOINT_REFUSED({ url, status, answer: 'it redirects to another address' });
  if (isTransient(status))
    throw new TransientError(
      `HTTP ${status}${message() && `: ${message()}`}`,
      retryAfterMs(response.headers.get('retry-after')),
    );
  if (!response.ok) throw errors.ENDPOINT_REFUSED({ url, status, answer: message() || 'no message' });
  if (text === undefined) throw errors.ENDPOINT_BAD_ANSWER({ url, reason: `is longer than ${maxBytes} bytes` });
  try {
    return JSON.parse(text);
  } catch {
    throw errors.ENDPOINT_BAD_ANSWER({ url, reason: 'is not JSON' });
  }
}

/** The answer's text, or undefined if it is longer than any valid answer. */
async function readUpTo(response: Response, maxBytes: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * @throws LorekeepError `ENDPOINT_KEY` for characters that a header cannot contain; the error of
 *   `fetch` would quote the key
 */
function keyOf({ keyVariable }: EndpointSettings): string {
  const key = process.env[keyVariable]?.trim() ?? '';
  if (!/^[\x21-\x7e]*$/.test(key)) throw errors.ENDPOINT_KEY({ variable: keyVariable });
  return key;
}

/** The server's error message: from the usual JSON shapes, else the text itself. */
function serverMessage(text: string): string {
  let found: unknown = text;
  try {
    const { error, message, detail } = JSON.parse(text);
    found = error?.message ?? error ?? message ?? detail ?? text;
  } catch {
    // Not a JSON object: the text is used unchanged.
  }
  return typeof found === 'string' ? found : JSON.stringify(found);
}

const MAX_MESSAGE = 300;

/**
 * One line, with the key replaced by stars. Text that looks like a key is replaced too, because
 * servers quote keys with some characters masked.
 */
function redact(message: string, key: string): string {
  let clean = message;
  if (key !== '') for (const form of new Set([key, encodeURIComponent(key)])) clean = clean.replaceAll(form, '***');
  clean = clean
    .replace(/\b(?:sk|hf|pk)[-_][\w*-]{4,}/g, '***')
    .replace(/\bBearer\s+\S+/gi, 'Bearer ***')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the point
    .replace(/[\u0000-\u001f\u007f-\u009f\s]+/g, ' ')
    .trim();
  return clean.length > MAX_MESSAGE ? `${clean.slice(0, MAX_MESSAGE).toWellFormed()} …` : clean;
}
