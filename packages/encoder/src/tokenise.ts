/**
 * Text → token ids, by `@huggingface/tokenizers`, which reads the `tokenizer.json` that every model carries. What it
 * leaves to its caller is done here: truncation to the model's length, keeping the closing special token, and texts so
 * long that tokenising all of them to keep a few hundred tokens would be waste.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { modelBadFile, modelFileMissing } from './errors.ts';

export interface TextTokenizer {
  /** Token ids of at most `maxLength`, special tokens included. */
  tokenise(text: string): number[];
  /** Size of the vocabulary: every id is below it. */
  vocabularySize: number;
}

export interface TokenizerSettings {
  maxLength: number;
  /** `do_lower_case` of `sentence_bert_config.json`: before, not instead of, what the tokenizer does. */
  lowerCase: boolean;
}

/** @throws LorekeepError `MODEL_FILE_MISSING`, `MODEL_BAD_FILE` */
export async function loadTokenizer(directory: string, settings: TokenizerSettings): Promise<TextTokenizer> {
  const path = join(directory, 'tokenizer.json');
  const definition = await readJson(path).catch((error) => {
    if (error.code === 'ENOENT') throw modelFileMissing(directory, 'tokenizer.json');
    throw error;
  });
  const config = await readJson(join(directory, 'tokenizer_config.json')).catch((error) => {
    if (error.code === 'ENOENT') return {};
    throw error;
  });
  let tokenizer: Tokenizer;
  let probe: number[];
  try {
    tokenizer = new Tokenizer(definition, config);
    probe = tokenizer.encode('a').ids;
  } catch (error) {
    throw modelBadFile(path, `is not a tokenizer that can be used (${(error as Error).message})`, error);
  }
  if (!Array.isArray(probe) || probe.length < 2)
    throw modelBadFile(path, 'adds no special tokens around a text, as a BERT tokenizer does');
  let vocabularySize = 0;
  for (const id of tokenizer.get_vocab(true).values()) vocabularySize = Math.max(vocabularySize, id + 1);

  const { maxLength, lowerCase } = settings;
  return {
    vocabularySize,
    tokenise(text) {
      const wellFormed = enoughOf(text, maxLength).toWellFormed();
      const { ids } = tokenizer.encode(lowerCase ? wellFormed.toLowerCase() : wellFormed);
      if (ids.length <= maxLength) return ids;
      const closing = ids[ids.length - 1];
      ids.length = maxLength;
      ids[maxLength - 1] = closing;
      return ids;
    },
  };
}

/**
 * A beginning of the text that certainly fills `maxLength` tokens: as many blank-separated words with a letter, digit
 * or sign in them, each of which is one token at least. Short texts come back as they are.
 */
function enoughOf(text: string, maxLength: number): string {
  if (text.length <= 32 * maxLength) return text;
  let words = 0;
  let start = 0;
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : 32;
    if (code !== 32 && code !== 10 && code !== 13 && code !== 9) continue;
    if (at > start && /[\p{L}\p{N}\p{P}\p{S}]/u.test(text.slice(start, at)) && ++words === maxLength)
      return text.slice(0, at);
    start = at + 1;
  }
  return text;
}

/** @throws the file system's error, or LorekeepError `MODEL_BAD_FILE` if it is not JSON */
export async function readJson(path: string): Promise<Record<string, unknown>> {
  const text = await readFile(path, 'utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw modelBadFile(path, `is not JSON (${(error as Error).message})`, error);
  }
  if (typeof value !== 'object' || value === null) throw modelBadFile(path, 'is not a JSON object');
  return value as Record<string, unknown>;
}
