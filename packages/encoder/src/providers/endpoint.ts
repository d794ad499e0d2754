/**
 * Any OpenAI-compatible embeddings endpoint as a frozen encoder: a 7B language model on a GPU
 * server, as in LEARN (arXiv 2405.03988 §3.2 embeds items with Baichuan2-7B), or a hosted service.
 * Answers are checked, waits are bounded, and a call returns all its vectors or none.
 */
import { sha256 } from '@lorekeep/core';
import { errors } from '../errors.ts';
import { closable } from '../runtime/closable.ts';
import type { TextEncoder } from '../text-encoder.ts';
import { readAnswer } from './endpoint-answer.ts';
import { requestEmbeddings } from './endpoint-client.ts';
import { type EndpointOptions, type EndpointSettings, endpointSettings } from './endpoint-options.ts';
import { compareProbes, PROBE_TEXTS, type Probe, probeWidth, writeProbe } from './probe.ts';

export interface OpenEndpointOptions extends EndpointOptions {
  /**
   * Vectors of the probe texts from the first opening (`TextEncoder.settings`). With a probe, the
   * server is not contacted until the first text, and then compared with it. Default: the probe is
   * requested now, which also gives the dimension.
   */
  probe?: Probe;
  /** Aborts running requests and refuses further ones. */
  signal?: AbortSignal;
}

/**
 * A long-running process compares the probe again after this time: servers are updated while their
 * clients run.
 */
const COMPARE_INTERVAL_MS = 10 * 60_000;

/**
 * @param model the server's name of the model
 * @throws LorekeepError `ENDPOINT_URL`, `ENCODER_BAD_OPTION`; without `probe` also the errors of a
 *   request: `ENDPOINT_UNAVAILABLE`, `ENDPOINT_REFUSED`, `ENDPOINT_BAD_ANSWER`, `ENDPOINT_KEY`,
 *   `ENCODER_NOT_FINITE`. `encode` throws the same, and `ENDPOINT_CHANGED` if the server's model
 *   has changed
 * @example
 * const url = 'http://gpu:8000/v1';
 * const encoder = await openEndpoint('Qwen/Qwen3-Embedding-8B', { url, prompt: 'Product: ' });
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
  const withSlot = limitConcurrency(settings.concurrency);

  const embed = async (texts: string[], width: number | undefined, stop: AbortSignal) => {
    const inputs = texts.map((text) => inputOf(text, settings));
    const answer = await withSlot(() => requestEmbeddings(settings, model, inputs, width, stop));
    return readAnswer(settings, model, answer, texts.length, width);
  };
  const requestProbe = async (width?: number): Promise<Probe> =>
    writeProbe((await embed(PROBE_TEXTS, width, signal)).vectors);

  const firstProbe = probe ?? (await requestProbe());
  const dim = probeWidth(firstProbe);
  const compare = everyInterval(COMPARE_INTERVAL_MS, probe === undefined, async () =>
    compareProbes(model, firstProbe, await requestProbe(dim)),
  );

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
    // One or a few requests per unit, and as many units as concurrent requests.
    work: {
      characters: Math.min(settings.batchCharacters, settings.batchTexts * 256),
      calls: settings.concurrency,
    },
    settings: { endpoint: settings, probe: firstProbe },
    ...closable(model, { encode: encodeAll }, async () => {}),
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
        // One failure ends the call, because a call returns all vectors or none.
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
 * The input for a text: prompt and text, truncated. Lone surrogates become U+FFFD, because many
 * servers refuse them. The empty text becomes a space, because OpenAI's server refuses it.
 */
function inputOf(text: string, { prompt, maxCharacters }: EndpointSettings): string {
  const input = prompt + text.slice(0, maxCharacters - prompt.length + 1).toWellFormed();
  if (input.length <= maxCharacters) return input || ' ';
  const splitsPair = /[\ud800-\udbff]/.test(input[maxCharacters - 1]);
  return input.slice(0, splitsPair ? maxCharacters - 1 : maxCharacters) || ' ';
}

/** Ranges `[from, to)` of the texts, in order. Each is within the limits of a request. */
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

/**
 * Runs `work` if its last success is more than `intervalMs` ago. All calls that wait share one run.
 * After a failure the next call runs it again.
 * @param fresh counts the creation as a success
 */
function everyInterval(intervalMs: number, fresh: boolean, work: () => Promise<void>): () => Promise<void> {
  let succeededAt = fresh ? performance.now() : Number.NEGATIVE_INFINITY;
  let running: Promise<void> | undefined;
  return async () => {
    if (performance.now() - succeededAt < intervalMs) return;
    running ??= work()
      .then(() => {
        succeededAt = performance.now();
      })
      .finally(() => {
        running = undefined;
      });
    await running;
  };
}

/** Runs at most `limit` calls at the same time, in order of arrival. */
function limitConcurrency(limit: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running < limit) running++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
