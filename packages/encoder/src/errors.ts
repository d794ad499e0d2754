/** Every error of the encoder package. `docs/reference/errors.md` explains each code. */
import { defineErrors, failure, usage } from '@lorekeep/core';

/** A source of models that was tried and could not provide the model. */
export interface FailedSource {
  /** `'directory'`, `'hub-cache'`, `'cache'`, `'hub'` or `'mirror'` */
  source: string;
  reason: string;
  /**
   * The error's code: `MODEL_HASH_MISMATCH`, `MODEL_BAD_PATH`, `ENOENT`, …; `INTERNAL` if it has
   * none.
   */
  code: string;
}

/**
 * The errors of this package. errors.md explains every code. A `reason` completes the sentence of its
 * message: it starts with a verb and has no full stop.
 */
export const errors = defineErrors({
  MODEL_BAD_ID: usage<{ model: string; reason: string }>({
    message: ({ model, reason }) => `"${model}" is not a model: it ${reason}.`,
    hint: "Give a directory that exists, 'all-MiniLM-L6-v2', a hub id such as 'org/name', or 'lexical'.",
  }),
  MODEL_NOT_AVAILABLE: failure<{ model: string; tried: FailedSource[] }>({
    message: ({ model, tried }) =>
      `No source could provide the model "${model}":\n${tried.map(({ source, reason }) => `  ${source}: ${reason}`).join('\n')}`,
    hint: "Give the model's directory, fix one of these sources, or use the model 'lexical' (not a language model).",
  }),
  MODEL_FILE_MISSING: usage<{ directory: string; file: string }>({
    message: ({ directory, file }) => `The model in ${directory} has no ${file}.`,
    hint: 'A model directory has config.json, tokenizer.json and weights: model.safetensors, shards with their index, or model.onnx.',
  }),
  MODEL_BAD_FILE: failure<{ file: string; reason: string }>({
    message: ({ file, reason }) => `${file} ${reason}.`,
    hint: 'Download the model again. If it is your own model, export it again.',
  }),
  MODEL_BAD_PATH: failure<{ where: string; path: unknown }>({
    message: ({ where, path }) => `${where} lists ${JSON.stringify(path)} as a file of the model.`,
    hint: 'File names must stay inside the model. Nothing was downloaded. Do not trust this source.',
  }),
  MODEL_UNSUPPORTED: usage<{ directory: string; feature: string }>({
    message: ({ directory, feature }) => `The model in ${directory} uses a feature that is not supported: ${feature}.`,
    hint: 'docs/reference/encoders.md lists what is supported. For other models, use an exported model.onnx or an embeddings endpoint.',
  }),
  MODEL_HASH_MISMATCH: failure<{ file: string; expected: string; actual: string }>({
    message: ({ file, expected, actual }) =>
      `${file} has the ${actual.length === 64 ? 'SHA-256' : 'git hash'} ${actual}, expected ${expected}.`,
    hint: 'The file is damaged or is not the published one. Delete it and download it again.',
  }),

  ENCODER_BAD_OPTION: usage<{ option: string; value: unknown; expected: string }>({
    message: ({ option, value, expected }) => `${option} is ${JSON.stringify(value)}, expected ${expected}.`,
  }),
  ENCODER_PACKAGE_MISSING: usage<{ package: string; install: string }>({
    message: ({ package: name }) => `This encoder needs the package "${name}", which is not installed.`,
    hint: ({ install }) => install,
  }),
  ENCODER_CLOSED: failure<{ encoder: string }>({
    message: ({ encoder }) => `The encoder ${encoder} is closed.`,
    hint: 'Open it again. Close an encoder only after its last text.',
  }),
  ENCODER_NOT_FINITE: failure<{ encoder: string }>({
    message: ({ encoder }) => `The encoder ${encoder} returned a vector that is not finite.`,
    hint: 'The weights overflow on this text. Use another model.',
  }),
  ENCODER_FAILED: failure<{ encoder: string; reason: string }>({
    message: ({ encoder, reason }) => `The encoder ${encoder} failed: ${reason}.`,
    hint: 'If the machine ran out of memory, use fewer threads. Otherwise open the encoder again.',
  }),
  ENCODER_UNKNOWN_ITEMS: usage<{ count: number; first: string[] }>({
    message: ({ count, first }) =>
      `${count} of the requested items are not in the catalogue, for example "${first[0]}".`,
    hint: 'Request ids that the store has.',
  }),

  LEXICAL_NO_TEXTS: usage({
    message: 'The lexical encoder needs at least one text with a word in it to fit on.',
    hint: "Pass the catalogue's texts as corpusTexts.",
  }),
  LEXICAL_BAD_FILE: failure<{ path: string; reason: string }>({
    message: ({ path, reason }) => `${path} is not a saved lexical encoder: it ${reason}.`,
    hint: 'Fit the lexical encoder again.',
  }),

  /** The address itself is not quoted: it may contain a secret. */
  ENDPOINT_URL: usage<{ reason: string }>({
    message: ({ reason }) => `The address of the embeddings endpoint ${reason}.`,
    hint: 'Set the option `url` or the variable LOREKEEP_ENDPOINT to the base address, for example http://localhost:8000/v1. The key comes from the environment.',
  }),
  ENDPOINT_KEY: usage<{ variable: string }>({
    message: ({ variable }) => `The environment variable ${variable} contains characters that no key has.`,
    hint: 'Set it to the key alone: visible ASCII characters, no spaces, no quotes.',
  }),
  ENDPOINT_UNAVAILABLE: failure<{ url: string; reason: string; attempts: number }>({
    message: ({ url, reason, attempts }) =>
      `The embeddings endpoint at ${url} did not answer: ${reason} (${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}).`,
    hint: 'Check that it is running and can handle the load. Fewer concurrent requests, smaller batches or a longer patience help. Stored vectors are kept.',
  }),
  ENDPOINT_REFUSED: failure<{ url: string; status: number; answer: string }>({
    message: ({ url, status, answer }) => `The embeddings endpoint at ${url} refused with HTTP ${status}: ${answer}`,
    hint: "Check the key, the model's name, the address, and the server's limits. A retry would not help.",
  }),
  ENDPOINT_BAD_ANSWER: failure<{ url: string; reason: string }>({
    message: ({ url, reason }) => `The answer of the embeddings endpoint at ${url} ${reason}.`,
    hint: 'Nothing of it was kept. Check that the endpoint is OpenAI-compatible and serves an embeddings model.',
  }),
  ENDPOINT_CHANGED: failure<{ model: string; cosine: number }>({
    message: ({ model, cosine }) =>
      `The endpoint now serves another model as "${model}": the vectors of known texts have a cosine of ${cosine.toFixed(3)} with the stored ones.`,
    hint: 'Restore the previous model, or give the new one its own `version`, then encode, train and publish again.',
  }),
});
