/** Reads the folders of sentence-transformers modules that follow the transformer. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sha256OfFile } from '@lorekeep/core';
import { readSafetensors } from '@lorekeep/graph';
import { errors } from '../errors.ts';
import { readJson } from '../read-json.ts';
import { ACTIVATION_CLASSES, type HeadModule } from './head.ts';
import { POOLING_MODES, type PoolingMode } from './layers/pooling.ts';
import { checkedWeights, type Weights } from './layers/weights.ts';
import { flagIn, type ModelConfig, sizeIn } from './model-config.ts';

export interface ModuleFolder {
  /** The model's folder. */
  directory: string;
  /** The module's folder, relative to it. */
  folder: string;
  path: string;
}

/** Readers by the last part of a module's type. */
const READERS: Record<string, (module: ModuleFolder) => Promise<HeadModule | undefined>> = {
  Pooling: readPooling,
  Dense: readDense,
  LayerNorm: readLayerNorm,
  Normalize: async () => ({ kind: 'normalise' }),
  // Dropout has no effect at inference.
  Dropout: async () => undefined,
};

/**
 * @returns undefined for a module that has no effect at inference
 * @throws LorekeepError `MODEL_UNSUPPORTED`, `MODEL_BAD_FILE`, `MODEL_FILE_MISSING`
 */
export async function readModule(type: string, module: ModuleFolder): Promise<HeadModule | undefined> {
  if (!Object.hasOwn(READERS, type))
    throw errors.MODEL_UNSUPPORTED({ directory: module.directory, feature: `a module of the type ${type}` });
  return READERS[type](module);
}

async function configOf({ directory, path }: ModuleFolder): Promise<ModelConfig> {
  const file = join(path, 'config.json');
  return { directory, values: existsSync(file) ? await readJson(file) : {} };
}

async function weightsOf(module: ModuleFolder): Promise<{ weights: Weights; hash: string }> {
  const file = join(module.path, 'model.safetensors');
  if (!existsSync(file))
    throw errors.MODEL_FILE_MISSING({ directory: module.directory, file: `${module.folder}/model.safetensors` });
  return { weights: checkedWeights((await readSafetensors(file)).arrays, file), hash: await sha256OfFile(file) };
}

/** Keys of older configurations, in the order in which their results are concatenated. */
const OLDER_MODES: Record<string, PoolingMode> = {
  pooling_mode_cls_token: 'cls',
  pooling_mode_max_tokens: 'max',
  pooling_mode_mean_tokens: 'mean',
  pooling_mode_mean_sqrt_len_tokens: 'mean_sqrt_len_tokens',
  pooling_mode_weightedmean_tokens: 'weightedmean',
  pooling_mode_lasttoken: 'lasttoken',
};

async function readPooling(module: ModuleFolder): Promise<HeadModule> {
  const config = await configOf(module);
  const { pooling_mode: mode } = config.values;
  const older = Object.keys(config.values).filter(
    (key) => key.startsWith('pooling_mode_') && config.values[key] === true,
  );
  const given: unknown[] = mode === undefined ? sortedModes(older) : Array.isArray(mode) ? mode : [mode];
  for (const name of given)
    if (!POOLING_MODES.includes(name as PoolingMode))
      throw errors.MODEL_UNSUPPORTED({ directory: module.directory, feature: `pooling ${JSON.stringify(name)}` });
  const modes = given.length === 0 ? (['mean'] as const) : (given as PoolingMode[]);
  return { kind: 'pooling', modes: [...modes], includePrompt: flagIn(config, 'include_prompt', true) };
}

/**
 * Modes in the order of `OLDER_MODES`, independent of the order in the file. Unknown keys are
 * returned unchanged.
 */
function sortedModes(keys: string[]): (PoolingMode | string)[] {
  const order = Object.keys(OLDER_MODES);
  return keys.sort((a, b) => order.indexOf(a) - order.indexOf(b)).map((key) => OLDER_MODES[key] ?? key);
}

async function readDense(module: ModuleFolder): Promise<HeadModule> {
  const config = await configOf(module);
  const { values } = config;
  const unsupported = (what: string) =>
    errors.MODEL_UNSUPPORTED({ directory: module.directory, feature: `a Dense module with the ${what}` });
  for (const key of ['module_input_name', 'module_output_name'])
    if ((values[key] ?? 'sentence_embedding') !== 'sentence_embedding')
      throw unsupported(`${key} ${JSON.stringify(values[key])}`);
  const activation = values.activation_function ?? 'torch.nn.modules.activation.Tanh';
  if (typeof activation !== 'string' || !Object.hasOwn(ACTIVATION_CLASSES, activation))
    throw unsupported(`activation ${JSON.stringify(activation)}`);
  return {
    kind: 'dense',
    from: sizeIn(config, 'in_features'),
    to: sizeIn(config, 'out_features'),
    bias: flagIn(config, 'bias', true),
    activation: ACTIVATION_CLASSES[activation],
    residual: flagIn(config, 'use_residual', false),
    ...(await weightsOf(module)),
  };
}

async function readLayerNorm(module: ModuleFolder): Promise<HeadModule> {
  return { kind: 'layerNorm', size: sizeIn(await configOf(module), 'dimension'), ...(await weightsOf(module)) };
}
