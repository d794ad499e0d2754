/**
 * The settings of sentence-transformers in a model's folder: the modules after the transformer
 * (pooling, dense layers, norms), the maximal length, and prompts. A plain transformer without
 * these files uses mean pooling, as that library does.
 */
import { existsSync } from 'node:fs';
import { join, normalize, sep } from 'node:path';
import { errors } from '../errors.ts';
import { readJson } from '../read-json.ts';
import type { HeadModule } from './head.ts';
import { type ModuleFolder, readModule } from './sentence-transformers-modules.ts';

export interface SentenceTransformersConfig {
  /** Folder of the transformer's own files. */
  transformer: string;
  /** Maximal tokens, special tokens included. Undefined: no limit. */
  maxLength: number | undefined;
  lowerCase: boolean;
  /** Modules after the transformer, the pooling first. */
  head: HeadModule[];
  /** Prompts by name. */
  prompts: Record<string, string>;
  defaultPrompt: string | undefined;
}

/** All names of this file. The name depends on the architecture. */
const SENTENCE_CONFIGS = ['bert', 'roberta', 'distilbert', 'camembert', 'albert', 'xlm-roberta', 'xlnet'].map(
  (name) => `sentence_${name}_config.json`,
);

/**
 * @throws LorekeepError `MODEL_BAD_FILE`, `MODEL_UNSUPPORTED`; `MODEL_FILE_MISSING` for the weights
 *   of a module
 */
export async function readSentenceTransformersConfig(directory: string): Promise<SentenceTransformersConfig> {
  const { transformer, head } = await readModules(directory);
  const name = SENTENCE_CONFIGS.find((file) => existsSync(join(transformer, file)));
  const sentence = await readJsonIfExists(join(transformer, name ?? SENTENCE_CONFIGS[0]));
  const { transformer_task: task = 'feature-extraction' } = sentence;
  if (task !== 'feature-extraction')
    throw errors.MODEL_UNSUPPORTED({ directory, feature: `the task ${JSON.stringify(task)}` });
  const { model_max_length: tokens } = await readJsonIfExists(join(transformer, 'tokenizer_config.json'));
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

/** The transformer's folder and the modules after it. */
async function readModules(directory: string): Promise<Pick<SentenceTransformersConfig, 'transformer' | 'head'>> {
  let transformer = directory;
  const head: HeadModule[] = [];
  for (const [index, { type, folder }] of (await listModules(directory)).entries()) {
    const module: ModuleFolder = { directory, folder, path: join(directory, folder) };
    const unsupported = (feature: string) => errors.MODEL_UNSUPPORTED({ directory, feature });
    if (index === 0) {
      if (type !== 'Transformer') throw unsupported(`a first module of the type ${type}`);
      transformer = module.path;
      continue;
    }
    const read = await readModule(type, module);
    if (read === undefined) continue;
    // The first module after the transformer must be the pooling, and no other may be.
    if ((head.length === 0) !== (read.kind === 'pooling'))
      throw unsupported(`a module of the type ${type} at position ${index}`);
    head.push(read);
  }
  if (head.length === 0) head.push({ kind: 'pooling', modes: ['mean'], includePrompt: true });
  return { transformer, head };
}

async function listModules(directory: string): Promise<{ type: string; folder: string }[]> {
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
    if (isOutside(folder))
      throw errors.MODEL_BAD_FILE({ file: path, reason: `refers to a path outside the model: ${folder}` });
    return { type: type.split('.').at(-1)!, folder };
  });
}

function isOutside(path: string): boolean {
  return /[\\\0]/.test(path) || path.startsWith('/') || normalize(path).split(sep)[0] === '..';
}

async function readPrompts(directory: string): Promise<Pick<SentenceTransformersConfig, 'prompts' | 'defaultPrompt'>> {
  const path = join(directory, 'config_sentence_transformers.json');
  const config = await readJsonIfExists(path);
  const prompts = Object.entries((config.prompts ?? {}) as object);
  if (!prompts.every(([, prompt]) => typeof prompt === 'string'))
    throw errors.MODEL_BAD_FILE({ file: path, reason: 'has a prompt that is not a string' });
  const name = config.default_prompt_name ?? undefined;
  if (name !== undefined && !prompts.some(([known]) => known === name))
    throw errors.MODEL_BAD_FILE({
      file: path,
      reason: `has no prompt with the name ${JSON.stringify(name)}, which is its default_prompt_name`,
    });
  return { prompts: Object.fromEntries(prompts), defaultPrompt: name as string | undefined };
}

async function readJsonIfExists(path: string): Promise<Record<string, unknown>> {
  return existsSync(path) ? readJson(path) : {};
}
