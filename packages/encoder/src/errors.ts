/** Every error of the encoder room. What each code means is documented in `docs/errors.md`. */
import { LorekeepError } from '@lorekeep/core';

/** One source of a model that was tried and could not give it. */
export interface FailedSource {
  /** `'directory'`, `'hub-cache'`, `'cache'`, `'hub'` or `'mirror'` */
  source: string;
  reason: string;
  /** Of the error: `MODEL_HASH_MISMATCH`, `MODEL_BAD_PATH`, `ENOENT`, …; `INTERNAL` where it has none. */
  code: string;
}

export const badModelId = (id: string, why: string) =>
  new LorekeepError('MODEL_BAD_ID', `"${id}" is not a model: it ${why}.`, {
    kind: 'usage',
    hint: "Give a directory that exists, 'all-MiniLM-L6-v2', a hub id such as 'org/name', or 'lexical'.",
    details: { model: id },
  });

export const modelNotAvailable = (id: string, tried: FailedSource[]) =>
  new LorekeepError(
    'MODEL_NOT_AVAILABLE',
    `The model "${id}" could not be had from any source:\n${tried.map(({ source, reason }) => `  ${source}: ${reason}`).join('\n')}`,
    {
      hint: "Give the model's directory, mend one of these sources, or use the model 'lexical' (not a language model).",
      details: { model: id, tried },
    },
  );

export const modelFileMissing = (directory: string, file: string) =>
  new LorekeepError('MODEL_FILE_MISSING', `The model in ${directory} has no ${file}.`, {
    kind: 'usage',
    hint: 'A model directory holds config.json, tokenizer.json and weights: model.safetensors, shards with their index, or model.onnx.',
    details: { directory, file },
  });

export const modelBadFile = (file: string, why: string, cause?: unknown) =>
  new LorekeepError('MODEL_BAD_FILE', `${file} ${why}.`, {
    hint: 'Fetch the model again; if it is your own, export it again.',
    details: { file },
    cause,
  });

export const modelBadPath = (where: string, path: string) =>
  new LorekeepError('MODEL_BAD_PATH', `${where} names ${JSON.stringify(path)} as a file of the model.`, {
    hint: 'Names of files must stay inside the model. Nothing was fetched; do not trust this source.',
    details: { where, path },
  });

export const modelUnsupported = (directory: string, what: string) =>
  new LorekeepError('MODEL_UNSUPPORTED', `The model in ${directory} cannot be encoded with: ${what}.`, {
    kind: 'usage',
    hint: 'docs/encoders.md lists what is supported. A ready model.onnx, or an embeddings endpoint that serves the model, takes others.',
    details: { directory },
  });

export const modelHashMismatch = (file: string, expected: string, actual: string) =>
  new LorekeepError('MODEL_HASH_MISMATCH', `${file} has the SHA-256 ${actual}, not ${expected}.`, {
    hint: 'The file is damaged or not the one published; delete it and fetch it again.',
    details: { file, expected, actual },
  });

export const badOption = (name: string, value: unknown, expected: string) =>
  new LorekeepError('ENCODER_BAD_OPTION', `${name} is ${JSON.stringify(value)}, expected ${expected}.`, {
    kind: 'usage',
    details: { option: name, value },
  });

export const packageMissing = (name: string, hint: string, cause: unknown) =>
  new LorekeepError('ENCODER_PACKAGE_MISSING', `This encoder needs the package "${name}", which is not installed.`, {
    kind: 'usage',
    hint,
    details: { package: name },
    cause,
  });

export const encoderClosed = (name: string) =>
  new LorekeepError('ENCODER_CLOSED', `The encoder ${name} was closed.`, {
    hint: 'Open it again; close it only after its last text.',
  });

export const notFinite = (name: string) =>
  new LorekeepError('ENCODER_NOT_FINITE', `The encoder ${name} gave a vector that is not finite.`, {
    hint: 'The weights overflow on this text; use another model.',
  });

export const noTexts = () =>
  new LorekeepError(
    'LEXICAL_NO_TEXTS',
    'The lexical encoder needs at least one text with a word in it to be fitted on.',
    {
      kind: 'usage',
      hint: "Pass the catalogue's texts as corpusTexts.",
    },
  );

export const badLexicalFile = (path: string, why: string, cause?: unknown) =>
  new LorekeepError('LEXICAL_BAD_FILE', `${path} is not a saved lexical encoder: it ${why}.`, {
    hint: 'Fit the lexical encoder again.',
    details: { path },
    cause,
  });

export const unknownItems = (ids: string[]) =>
  new LorekeepError(
    'ENCODER_UNKNOWN_ITEMS',
    `${ids.length} of the items asked for are not in the catalogue, the first is "${ids[0]}".`,
    { kind: 'usage', hint: 'Ask for ids that the store has.', details: { count: ids.length, first: ids.slice(0, 10) } },
  );

export const inferenceFailed = (name: string, why: string) =>
  new LorekeepError('ENCODER_FAILED', `The encoder ${name} failed: ${why}.`, {
    hint: 'If memory ran out, use fewer threads; otherwise open the encoder again.',
  });

/** The address itself is not quoted: it may hold a secret that does not belong there. */
export const endpointUrl = (why: string) =>
  new LorekeepError('ENDPOINT_URL', `The address of the embeddings endpoint ${why}.`, {
    kind: 'usage',
    hint: 'Give its base with --endpoint or LOREKEEP_ENDPOINT, for example http://localhost:8000/v1; the key comes from the environment.',
  });

export const endpointKey = (variable: string) =>
  new LorekeepError('ENDPOINT_KEY', `The environment variable ${variable} holds characters that no key has.`, {
    kind: 'usage',
    hint: 'Set it to the key alone: visible ASCII characters, no blanks, no quotes.',
    details: { variable },
  });

export const endpointUnavailable = (url: string, why: string, attempts: number) =>
  new LorekeepError(
    'ENDPOINT_UNAVAILABLE',
    `The embeddings endpoint at ${url} did not answer: ${why} (${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}).`,
    {
      hint: 'Look whether it runs and can bear the load: fewer requests at a time, smaller batches or more patience help. What was stored stays.',
      details: { url, attempts },
    },
  );

export const endpointRefused = (url: string, status: number, words: string) =>
  new LorekeepError('ENDPOINT_REFUSED', `The embeddings endpoint at ${url} refused with HTTP ${status}: ${words}`, {
    hint: 'Check the key, the name of the model, the address, and the limits of the server. Asking again would not help.',
    details: { url, status },
  });

export const endpointBadAnswer = (url: string, why: string) =>
  new LorekeepError('ENDPOINT_BAD_ANSWER', `The answer of the embeddings endpoint at ${url} ${why}.`, {
    hint: 'Nothing of it was kept. Is it an OpenAI-compatible endpoint, with a model for embeddings behind it?',
    details: { url },
  });

export const endpointChanged = (model: string, cosine: number) =>
  new LorekeepError(
    'ENDPOINT_CHANGED',
    `What the endpoint calls "${model}" is another model than before: the vectors of known texts have a cosine of ${cosine.toFixed(3)} to those kept.`,
    {
      hint: 'Bring the former model back, or give the new one a version of its own (--endpoint-version), then encode, train and publish again.',
      details: { model, cosine },
    },
  );
