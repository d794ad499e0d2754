/** The text of every item into the space of a frozen encoder, each distinct text once. */
import type { RunContext } from '@lorekeep/core';
import {
  type CatalogueEstimate,
  compareProbes,
  type EncoderSettings,
  type EndpointOptions,
  encodeCatalogue,
  estimateCatalogue,
  type ItemTemplate,
  type Precision,
  type TextEncoder,
} from '@lorekeep/encoder';
import { checkOptions } from '../check-options.ts';
import type { WorkspaceState } from '../state.ts';
import { openRequestedEncoder } from './open-encoder.ts';
import {
  findEncoder,
  itemImports,
  type RememberedEncoder,
  rememberEncoder,
  rememberEndpoint,
  setCurrentEncoder,
} from './remembered-encoders.ts';

/** Which encoder embeds the texts, and how. */
export interface EncodeOptions {
  /**
   * `'all-MiniLM-L6-v2'`, a hub id `'org/name'`, a folder, `'transformers:FOLDER'`,
   * `'endpoint:NAME'` or `'lexical'`. Default: the encoder used last, else all-MiniLM-L6-v2. Only
   * if that default cannot be obtained, the lexical encoder replaces it, with the warning
   * `ENCODER_FALLBACK`.
   */
  model?: string;
  /** What of an item is encoded. Default: the template used last, else `'title-brand-category'`. */
  template?: ItemTemplate;
  /**
   * Fit a lexical encoder to the catalogue as it is now. Default false: one fitted earlier also
   * encodes new texts, so that models trained with it stay valid.
   */
  refit?: boolean;
  /** For a built-in model. Default: the precision this model was used with last, else `'fp32'`. */
  precision?: Precision;
  /**
   * For a model `'endpoint:NAME'`. Options left out keep the value that this model was used with
   * last.
   */
  endpoint?: EndpointOptions;
  /** 1 to 256. Default: one per core. */
  threads?: number;
}

/** The encoder of a result. */
export interface EncoderSummary
  extends Pick<RememberedEncoder, 'id' | 'name' | 'model' | 'dim' | 'isLanguageModel' | 'template'> {}

/** What `encode` did. */
export interface EncodeResult extends EncoderSummary {
  /** Distinct texts in the catalogue. */
  texts: number;
  /** Texts encoded by this call; the others had a vector already. */
  encoded: number;
  /** Items without any text. Their vector is all zeros. */
  textlessItems: number;
  seconds: number;
}

/** What `encode` would have to do. */
export interface EncodeEstimate extends EncoderSummary, CatalogueEstimate {}

export async function encode(state: WorkspaceState, options: EncodeOptions, run: RunContext): Promise<EncodeResult> {
  checkOptions({ threads: options.threads });
  const opened = await openRequestedEncoder(state, options, run, { save: true });
  const { encoder, model, template, requestedTemplate, endpoint } = opened;
  try {
    const { store } = state;
    const settings = await settingsToRemember(state, encoder);
    const summary = summaryOf(encoder, model, template);
    // Before the first vector: a run that resumes must know which encoder the stored vectors belong
    // to.
    await rememberEncoder(state, { ...summary, requestedTemplate, settings });
    if (endpoint !== undefined) await rememberEndpoint(state, model, settings?.endpoint);
    const imports = await itemImports(state);
    const { progress, signal } = run;
    const { texts, encoded, textlessItems, seconds } = await encodeCatalogue({
      store,
      encoder,
      template,
      progress,
      signal,
    });
    await setCurrentEncoder(state, encoder.id, imports);
    return { ...summary, texts, encoded, textlessItems, seconds };
  } finally {
    await encoder.close();
  }
}

export async function estimateEncoding(
  state: WorkspaceState,
  options: EncodeOptions,
  run: RunContext,
): Promise<EncodeEstimate> {
  checkOptions({ threads: options.threads });
  const { encoder, model, template } = await openRequestedEncoder(state, options, run, { save: false });
  try {
    const { progress, signal } = run;
    const estimate = await estimateCatalogue({ store: state.store, encoder, template, progress, signal });
    return { ...summaryOf(encoder, model, template), ...estimate };
  } finally {
    await encoder.close();
  }
}

const summaryOf = (
  { id, name, dim, isLanguageModel }: TextEncoder,
  model: string,
  template: ItemTemplate,
): EncoderSummary => ({ id, name, model, dim, isLanguageModel, template });

/**
 * The first probe of an encoder is never replaced, and the probe of this run must agree with it:
 * the store contains vectors of that model.
 */
async function settingsToRemember(
  state: WorkspaceState,
  { id, name, settings }: TextEncoder,
): Promise<EncoderSettings | undefined> {
  const probe = (await findEncoder(state, id))?.settings?.probe;
  if (settings?.probe !== undefined) compareProbes(name, probe, settings.probe);
  return settings && { ...settings, probe: probe ?? settings.probe };
}
