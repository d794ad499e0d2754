/** The architectures, by `model_type` of `config.json`. */
import { errors } from '../../errors.ts';
import { type ModelConfig, requireIn } from '../model-config.ts';
import type { Architecture } from './architecture.ts';
import { bert, roberta } from './bert.ts';
import { llama, mistral, qwen2, qwen3 } from './decoder.ts';
import { distilbert } from './distilbert.ts';
import { modernbert } from './modernbert.ts';
import { mpnet } from './mpnet.ts';

const ARCHITECTURES: Record<string, (config: ModelConfig) => Architecture> = {
  bert,
  roberta,
  'xlm-roberta': roberta,
  camembert: roberta,
  mpnet,
  distilbert,
  modernbert,
  llama,
  mistral,
  qwen2,
  qwen3,
};

/** True if this package can write a graph for this `model_type`. */
export function isKnownArchitecture(type: unknown): boolean {
  return typeof type === 'string' && Object.hasOwn(ARCHITECTURES, type);
}

/**
 * Checks the values of `config.json`. The code of a model is never run, so a model that needs its
 * own code is refused. Quantised weights are refused too.
 * @throws LorekeepError `MODEL_UNSUPPORTED`, `MODEL_BAD_FILE`
 */
export function readArchitecture(directory: string, values: Record<string, unknown>): Architecture {
  const type = values.model_type;
  if (!isKnownArchitecture(type))
    throw errors.MODEL_UNSUPPORTED({ directory, feature: `model_type ${JSON.stringify(type)}` });
  const config = { directory, values };
  requireIn(config, { quantization_config: undefined });
  if (Object.hasOwn((values.auto_map ?? {}) as object, 'AutoModel'))
    throw errors.MODEL_UNSUPPORTED({ directory, feature: 'its own code (auto_map)' });
  return ARCHITECTURES[type as string](config);
}
