/** Selects the prompt that is prepended to every text. */
import { errors } from '../errors.ts';
import type { SentenceTransformersConfig } from '../transformer/sentence-transformers-config.ts';

export interface PromptOptions {
  /**
   * Prepended to every text, for instruction-tuned models: `'query: '`. Default: the model's own
   * default prompt (`default_prompt_name` of `config_sentence_transformers.json`), which most
   * models do not have.
   */
  prompt?: string;
  /**
   * The prompt with this name in `config_sentence_transformers.json`. Not together with `prompt`.
   */
  promptName?: string;
}

/**
 * @throws LorekeepError `ENCODER_BAD_OPTION` for a name that the model does not have, or for both
 *   options together
 */
export function promptOf(
  { prompts, defaultPrompt }: SentenceTransformersConfig,
  { prompt, promptName }: PromptOptions,
): string {
  const bad = (option: string, value: unknown, expected: string) =>
    errors.ENCODER_BAD_OPTION({ option, value, expected });
  if (prompt !== undefined && promptName !== undefined)
    throw bad('promptName', promptName, 'no value if prompt is set');
  if (prompt !== undefined) {
    if (typeof prompt !== 'string') throw bad('prompt', prompt, 'a string');
    return prompt;
  }
  const name = promptName ?? defaultPrompt;
  if (name === undefined) return '';
  if (!Object.hasOwn(prompts, name))
    throw bad('promptName', name, `one of the model's prompts: ${Object.keys(prompts).join(', ') || 'it has none'}`);
  return prompts[name];
}
