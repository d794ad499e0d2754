/** Which prompt stands before every text. */
import { badOption } from './errors.ts';
import type { SentenceSettings } from './sentence.ts';

export interface PromptOptions {
  /**
   * Put before every text, as models trained with instructions want it: `'query: '`. Default: the model's own default
   * prompt (`default_prompt_name` of `config_sentence_transformers.json`), which most models do not have.
   */
  prompt?: string;
  /** The prompt of that name in `config_sentence_transformers.json`. Not together with `prompt`. */
  promptName?: string;
}

/** @throws LorekeepError `ENCODER_BAD_OPTION` for a name that the model does not have, or both options at once */
export function promptOf({ prompts, defaultPrompt }: SentenceSettings, { prompt, promptName }: PromptOptions): string {
  if (prompt !== undefined && promptName !== undefined)
    throw badOption('promptName', promptName, 'not to be given together with prompt');
  if (prompt !== undefined) {
    if (typeof prompt !== 'string') throw badOption('prompt', prompt, 'a text');
    return prompt;
  }
  const name = promptName ?? defaultPrompt;
  if (name === undefined) return '';
  if (!Object.hasOwn(prompts, name))
    throw badOption(
      'promptName',
      name,
      `one of the model's prompts: ${Object.keys(prompts).join(', ') || 'it has none'}`,
    );
  return prompts[name];
}
