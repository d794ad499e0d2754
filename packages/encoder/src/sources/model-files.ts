/**
 * Which files make a model, for everybody who fetches, copies or checks one. A model is `config.json`, `tokenizer.json`
 * and weights in one of these forms, the first that is there:
 *
 *     model.safetensors                                          one file
 *     model.safetensors.index.json + model-00001-of-00002.safetensors …   shards
 *     model.onnx or onnx/model.onnx (+ model.onnx_data)          a graph that is ready
 *
 * and, optionally, the settings of sentence-transformers: `modules.json` with a folder a module (`1_Pooling`, `2_Dense`,
 * …), whose transformer may itself lie in a folder (`0_Transformer`).
 */

/** A folder of a sentence-transformers module: its number and its kind. */
const MODULE = String.raw`\d+_[A-Za-z]+/`;
const anywhere = (name: string) => new RegExp(`^(?:${MODULE})?${name}$`);

const SETTINGS = [
  anywhere(String.raw`config\.json`),
  anywhere(String.raw`tokenizer\.json`),
  anywhere(String.raw`tokenizer_config\.json`),
  anywhere(String.raw`sentence_[a-z-]+_config\.json`),
  /^(?:modules|config_sentence_transformers)\.json$/,
];
/** Dense and LayerNorm modules have weights of their own, whatever form those of the transformer have. */
const MODULE_WEIGHTS = new RegExp(`^${MODULE}model\\.safetensors$`);

/** Forms of the transformer's weights, the preferred first. */
const WEIGHTS: { name: string; whole: RegExp; parts: RegExp }[] = [
  {
    name: 'model.safetensors',
    whole: anywhere(String.raw`model\.safetensors`),
    parts: anywhere(String.raw`model\.safetensors`),
  },
  {
    name: 'model.safetensors.index.json',
    whole: anywhere(String.raw`model\.safetensors\.index\.json`),
    parts: anywhere(String.raw`model(?:\.safetensors\.index\.json|-\d{5}-of-\d{5}\.safetensors)`),
  },
  {
    name: 'onnx/model.onnx',
    whole: /^onnx\/model\.onnx$/,
    parts: /^onnx\/model\.onnx(?:[_.]data)?$/,
  },
  { name: 'model.onnx', whole: /^model\.onnx$/, parts: /^model\.onnx(?:[_.]data)?$/ },
];

export interface ModelFileChoice {
  /** What to fetch, in the order given. */
  files: string[];
  /** What every model needs and this one lacks, for messages. Empty: the model is complete, as far as names tell. */
  missing: string[];
}

/**
 * Chooses, of all files that a model's repository has, those that this package loads. Paths are relative, with `/`.
 *
 * @example chooseModelFiles(['README.md', 'config.json', 'tokenizer.json', 'model.safetensors']).files.length // 3
 */
export function chooseModelFiles(paths: readonly string[]): ModelFileChoice {
  const transformer = transformerFolder(paths);
  const inTransformer = (name: string) => paths.includes(transformer + name);
  const form = WEIGHTS.find(({ name, whole }) => paths.some((path) => whole.test(path) && path === transformer + name));
  const files = paths.filter(
    (path) =>
      SETTINGS.some((pattern) => pattern.test(path)) || MODULE_WEIGHTS.test(path) || (form?.parts.test(path) ?? false),
  );
  const missing = ['config.json', 'tokenizer.json'].filter((name) => !inTransformer(name));
  if (form === undefined) missing.push('model.safetensors');
  return { files, missing };
}

/** Where the transformer's own files lie: `''`, or a module's folder with a closing slash. */
function transformerFolder(paths: readonly string[]): string {
  if (paths.includes('config.json')) return '';
  return paths.find((path) => /^\d+_Transformer\/config\.json$/.test(path))?.replace('config.json', '') ?? '';
}
