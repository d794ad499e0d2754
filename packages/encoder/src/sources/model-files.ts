/**
 * Which files belong to a model. A model has `config.json`, `tokenizer.json` and weights in one of
 * these forms, in order of preference:
 *
 *     model.safetensors                                                   one file
 *     model.safetensors.index.json + model-00001-of-00002.safetensors …   shards
 *     onnx/model.onnx or model.onnx (+ model.onnx_data)                   an exported graph
 *
 * Optionally it has the settings of sentence-transformers: `modules.json` with one folder per
 * module (`1_Pooling`, `2_Dense`, …). The transformer may be in such a folder too
 * (`0_Transformer`).
 */

/** Folder of a sentence-transformers module: its number and its type. */
const MODULE_FOLDER = String.raw`\d+_[A-Za-z]+/`;
/** The file at the top level or in a module folder. */
const anywhere = (name: string) => new RegExp(`^(?:${MODULE_FOLDER})?${name}$`);

const SETTINGS = [
  anywhere(String.raw`config\.json`),
  anywhere(String.raw`tokenizer\.json`),
  anywhere(String.raw`tokenizer_config\.json`),
  anywhere(String.raw`sentence_[a-z-]+_config\.json`),
  /^(?:modules|config_sentence_transformers)\.json$/,
];
/**
 * Dense and LayerNorm modules have their own weights, independent of the form of the transformer's
 * weights.
 */
const MODULE_WEIGHTS = new RegExp(`^${MODULE_FOLDER}model\\.safetensors$`);

/**
 * Forms of the transformer's weights, in order of preference. `main` identifies the form, `all`
 * matches its files.
 */
const WEIGHT_FORMS: { name: string; main: RegExp; all: RegExp }[] = [
  {
    name: 'model.safetensors',
    main: anywhere(String.raw`model\.safetensors`),
    all: anywhere(String.raw`model\.safetensors`),
  },
  {
    name: 'model.safetensors.index.json',
    main: anywhere(String.raw`model\.safetensors\.index\.json`),
    all: anywhere(String.raw`model(?:\.safetensors\.index\.json|-\d{5}-of-\d{5}\.safetensors)`),
  },
  {
    name: 'onnx/model.onnx',
    main: /^onnx\/model\.onnx$/,
    all: /^onnx\/model\.onnx(?:[_.]data)?$/,
  },
  { name: 'model.onnx', main: /^model\.onnx$/, all: /^model\.onnx(?:[_.]data)?$/ },
];

export interface ModelFileChoice {
  /** Files to load, in the given order. */
  files: string[];
  /** Required files that are absent, for messages. Empty if the names show a complete model. */
  missing: string[];
}

/**
 * Selects the files that this package loads from all files of a repository. Paths are relative,
 * with `/`.
 *
 * @example chooseModelFiles(['README.md', 'config.json', 'tokenizer.json',
 *   'model.safetensors']).files.length // 3
 */
export function chooseModelFiles(paths: readonly string[]): ModelFileChoice {
  const transformer = transformerFolder(paths);
  const inTransformer = (name: string) => paths.includes(transformer + name);
  const form = WEIGHT_FORMS.find(({ name, main }) =>
    paths.some((path) => main.test(path) && path === transformer + name),
  );
  const files = paths.filter(
    (path) =>
      SETTINGS.some((pattern) => pattern.test(path)) || MODULE_WEIGHTS.test(path) || (form?.all.test(path) ?? false),
  );
  const missing = ['config.json', 'tokenizer.json'].filter((name) => !inTransformer(name));
  if (form === undefined) missing.push('model.safetensors');
  return { files, missing };
}

/** Folder of the transformer's own files: `''`, or a module folder with a trailing slash. */
function transformerFolder(paths: readonly string[]): string {
  if (paths.includes('config.json')) return '';
  return paths.find((path) => /^\d+_Transformer\/config\.json$/.test(path))?.replace('config.json', '') ?? '';
}
