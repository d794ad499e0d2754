import { readFile } from 'node:fs/promises';
import { errors } from './errors.ts';

/**
 * @throws the file system's error; LorekeepError `MODEL_BAD_FILE` if the file is not a JSON object
 *   or array
 */
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
