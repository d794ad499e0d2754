/**
 * Text → token ids, by `@huggingface/tokenizers`, which reads the `tokenizer.json` that every model carries. What it
 * leaves to its caller is done here: truncation to the model's length, keeping the closing special token, and texts so
 * long that tokenising all of them to keep a few hundred tokens would be waste.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { errors } from '../errors.ts';
import { readCharsmap } from './charsmap.ts';

export interface TextTokenizer {
  /** Token ids of the prompt and the text, at most `maxLength`, special tokens included; may be none. */
  tokenise(text: string): number[];
  /** How many tokens at the beginning are those of the prompt, special ones included. */
  promptTokens: number;
  /** Size of the vocabulary: every id is below it. */
  vocabularySize: number;
}

export interface TokenizerSettings {
  maxLength: number;
  /** `do_lower_case` of `sentence_bert_config.json`: before, not instead of, what the tokenizer does. */
  lowerCase: boolean;
  /** Stands before every text. */
  prompt: string;
}

/** @throws LorekeepError `MODEL_FILE_MISSING`, `MODEL_BAD_FILE` */
export async function loadTokenizer(directory: string, settings: TokenizerSettings): Promise<TextTokenizer> {
  const path = join(directory, 'tokenizer.json');
  const definition = await readJson(path).catch((error) => {
    if (error.code === 'ENOENT') throw errors.MODEL_FILE_MISSING({ directory, file: 'tokenizer.json' });
    throw error;
  });
  const config: Record<string, unknown> = await readJson(join(directory, 'tokenizer_config.json')).catch((error) => {
    if (error.code === 'ENOENT') return {};
    throw error;
  });
  if ((config.truncation_side ?? 'right') !== 'right')
    throw errors.MODEL_UNSUPPORTED({ directory, feature: `truncation_side ${JSON.stringify(config.truncation_side)}` });
  let tokenizer: Tokenizer;
  let closing: number;
  try {
    tokenizer = new Tokenizer(definition, config);
    useCharsmaps(tokenizer.normalizer);
    closing = closingTokens(tokenizer);
  } catch (error) {
    throw errors.MODEL_BAD_FILE(
      { file: path, reason: `is not a tokenizer that can be used (${(error as Error).message})` },
      error,
    );
  }
  let vocabularySize = 0;
  for (const id of tokenizer.get_vocab(true).values()) vocabularySize = Math.max(vocabularySize, id + 1);

  const { maxLength, lowerCase, prompt } = settings;
  const idsOf = (text: string): number[] => {
    const wellFormed = enoughOf(text, maxLength).toWellFormed();
    let ids: number[];
    try {
      ids = tokenizer.encode(lowerCase ? lowerCased(wellFormed) : wellFormed).ids;
    } catch (error) {
      throw errors.MODEL_BAD_FILE(
        { file: path, reason: `fails on a text of ${text.length} characters (${(error as Error).message})` },
        error,
      );
    }
    if (ids.length <= maxLength) return ids;
    const kept = Math.min(closing, maxLength);
    return [...ids.slice(0, maxLength - kept), ...ids.slice(ids.length - kept)];
  };
  return {
    vocabularySize,
    promptTokens: prompt === '' ? 0 : idsOf(prompt).length - Math.min(1, closing),
    tokenise: (text) => idsOf(prompt + text),
  };
}

/** A normaliser of the tokenizer library, which may hold others. */
interface LibraryNormaliser {
  config?: { type?: string; precompiled_charsmap?: unknown };
  normalizers?: LibraryNormaliser[];
  normalize?: (text: string) => string;
}

/** Puts the exact character map where the library approximates it. */
function useCharsmaps(normaliser: LibraryNormaliser | null): void {
  for (const inner of normaliser?.normalizers ?? []) useCharsmaps(inner);
  const { type, precompiled_charsmap: charsmap } = normaliser?.config ?? {};
  if (type !== 'Precompiled') return;
  if (typeof charsmap !== 'string') throw new Error('its character map is no text');
  normaliser!.normalize = readCharsmap(charsmap);
}

/** How many special tokens the tokenizer puts after a text: they stay when a text is cut. */
function closingTokens(tokenizer: Tokenizer): number {
  const bare = tokenizer.encode('a', { add_special_tokens: false }).ids;
  const { ids } = tokenizer.encode('a');
  if (!Array.isArray(ids) || !Array.isArray(bare)) throw new Error('it gives no list of tokens');
  for (let before = 0; before + bare.length <= ids.length; before++)
    if (bare.every((id, i) => ids[before + i] === id)) return ids.length - before - bare.length;
  throw new Error('it changes a text that it puts special tokens around');
}

/** Letter by letter, as the reference does it: JavaScript alone would write the last sigma of a word differently. */
function lowerCased(text: string): string {
  return text.replaceAll('Σ', 'σ').toLowerCase();
}

/** More characters in one run, without a blank or of nothing else, are more than tokenizers take: they end a text. */
const LONGEST_RUN = 8192;
/** Characters read for every token that a text may have. Real words are a tenth of that. */
const CHARACTERS_PER_TOKEN = 64;

/**
 * A beginning of the text that fills `maxLength` tokens: as many blank-separated words with a letter, digit or sign in
 * them, each of which is one token at least. Texts that are hardly words at all end after `CHARACTERS_PER_TOKEN` for
 * each token, or a run that is too long. Short texts come back as they are.
 */
function enoughOf(text: string, maxLength: number): string {
  if (text.length <= 32 * maxLength && text.length <= LONGEST_RUN) return text;
  const limit = Math.min(text.length, CHARACTERS_PER_TOKEN * Math.max(maxLength, 512));
  let words = 0;
  let start = 0;
  /** Whether we are between words, and since where without a change. */
  let between = false;
  let since = 0;
  for (let at = 0; at < limit; at++) {
    const code = text.charCodeAt(at);
    const blank = code === 32 || code === 10 || code === 13 || code === 9;
    if (blank !== between) {
      between = blank;
      since = at;
    } else if (at - since >= LONGEST_RUN) return beginningOf(text, at);
    if (!blank) continue;
    if (at > start && /[\p{L}\p{N}\p{P}\p{S}]/u.test(text.slice(start, at)) && ++words === maxLength)
      return text.slice(0, at);
    start = at + 1;
  }
  return beginningOf(text, limit);
}

/** The first characters, without half of one at the end. */
function beginningOf(text: string, size: number): string {
  const last = text.charCodeAt(size - 1);
  return text.slice(0, size < text.length && last >= 0xd800 && last <= 0xdbff ? size - 1 : size);
}

/** @throws the file system's error, or LorekeepError `MODEL_BAD_FILE` if it is not JSON */
export async function readJson(path: string): Promise<Record<string, unknown>> {
  const text = await readFile(path, 'utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw errors.MODEL_BAD_FILE({ file: path, reason: `is not JSON (${(error as Error).message})` }, error);
  }
  if (typeof value !== 'object' || value === null)
    throw errors.MODEL_BAD_FILE({ file: path, reason: 'is not a JSON object' });
  return value as Record<string, unknown>;
}
