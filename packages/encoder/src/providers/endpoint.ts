/**
 * Any OpenAI-compatible embeddings endpoint as a frozen encoder: a 7B language model on a GPU server, as in LEARN
 * (arXiv 2405.03988 §3.2 embeds items with Baichuan2-7B), or a service. The server is another's machine: nothing it
 * answers is believed unchecked, everything it does is waited for with a bound, and a call gives all its vectors or none.
 */
import { sha256 } from '@lorekeep/core';
import { errors } from '../errors.ts';
import { withLifetime } from '../runtime/closable.ts';
import type { TextEncoder } from '../text-encoder.ts';
import { readAnswer } from './endpoint-answer.ts';
import { requestEmbeddings } from './endpoint-client.ts';
import { type EndpointOptions, type EndpointSettings, endpointSettings } from './endpoint-options.ts';
import { compareProbes, PROBE_TEXTS, type Probe, probeWidth, writeProbe } from './probe.ts';

export interface OpenEndpointOptions extends EndpointOptions {
  /**
   * Vectors of the probe texts as they were when the encoder was first opened (`TextEncoder.settings`). With them the
   * server is asked nothing until the first text, and is then compared. Default: asked now, which also tells the width.
   */
  probe?: Probe;
  /** Ends requests under way, and refuses further ones. */
  signal?: AbortSignal;
}

/** A long-running process looks again after this: servers are updated while their clients run. */
const COMPARE_AGAIN_MS = 10 * 60_000;

/**
 * @param model as the server calls it
 * @throws LorekeepError `ENDPOINT_URL`, `ENCODER_BAD_OPTION`; where `probe` is not given, whatever the first request may:
 *   `ENDPOINT_UNAVAILABLE`, `ENDPOINT_REFUSED`, `ENDPOINT_BAD_ANSWER`, `ENDPOINT_KEY`, `ENCODER_NOT_FINITE`.
 *   `encode` throws the same, and `ENDPOINT_CHANGED` where the server's model is not what it was
 * @example
 * const encoder = await openEndpoint('Qwen/Qwen3-Embedding-8B', { url: 'http://gpu:8000/v1', prompt: 'Product: ' });
 */
export async function openEndpoint(model: string, options: OpenEndpointOptions = {}): Promise<TextEncoder> {
  const { probe, signal = new AbortController().signal, ...given } = options;
  if (model === '' || model.length > 500)
    throw errors.ENCODER_BAD_OPTION({
      option: 'model',
      value: model.slice(0, 500),
      expected: "the server's name of a model",
    });
  const settings = endpointSettings(given);
  const admit = gate(settings.concurrency);

  const embed = async (texts: string[], width: number | undefined, stop: AbortSignal) => {
    const inputs = texts.map((text) => inputOf(text, settings));
    const answer = await admit(() => requestEmbeddings(settings, model, inputs, width, stop));
    return readAnswer(settings, model, answer, texts.length, width);
  };
  const askProbe = async (width?: number): Promise<Probe> =>
    writeProbe((await embed(PROBE_TEXTS, width, signal)).vectors);

  const original = probe ?? (await askProbe());
  const dim = probeWidth(original);
  let compared = probe === undefined ? performance.now() : Number.NEGATIVE_INFINITY;
  let comparing: Promise<void> | undefined;

  /** One comparison at a time, for all calls that wait for it; a failed one is made again by the next call. */
  const compare = async () => {
    if (performance.now() - compared < COMPARE_AGAIN_MS) return;
    comparing ??= askProbe(dim)
      .then((now) => {
        compareProbes(model, original, now);
        compared = performance.now();
      })
      .finally(() => {
        comparing = undefined;
      });
    await comparing;
  };

  return {
    id: sha256(
      JSON.stringify({
        kind: 'endpoint',
        model,
        version: settings.version,
        dim,
        prompt: settings.prompt,
        maxCharacters: settings.maxCharacters,
        normalisation: 'l2',
      }),
    ),
    name: model,
    dim,
    isLanguageModel: true,
    // A request or a few each, and no more of them than the server is to be asked at a time.
    work: {
      characters: Math.min(settings.batchCharacters, settings.batchTexts * 256),
      calls: settings.concurrency,
    },
    settings: { endpoint: settings, probe: original },
    ...withLifetime(model, encodeAll, async () => {}),
  };

  async function encodeAll(texts: string[]): Promise<Float32Array> {
    const vectors = new Float32Array(texts.length * dim);
    if (texts.length === 0) return vectors;
    await compare();
    const failure = new AbortController();
    const stop = AbortSignal.any([signal, failure.signal]);
    const requests = packRequests(texts, settings).map(async ([from, to]) => {
      try {
        vectors.set((await embed(texts.slice(from, to), dim, stop)).vectors, from * dim);
      } catch (error) {
        // One failure ends the call: what the others would still bring could not be handed out.
        failure.abort(error);
        throw error;
      }
    });
    await Promise.allSettled(requests);
    await Promise.all(requests);
    return vectors;
  }
}

/**
 * What is sent for a text: the prompt and as much of the text as fits. Halves of surrogate pairs, which JSON can carry
 * but many servers refuse, become U+FFFD; the empty text, which OpenAI's refuses, a blank.
 */
function inputOf(text: string, { prompt, maxCharacters }: EndpointSettings): string {
  const whole = prompt + text.slice(0, maxCharacters - prompt.length + 1).toWellFormed();
  if (whole.length <= maxCharacters) return whole || ' ';
  const half = /[\ud800-\udbff]/.test(whole[maxCharacters - 1]);
  return whole.slice(0, half ? maxCharacters - 1 : maxCharacters) || ' ';
}

/** Ranges `[from, to)` of the texts, in order, each within the limits of a request. */
function packRequests(texts: string[], settings: EndpointSettings): [from: number, to: number][] {
  const { batchTexts, batchCharacters, maxCharacters, prompt } = settings;
  const ranges: [number, number][] = [];
  let from = 0;
  let characters = 0;
  for (const [at, text] of texts.entries()) {
    const length = Math.min(maxCharacters, prompt.length + text.length);
    if (at > from && (at - from >= batchTexts || characters + length > batchCharacters)) {
      ranges.push([from, at]);
      from = at;
      characters = 0;
    }
    characters += length;
  }
  ranges.push([from, texts.length]);
  return ranges;
}

/** Lets at most `limit` at a time through, in the order they came. */
function gate(limit: number): <T>(work: () => Promise<T>) => Promise<T> {
  let inside = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (inside < limit) inside++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) inside--;
      else next();
    }
  };
}
