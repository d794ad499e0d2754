/**
 * Every item's text into the space of the frozen encoder, each distinct text once. What was used last is the
 * workspace's encoder: training takes it from here. Every encoder that was ever used is remembered by its id, so that a
 * model trained with one keeps being served with that one.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode, type LorekeepError } from '@lorekeep/core';
import {
  type CatalogueEstimate,
  compareProbes,
  createLexicalEncoder,
  DEFAULT_MODEL,
  DEFAULT_TEMPLATE,
  type EncoderSettings,
  type EndpointOptions,
  encodeCatalogue,
  estimateCatalogue,
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
import {
  encoderChanged,
  encoderForgotten,
  endpointUnused,
  nothingEncoded,
  nothingImported,
  precisionUnused,
} from '../errors.ts';
import type { StageContext } from '../workspace.ts';
import { userPath } from './import.ts';

/** What the workspace remembers of an encoder. */
export interface RememberedEncoder {
  id: string;
  name: string;
  /** What `openEncoder` opens it by. */
  model: string;
  dim: number;
  isLanguageModel: boolean;
  /** With the tokens that suit the encoder. */
  template: ItemTemplate;
  /** As it was asked for; another encoder gets its own tokens. Absent in what older versions remembered: as `template`. */
  askedTemplate?: ItemTemplate;
  /** What else that needs; no secrets. */
  settings?: EncoderSettings;
}

export interface EncodeStageOptions {
  /** Default: the workspace's encoder, else all-MiniLM-L6-v2, else (where that cannot be had) the lexical one. */
  model?: string;
  /** Default: the one used before, else `title-brand-category`. */
  template?: ItemTemplate;
  /**
   * Fit a lexical encoder to the catalogue as it is now. Default: one that was fitted before goes on serving new texts,
   * so that models trained with it stay valid.
   */
  refit?: boolean;
  /** Default: every core. */
  threads?: number;
  /** Of a built-in model. Default: as when this model was used last, else fp32. */
  precision?: Precision;
  /** Of a model `endpoint:NAME`. What is not given is as it was when this model was used last. */
  endpoint?: EndpointOptions;
}

export interface EncodeStageResult extends Omit<RememberedEncoder, 'settings'> {
  /** Distinct texts in the catalogue. */
  texts: number;
  /** Of those, embedded in this run; the others were there already. */
  encoded: number;
  textlessItems: number;
  seconds: number;
}

const CURRENT = 'encoder';
const settingOf = (id: string) => `encoder:${id}`;
const endpointSettingOf = (model: string) => `encoder-options:${model}`;
const LEXICAL = 'lexical';

export async function encodeStage(context: StageContext, options: EncodeStageOptions): Promise<EncodeStageResult> {
  const { progress, signal, workspace } = context;
  const { store } = workspace;
  const { encoder, model, template, askedTemplate, endpoint } = await openFor(context, options);
  try {
    const settings = await settingsOf(context, encoder);
    const { id, name, dim, isLanguageModel } = encoder;
    const remembered = { id, name, model, dim, isLanguageModel, template };
    // Before the first vector: where this is stopped, the next run must know whose vectors are stored.
    await store.setSetting(settingOf(id), { ...remembered, askedTemplate, settings } satisfies RememberedEncoder);
    if (endpoint !== undefined) await store.setSetting(endpointSettingOf(model), settings?.endpoint);
    const done = await encodeCatalogue({ store, encoder, template, progress, signal });
    const { texts, encoded, textlessItems, seconds } = done;
    await store.setSetting(CURRENT, id);
    return { ...remembered, texts, encoded, textlessItems, seconds };
  } finally {
    await encoder.close();
  }
}

export interface EncodeEstimateResult
  extends CatalogueEstimate,
    Pick<RememberedEncoder, 'id' | 'name' | 'model' | 'dim' | 'isLanguageModel' | 'template'> {
  dryRun: true;
}

/** What `encodeStage` would have to do, and how long that would take. Changes nothing in the workspace. */
export async function estimateEncoding(
  context: StageContext,
  options: EncodeStageOptions,
): Promise<EncodeEstimateResult> {
  const { progress, signal, workspace } = context;
  const { encoder, model, template } = await openFor(context, options, false);
  try {
    const estimate = await estimateCatalogue({ store: workspace.store, encoder, template, progress, signal });
    const { id, name, dim, isLanguageModel } = encoder;
    return { dryRun: true, id, name, model, dim, isLanguageModel, template, ...estimate };
  } finally {
    await encoder.close();
  }
}

/** @param keep keep the state of a lexical encoder that is fitted now */
async function openFor(context: StageContext, options: EncodeStageOptions, keep = true) {
  if ((await context.workspace.store.counts()).items === 0) throw nothingImported();
  const before = await rememberedEncoder(context);
  const askedTemplate = options.template ?? before?.askedTemplate ?? before?.template ?? DEFAULT_TEMPLATE;
  // A template that is none is told before a model is fetched for it.
  templateFor(askedTemplate, {});
  const wanted = options.model ?? before?.model;
  const sameText = before?.model === LEXICAL && before.template === askedTemplate;
  const fitted = sameText && !options.refit ? before.id : undefined;
  const endpoint = await endpointFor(context, wanted, options.endpoint);
  const precision =
    options.precision ??
    (wanted !== undefined && modelPath(wanted) === before?.model ? before?.settings?.precision : undefined);
  if (precision === 'int8' && wanted !== undefined && !isBuiltIn(wanted)) throw precisionUnused(precision, wanted);
  const opening = { template: askedTemplate, fitted, threads: options.threads, precision, endpoint, keep };
  const { encoder, model } = await open(context, wanted, opening);
  return { encoder, model, template: templateFor(askedTemplate, encoder), askedTemplate, endpoint };
}

/** The options of an endpoint: those given, then those that this model was used with last. */
async function endpointFor(
  { workspace }: StageContext,
  model: string | undefined,
  given: EndpointOptions = {},
): Promise<EndpointOptions | undefined> {
  if (!model?.startsWith('endpoint:')) {
    if (Object.keys(given).length > 0) throw endpointUnused(Object.keys(given), model ?? DEFAULT_MODEL);
    return undefined;
  }
  const before = await workspace.store.getSetting<EndpointOptions>(endpointSettingOf(model));
  return { ...before, ...environmentUrl(), ...given };
}

/** The environment says where the endpoint is now, whatever address is remembered: servers move. */
const environmentUrl = () => (process.env.LOREKEEP_ENDPOINT ? { url: process.env.LOREKEEP_ENDPOINT } : undefined);

/**
 * What to remember of an encoder. The probe stays the first there was, and what was opened now must agree with it: the
 * store holds vectors of that model.
 */
async function settingsOf({ workspace }: StageContext, { id, name, settings }: TextEncoder) {
  const before = await workspace.store.getSetting<RememberedEncoder>(settingOf(id));
  if (settings?.probe !== undefined) compareProbes(name, before?.settings?.probe, settings.probe);
  return settings && { ...settings, probe: before?.settings?.probe ?? settings.probe };
}

/** The encoder used last, if any. */
async function rememberedEncoder({ workspace }: StageContext): Promise<RememberedEncoder | undefined> {
  const id = await workspace.store.getSetting<string>(CURRENT);
  return id === undefined ? undefined : workspace.store.getSetting<RememberedEncoder>(settingOf(id));
}

/** @throws LorekeepError `NOTHING_ENCODED` */
export async function currentEncoder(context: StageContext): Promise<RememberedEncoder> {
  const remembered = await rememberedEncoder(context);
  if (remembered === undefined) throw nothingEncoded();
  return remembered;
}

/** @throws LorekeepError `ENCODER_FORGOTTEN` */
export async function rememberedById({ workspace }: StageContext, id: string): Promise<RememberedEncoder> {
  const remembered = await workspace.store.getSetting<RememberedEncoder>(settingOf(id));
  if (remembered === undefined) throw encoderForgotten(id);
  return remembered;
}

/**
 * The encoder that a model was trained with.
 * @throws LorekeepError `ENCODER_FORGOTTEN`, `ENCODER_CHANGED`, and what opening it throws
 */
export async function openEncoderOf(
  context: StageContext,
  id: string,
  { threads }: { threads?: number },
): Promise<TextEncoder> {
  const { progress, signal } = context;
  const remembered = await rememberedById(context, id);
  if (remembered.model === LEXICAL) return loadLexicalEncoder(lexicalFile(context, id));
  const { endpoint, ...settings } = remembered.settings ?? {};
  const encoder = await openEncoder(remembered.model, {
    ...settings,
    ...(endpoint && { endpoint: { ...endpoint, ...environmentUrl() } }),
    threads,
    progress,
    signal,
  });
  if (encoder.id === id) return encoder;
  await encoder.close();
  throw encoderChanged(remembered.model);
}

const lexicalFile = ({ workspace }: StageContext, id: string) =>
  join(workspace.encodersDir, `lexical-${id}.safetensors`);

interface OpenOptions {
  template: ItemTemplate;
  /** Id of the lexical encoder to go on with, if there is one. */
  fitted: string | undefined;
  threads: number | undefined;
  precision: Precision | undefined;
  endpoint: EndpointOptions | undefined;
  /** Keep the state of a lexical encoder that is fitted now. */
  keep: boolean;
}

async function open(
  context: StageContext,
  wanted: string | undefined,
  { template, fitted, threads, precision, endpoint, keep }: OpenOptions,
): Promise<{ encoder: TextEncoder; model: string }> {
  const { output, progress, signal } = context;
  if (wanted === LEXICAL) {
    if (fitted === undefined) return openLexical(context, template, keep);
    return { encoder: await loadLexicalEncoder(lexicalFile(context, fitted)), model: LEXICAL };
  }
  try {
    const model = wanted === undefined ? DEFAULT_MODEL : modelPath(wanted);
    return { encoder: await openEncoder(model, { threads, precision, endpoint, progress, signal }), model };
  } catch (error) {
    // A model that was asked for by name is not replaced by another.
    if (wanted !== undefined || errorCode(error) !== 'MODEL_NOT_AVAILABLE') throw error;
    output.warn(
      [
        `${DEFAULT_MODEL} could not be had: ${(error as LorekeepError).message}`,
        'Going on with the LEXICAL encoder. It is NOT a language model: it knows shared words, not meaning.',
        'Recommendations will be worse, most of all for new items. `lorekeep doctor` says how to get the model.',
      ].join('\n'),
    );
    return openLexical(context, template, keep);
  }
}

/** A folder is remembered by its full path, whatever folder the user stands in next time. */
function modelPath(model: string): string {
  const [prefix, path] = model.startsWith('transformers:') ? ['transformers:', model.slice(13)] : ['', model];
  return existsSync(userPath(path)) ? prefix + userPath(path) : model;
}

/** Fitted on the catalogue as it is now; with `keep` the fitted state is kept, so that a new text is read the same way later. */
async function openLexical(context: StageContext, template: ItemTemplate, keep: boolean) {
  const texts = new Set<string>();
  for await (const batch of context.workspace.store.items()) {
    for (const item of batch) {
      const text = itemText(item, template);
      if (text !== '') texts.add(text);
    }
  }
  const encoder = createLexicalEncoder(texts);
  if (keep) await saveLexicalEncoder(encoder, lexicalFile(context, encoder.id));
  return { encoder, model: LEXICAL };
}
