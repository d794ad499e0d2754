/** Which prompt stands before every text. */
import { errors } from '../errors.ts';
import type { SentenceSettings } from '../transformer/sentence-transformers-config.ts';

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
    throw errors.ENCODER_BAD_OPTION({
      option: 'promptName',
      value: promptName,
      expected: 'not to be given together with prompt',
    });
  if (prompt !== undefined) {
    if (typeof prompt !== 'string')
      throw errors.ENCODER_BAD_OPTION({ option: 'prompt', value: prompt, expected: 'a text' });
    return prompt;
  }
  const name = promptName ?? defaultPrompt;
  if (name === undefined) return '';
  if (!Object.hasOwn(prompts, name))
    throw errors.ENCODER_BAD_OPTION({
      option: 'promptName',
      value: name,
      expected: `one of the model's prompts: ${Object.keys(prompts).join(', ') || 'it has none'}`,
    });
  return prompts[name];
}
