/**
 * What encoding a catalogue would take, before it is begun: its texts are counted, a sample of the missing ones is
 * encoded to see how fast this model is on this machine, and nothing is stored. The sample is drawn evenly from all
 * missing texts, and time is taken to grow with their tokens.
 */
import { createRandom } from '@lorekeep/core';
import { estimateTokens } from '../item-text/budget.ts';
import { type EncodeCatalogueOptions, surveyCatalogue } from './encode-catalogue.ts';

export interface CatalogueEstimate {
  items: number;
  /** Distinct texts in the catalogue … */
  texts: number;
  /** … and of those, without a vector of this encoder. */
  missing: number;
  textlessItems: number;
  /** In the missing texts, estimated by the rule that cuts texts too. */
  tokens: number;
  /** Texts that were encoded to measure. */
  sampled: number;
  /** That encoding the missing texts would take. 0 where none are. */
  seconds: number;
  /** By which the store would grow, about. */
  bytes: number;
}

const SAMPLE_TEXTS = 256;
/** What is encoded before the clock runs: first calls allocate. */
const WARM_UP_TEXTS = 8;
/** Texts between two looks at the clock, and when it is enough. */
const ROUND_TEXTS = 64;
const ENOUGH_SECONDS = 3;
/** A row's key, its index entry and the rest of its pages, beside the vector itself. */
const BYTES_A_ROW = 160;

/**
 * @throws `signal.reason` when aborted
 * @throws LorekeepError what the encoder and the store throw
 * @example const { missing, seconds } = await estimateCatalogue({ store, encoder });
 */
export async function estimateCatalogue(options: EncodeCatalogueOptions): Promise<CatalogueEstimate> {
  const { encoder, signal } = options;
  const random = createRandom(0);
  const sample: string[] = [];
  let met = 0;
  let tokens = 0;
  const survey = await surveyCatalogue(options, (text) => {
    tokens += estimateTokens(text);
    const place = met < SAMPLE_TEXTS ? met : random.int(met + 1);
    if (place < SAMPLE_TEXTS) sample[place] = text;
    met++;
  });
  random.shuffle(sample);
  if (sample.length > 0) await encoder.encode(sample.slice(0, WARM_UP_TEXTS));
  let timedTokens = 0;
  let milliseconds = 0;
  let at = 0;
  while (at < sample.length && milliseconds < ENOUGH_SECONDS * 1000) {
    signal?.throwIfAborted();
    const some = sample.slice(at, at + ROUND_TEXTS);
    const started = performance.now();
    await encoder.encode(some);
    milliseconds += performance.now() - started;
    at += some.length;
    for (const text of some) timedTokens += estimateTokens(text);
  }
  return {
    ...survey,
    tokens,
    sampled: at,
    seconds: timedTokens === 0 ? 0 : (milliseconds / 1000) * (tokens / timedTokens),
    bytes: survey.missing * (4 * encoder.dim + BYTES_A_ROW),
  };
}
