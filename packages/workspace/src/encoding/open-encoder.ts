/**
 * Opens text encoders for a workspace: the one that `encode` asks for, and the one that a model was
 * trained with.
 */
import { join } from 'node:path';
import { errorCode, type LorekeepError, type RunContext } from '@lorekeep/core';
import {
  createEmptyLexicalEncoder,
  createLexicalEncoder,
  DEFAULT_MODEL,
  DEFAULT_TEMPLATE,
  type EndpointOptions,
  type ItemTemplate,
  isBuiltIn,
  itemText,
  loadLexicalEncoder,
  openEncoder,
  type Precision,
  saveLexicalEncoder,
  type TextEncoder,
  templateFor,
} from '@lorekeep/encoder';
import { errors } from '../errors.ts';
import type { WorkspaceState } from '../state.ts';
import { warnings } from '../warnings.ts';
import { ENDPOINT_PREFIX, LEXICAL, modelPath } from './model-path.ts';
import { encoderOf, findCurrentEncoder, rememberedEndpoint } from './remembered-encoders.ts';

export interface EncoderRequest {
  model?: string;
  template?: ItemTemplate;
  refit?: boolean;
  precision?: Precision;
  endpoint?: EndpointOptions;
  threads?: number;
}

export interface OpenedEncoder {
  encoder: TextEncoder;
  model: string;
  /** With the number of tokens that suits the encoder. */
  template: ItemTemplate;
  requestedTemplate: ItemTemplate;
  /** Complete options of a model `endpoint:NAME`. */
  endpoint: EndpointOptions | undefined;
}

/**
 * Opens the encoder that a request names. Everything it leaves out is taken from the encoder used
 * last.
 *
 * @param save save the state of a lexical encoder that is fitted now, so that later texts are
 *   encoded the same way
 */
export async function openRequestedEncoder(
  state: WorkspaceState,
  request: EncoderRequest,
  run: RunContext,
  { save }: { save: boolean },
): Promise<OpenedEncoder> {
  if ((await state.store.counts()).items === 0) throw errors.NOTHING_IMPORTED();
  const last = await findCurrentEncoder(state);
  const requestedTemplate = request.template ?? last?.requestedTemplate ?? last?.template ?? DEFAULT_TEMPLATE;
  // Refuse a malformed template before a model is downloaded for it.
  templateFor(requestedTemplate, {});
  const requested = request.model === undefined ? last?.model : modelPath(request.model);
  const sameTexts = last?.model === LEXICAL && last.template === requestedTemplate;
  const fitted = sameTexts && !request.refit ? last.id : undefined;
  const endpoint = await completeEndpoint(state, requested, request.endpoint);
  const lastPrecision = requested !== undefined && requested === last?.model ? last.settings?.precision : undefined;
  const precision = request.precision ?? lastPrecision;
  if (precision === 'int8' && requested !== undefined && !isBuiltIn(requested)) {
    throw errors.OPTIONS_CONFLICT({ options: ['precision'], model: requested });
  }
  const lexical = () => openLexical(state, requestedTemplate, { fitted, save, warn: run.warn });
  const { encoder, model } =
    requested === LEXICAL
      ? { encoder: await lexical(), model: LEXICAL }
      : await openOrFallBack(requested, { threads: request.threads, precision, endpoint }, run, lexical);
  return { encoder, model, template: templateFor(requestedTemplate, encoder), requestedTemplate, endpoint };
}

/**
 * The default model is replaced by the lexical encoder if it cannot be obtained. A model named
 * explicitly never is.
 */
async function openOrFallBack(
  requested: string | undefined,
  options: Pick<EncoderRequest, 'threads' | 'precision' | 'endpoint'>,
  { progress, warn, signal }: RunContext,
  lexical: () => Promise<TextEncoder>,
): Promise<{ encoder: TextEncoder; model: string }> {
  const model = requested ?? DEFAULT_MODEL;
  try {
    return { encoder: await openEncoder(model, { ...options, progress, signal }), model };
  } catch (error) {
    if (requested !== undefined || errorCode(error) !== 'MODEL_NOT_AVAILABLE') throw error;
    warn?.(warnings.ENCODER_FALLBACK(model, (error as LorekeepError).message));
    return { encoder: await lexical(), model: LEXICAL };
  }
}

/** The options of an endpoint: those given, then those that this model was used with last. */
async function completeEndpoint(
  state: WorkspaceState,
  model: string | undefined,
  given: EndpointOptions = {},
): Promise<EndpointOptions | undefined> {
  if (model?.startsWith(ENDPOINT_PREFIX)) {
    return { ...(await rememberedEndpoint(state, model)), ...movedEndpoint(state), ...given };
  }
  const options = Object.keys(given).map((name) => `endpoint.${name}`);
  if (options.length > 0) throw errors.OPTIONS_CONFLICT({ options, model: model ?? DEFAULT_MODEL });
  return undefined;
}

const movedEndpoint = ({ endpointUrl }: WorkspaceState) => (endpointUrl ? { url: endpointUrl } : undefined);

/**
 * The encoder that a model was trained with.
 * @throws LorekeepError `ENCODER_FORGOTTEN`, `ENCODER_CHANGED`, and what opening it throws
 */
export async function openEncoderOf(
  state: WorkspaceState,
  id: string,
  { threads, progress, signal }: RunContext & { threads?: number },
): Promise<TextEncoder> {
  const remembered = await encoderOf(state, id);
  if (remembered.model === LEXICAL) return loadLexicalEncoder(lexicalFile(state, id));
  const { endpoint, ...settings } = remembered.settings ?? {};
  const moved = endpoint && { endpoint: { ...endpoint, ...movedEndpoint(state) } };
  const encoder = await openEncoder(remembered.model, { ...settings, ...moved, threads, progress, signal });
  if (encoder.id === id) return encoder;
  await encoder.close();
  throw errors.ENCODER_CHANGED({ model: remembered.model });
}

const lexicalFile = ({ encodersDir }: WorkspaceState, id: string) => join(encodersDir, `lexical-${id}.safetensors`);

/**
 * The lexical encoder fitted earlier, or one that is fitted to the texts of the catalogue as it is
 * now. A catalogue without any text, as a log without catalogue leaves it, gets an encoder that knows
 * no word; it is replaced as soon as there are texts.
 */
async function openLexical(
  state: WorkspaceState,
  template: ItemTemplate,
  { fitted, save, warn }: { fitted: string | undefined; save: boolean; warn: RunContext['warn'] },
): Promise<TextEncoder> {
  const empty = createEmptyLexicalEncoder();
  if (fitted !== undefined && fitted !== empty.id) return loadLexicalEncoder(lexicalFile(state, fitted));
  const texts = new Set<string>();
  let hasTexts = false;
  for await (const batch of state.store.items()) {
    for (const item of batch) {
      const text = itemText(item, template);
      if (text !== '') texts.add(text);
      hasTexts ||= text !== '' || itemText(item, DEFAULT_TEMPLATE) !== '';
    }
  }
  // Texts that the template leaves out are a mistake, which fitting reports.
  const encoder = hasTexts ? createLexicalEncoder(texts) : empty;
  if (!hasTexts) warn?.(warnings.NO_TEXTS());
  if (save) await saveLexicalEncoder(encoder, lexicalFile(state, encoder.id));
  return encoder;
}
