/** The architectures, by `model_type` of `config.json`. */
import { modelUnsupported } from '../errors.ts';
import type { Architecture } from './architecture.ts';
import { bert } from './bert.ts';
import type { ModelConfig } from './config.ts';

const ARCHITECTURES: Record<string, (config: ModelConfig) => Architecture> = { bert };

/** @throws LorekeepError `MODEL_UNSUPPORTED`, `MODEL_BAD_FILE` */
export function readArchitecture(directory: string, values: Record<string, unknown>): Architecture {
  const type = String(values.model_type);
  if (!Object.hasOwn(ARCHITECTURES, type)) throw modelUnsupported(directory, `model_type "${type}"`);
  return ARCHITECTURES[type]({ directory, values });
}
