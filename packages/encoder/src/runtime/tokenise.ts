/**
 * Text → token ids, with `@huggingface/tokenizers`, which reads the model's `tokenizer.json`. This
 * file adds truncation to the model's length with the closing special tokens kept, prompts, and
 * exact character maps of SentencePiece.
 */
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { errors } from '../errors.ts';
import { readJson } from '../read-json.ts';
import { readCharsmap } from './charsmap.ts';
import { prefixFor } from './text-prefix.ts';

export interface TextTokenizer {
  /**
   * Token ids of the prompt and the text, at most `maxLength`, special tokens included. May be
   * empty.
   */
  tokenise(text: string): number[];
  /** Leading tokens of the prompt, special tokens included. */
  promptTokens: number;
  /** All token ids are below it. */
  vocabularySize: number;
}

export interface TokenizerSettings {
  maxLength: number;
  /**
   * `do_lower_case` of `sentence_bert_config.json`. Applied before the tokenizer's own
   * normalisation.
   */
  lowerCase: boolean;
  /** Prepended to every text. */
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
      { file: path, reason: `is not a usable tokenizer (${(error as Error).message})` },
      error,
    );
  }
  let vocabularySize = 0;
  for (const id of tokenizer.get_vocab(true).values()) vocabularySize = Math.max(vocabularySize, id + 1);

  const { maxLength, lowerCase, prompt } = settings;
  const idsOf = (text: string): number[] => {
    const wellFormed = prefixFor(text, maxLength).toWellFormed();
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

/** A normaliser of the tokenizer library. It may contain others. */
interface LibraryNormaliser {
  config?: { type?: string; precompiled_charsmap?: unknown };
  normalizers?: LibraryNormaliser[];
  normalize?: (text: string) => string;
}

/** Replaces the library's approximation of a SentencePiece character map by the exact map. */
function useCharsmaps(normaliser: LibraryNormaliser | null): void {
  for (const inner of normaliser?.normalizers ?? []) useCharsmaps(inner);
  const { type, precompiled_charsmap: charsmap } = normaliser?.config ?? {};
  if (type !== 'Precompiled') return;
  if (typeof charsmap !== 'string') throw new Error('its character map is not a string');
  normaliser!.normalize = readCharsmap(charsmap);
}

/** Number of special tokens after a text. They are kept when a text is truncated. */
function closingTokens(tokenizer: Tokenizer): number {
  const bare = tokenizer.encode('a', { add_special_tokens: false }).ids;
  const { ids } = tokenizer.encode('a');
  if (!Array.isArray(ids) || !Array.isArray(bare)) throw new Error('it returns no list of tokens');
  for (let before = 0; before + bare.length <= ids.length; before++)
    if (bare.every((id, i) => ids[before + i] === id)) return ids.length - before - bare.length;
  throw new Error('it tokenises a text differently when it adds special tokens');
}

/**
 * Lower case letter by letter, as in the reference. JavaScript converts a sigma at the end of a
 * word differently.
 */
function lowerCased(text: string): string {
  return text.replaceAll('Σ', 'σ').toLowerCase();
}
