/** The names of text encoders. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

export const LEXICAL = 'lexical';
export const ENDPOINT_PREFIX = 'endpoint:';
const TRANSFORMERS_PREFIX = 'transformers:';

/**
 * A model that is a folder, with its absolute path, because the workspace remembers it beyond the
 * current directory. Other models as they are.
 *
 * @param model a name as `encode` takes it
 * @param directory what relative folders are relative to. Default: the current directory of the
 *   process
 */
export function modelPath(model: string, directory = '.'): string {
  if (model === LEXICAL || model.startsWith(ENDPOINT_PREFIX)) return model;
  const isPrefixed = model.startsWith(TRANSFORMERS_PREFIX);
  const [prefix, path] = isPrefixed ? [TRANSFORMERS_PREFIX, model.slice(TRANSFORMERS_PREFIX.length)] : ['', model];
  const absolute = resolve(directory, path);
  return existsSync(absolute) ? prefix + absolute : model;
}
