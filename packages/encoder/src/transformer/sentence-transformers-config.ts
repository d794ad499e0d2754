/**
 * What a folder of sentence-transformers says beyond the transformer itself: which modules follow it (pooling, dense
 * layers, norms), how long a text may be, which prompts stand before texts. A plain transformer without these files is
 * pooled by the mean, as that library does.
 */
import { existsSync } from 'node:fs';
import { join, normalize, sep } from 'node:path';
import { sha256OfFile } from '@lorekeep/core';
import { readSafetensors } from '@lorekeep/graph';
import { errors } from '../errors.ts';
import { readJson } from '../runtime/tokenise.ts';
import { ACTIVATION_CLASSES, type HeadModule } from './head.ts';
import { POOLING_MODES, type PoolingMode } from './layers/pooling.ts';
import { checkedWeights, type Weights } from './layers/weights.ts';
import { flagIn, type ModelConfig, sizeIn } from './model-config.ts';

export interface SentenceSettings {
  /** Where the transformer's own files lie. */
  transformer: string;
  /** Tokens, special ones included; undefined where nothing limits them. */
  maxLength: number | undefined;
  lowerCase: boolean;
  /** Modules after the transformer, the pooling first. */
  head: HeadModule[];
  /** Prompts by name. */
  prompts: Record<string, string>;
  defaultPrompt: string | undefined;
}

/** Names that this file has had, by architecture. */
const SENTENCE_CONFIGS = ['bert', 'roberta', 'distilbert', 'camembert', 'albert', 'xlm-roberta', 'xlnet'].map(
  (name) => `sentence_${name}_config.json`,
);

/** @throws LorekeepError `MODEL_BAD_FILE`, `MODEL_UNSUPPORTED`, `MODEL_FILE_MISSING` for the weights of a module */
export async function readSentenceSettings(directory: string): Promise<SentenceSettings> {
  let transformer = directory;
  const head: HeadModule[] = [];
  for (const [index, { kind, folder }] of (await readModules(directory)).entries()) {
    const module: ModuleFolder = { directory, folder, path: join(directory, folder) };
    if (index === 0) {
      if (kind !== 'Transformer')
        throw errors.MODEL_UNSUPPORTED({ directory, feature: `a first module of the type ${kind}` });
      transformer = module.path;
    } else if (Object.hasOwn(READERS, kind)) {
      const read = await READERS[kind](module);
      if ((head.length === 0) !== (read?.kind === 'pooling') && read !== undefined)
        throw errors.MODEL_UNSUPPORTED({ directory, feature: `a module of the type ${kind} at place ${index}` });
      if (read !== undefined) head.push(read);
    } else throw errors.MODEL_UNSUPPORTED({ directory, feature: `a module of the type ${kind}` });
  }
  if (head.length === 0) head.push({ kind: 'pooling', modes: ['mean'], includePrompt: true });

  const found = SENTENCE_CONFIGS.find((file) => existsSync(join(transformer, file)));
  const sentence = await readIfThere(join(transformer, found ?? SENTENCE_CONFIGS[0]));
  const { transformer_task: task = 'feature-extraction' } = sentence;
  if (task !== 'feature-extraction')
    throw errors.MODEL_UNSUPPORTED({ directory, feature: `the task ${JSON.stringify(task)}` });
  const { model_max_length: tokens } = await readIfThere(join(transformer, 'tokenizer_config.json'));
  const maxLength = [sentence.max_seq_length, tokens].find(
    (length) => Number.isSafeInteger(length) && (length as number) >= 2,
  ) as number | undefined;
  return {
    transformer,
    maxLength,
    lowerCase: sentence.do_lower_case === true,
    head,
    ...(await readPrompts(directory)),
  };
}

async function readIfThere(path: string): Promise<Record<string, unknown>> {
  return existsSync(path) ? readJson(path) : {};
}

async function readModules(directory: string): Promise<{ kind: string; folder: string }[]> {
  const path = join(directory, 'modules.json');
  const modules: unknown = existsSync(path) ? await readJson(path) : [{ type: 'Transformer', path: '' }];
  if (!Array.isArray(modules)) throw errors.MODEL_BAD_FILE({ file: path, reason: 'is not a list of modules' });
  return modules.map((module) => {
    const { type, path: folder = '' } = (module ?? {}) as Record<string, unknown>;
    if (typeof type !== 'string' || typeof folder !== 'string')
      throw errors.MODEL_BAD_FILE({
        file: path,
        reason: `has a module without type and path: ${JSON.stringify(module)}`,
      });
    if (escapes(folder))
      throw errors.MODEL_BAD_FILE({ file: path, reason: `names a path outside the model: ${folder}` });
    return { kind: type.split('.').at(-1)!, folder };
  });
}

function escapes(path: string): boolean {
  return /[\\\0]/.test(path) || path.startsWith('/') || normalize(path).split(sep)[0] === '..';
}

async function readPrompts(directory: string): Promise<Pick<SentenceSettings, 'prompts' | 'defaultPrompt'>> {
  const path = join(directory, 'config_sentence_transformers.json');
  const config = await readIfThere(path);
  const prompts = Object.entries((config.prompts ?? {}) as object);
  if (!prompts.every(([, prompt]) => typeof prompt === 'string'))
    throw errors.MODEL_BAD_FILE({ file: path, reason: 'has a prompt that is no text' });
  const name = config.default_prompt_name ?? undefined;
  if (name !== undefined && !prompts.some(([known]) => known === name))
    throw errors.MODEL_BAD_FILE({
      file: path,
      reason: `has no prompt of the name ${JSON.stringify(name)}, which it calls the default`,
    });
  return { prompts: Object.fromEntries(prompts), defaultPrompt: name as string | undefined };
}

interface ModuleFolder {
  /** The model's. */
  directory: string;
  folder: string;
  path: string;
}

/** By the last part of a module's type. Undefined: it does nothing when a model is only used. */
const READERS: Record<string, (module: ModuleFolder) => Promise<HeadModule | undefined>> = {
  Pooling: readPooling,
  Dense: readDense,
  LayerNorm: readLayerNorm,
  Normalize: async () => ({ kind: 'normalise' }),
  Dropout: async () => undefined,
};

async function configOf({ directory, path }: ModuleFolder): Promise<ModelConfig> {
  return { directory, values: await readIfThere(join(path, 'config.json')) };
}

async function weightsOf(module: ModuleFolder): Promise<{ weights: Weights; hash: string }> {
  const file = join(module.path, 'model.safetensors');
  if (!existsSync(file))
    throw errors.MODEL_FILE_MISSING({ directory: module.directory, file: `${module.folder}/model.safetensors` });
  return { weights: checkedWeights((await readSafetensors(file)).arrays, file), hash: await sha256OfFile(file) };
}

/** Names of older settings. */
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

/** Older settings are concatenated in a fixed order, whatever that of the file is. */
function sortedModes(keys: string[]): (PoolingMode | string)[] {
  const order = Object.keys(OLDER_MODES);
  return keys.sort((a, b) => order.indexOf(a) - order.indexOf(b)).map((key) => OLDER_MODES[key] ?? key);
}

async function readDense(module: ModuleFolder): Promise<HeadModule> {
  const config = await configOf(module);
  const { values } = config;
  for (const key of ['module_input_name', 'module_output_name'])
    if ((values[key] ?? 'sentence_embedding') !== 'sentence_embedding')
      throw errors.MODEL_UNSUPPORTED({
        directory: module.directory,
        feature: `a Dense module with the ${key} ${JSON.stringify(values[key])}`,
      });
  const activation = values.activation_function ?? 'torch.nn.modules.activation.Tanh';
  if (typeof activation !== 'string' || !Object.hasOwn(ACTIVATION_CLASSES, activation))
    throw errors.MODEL_UNSUPPORTED({
      directory: module.directory,
      feature: `a Dense module with the activation ${JSON.stringify(activation)}`,
    });
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
