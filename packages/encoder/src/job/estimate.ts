/**
 * Estimates how long encoding a catalogue takes, without storing anything: the texts are counted,
 * and a sample of the missing ones is encoded to measure the model's speed on this machine. The
 * sample is drawn uniformly from all missing texts. The time is assumed to be proportional to the
 * tokens.
 */
import { createRandom } from '@lorekeep/core';
import { estimateTokens } from '../item-text/estimate-tokens.ts';
import type { TextEncoder } from '../text-encoder.ts';
import { type CatalogueOptions, type CatalogueSurvey, surveyCatalogue } from './survey.ts';

/** What `encodeCatalogue` would have to do. */
export interface CatalogueEstimate extends CatalogueSurvey {
  /** Estimated tokens of the missing texts. */
  tokens: number;
  /** Texts that were encoded to measure the speed. */
  sampled: number;
  /** Estimated seconds to encode the missing texts. 0 if none are missing. */
  seconds: number;
  /** Approximate growth of the store. */
  bytes: number;
}

const SAMPLE_TEXTS = 256;
/** Texts encoded before the measurement: the first calls allocate memory. */
const WARM_UP_TEXTS = 8;
/** Texts per timed call. */
const ROUND_TEXTS = 64;
const MAX_SECONDS = 3;
/** Bytes per row in addition to the vector: key, index entry and page overhead. */
const ROW_OVERHEAD_BYTES = 160;

/**
 * What `encodeCatalogue` would have to do. A sample of the texts is encoded to measure the speed;
 * nothing is stored.
 *
 * @throws `signal.reason` when aborted
 * @throws LorekeepError the errors of the encoder and the store
 * @example const { missing, seconds } = await estimateCatalogue({ store, encoder });
 */
export async function estimateCatalogue(options: CatalogueOptions): Promise<CatalogueEstimate> {
  const { encoder, signal } = options;
  const random = createRandom(0);
  const sample: string[] = [];
  let seen = 0;
  let tokens = 0;
  // Reservoir sampling.
  const survey = await surveyCatalogue(options, (text) => {
    tokens += estimateTokens(text);
    const slot = seen < SAMPLE_TEXTS ? seen : random.int(seen + 1);
    if (slot < SAMPLE_TEXTS) sample[slot] = text;
    seen++;
  });
  random.shuffle(sample);
  const timed = await measure(encoder, sample, signal);
  return {
    ...survey,
    tokens,
    sampled: timed.texts,
    seconds: timed.tokens === 0 ? 0 : (timed.milliseconds / 1000) * (tokens / timed.tokens),
    bytes: survey.missing * (4 * encoder.dim + ROW_OVERHEAD_BYTES),
  };
}

/** Encodes the sample until it ends or `MAX_SECONDS` are over. */
async function measure(encoder: TextEncoder, sample: readonly string[], signal: AbortSignal | undefined) {
  if (sample.length > 0) await encoder.encode(sample.slice(0, WARM_UP_TEXTS));
  let [texts, tokens, milliseconds] = [0, 0, 0];
  while (texts < sample.length && milliseconds < MAX_SECONDS * 1000) {
    signal?.throwIfAborted();
    const round = sample.slice(texts, texts + ROUND_TEXTS);
    const started = performance.now();
    await encoder.encode(round);
    milliseconds += performance.now() - started;
    texts += round.length;
    for (const text of round) tokens += estimateTokens(text);
  }
  return { texts, tokens, milliseconds };
}
