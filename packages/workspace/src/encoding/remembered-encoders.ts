/**
 * The encoders that a workspace remembers, in the settings of its store. The encoder used last is
 * the current one: training takes it. Every encoder ever used stays on record under its id, so that
 * a model is always served with the encoder it was trained with.
 */
import type { EncoderSettings, EndpointOptions, ItemTemplate } from '@lorekeep/encoder';
import { errors } from '../errors.ts';
import type { WorkspaceState } from '../state.ts';

export interface RememberedEncoder {
  id: string;
  name: string;
  /** The name that `openEncoder` opens it by. */
  model: string;
  dim: number;
  isLanguageModel: boolean;
  /** Including the number of tokens that suits the encoder. */
  template: ItemTemplate;
  /**
   * The template as it was requested, so that another encoder gets a number of tokens that suits
   * it. Absent in records of older versions: equal to `template`.
   */
  requestedTemplate?: ItemTemplate;
  /** What else `openEncoder` needs to open it again. Never a secret. */
  settings?: EncoderSettings;
}

/** As stored: the requested template is stored under an older name. */
type StoredEncoder = Omit<RememberedEncoder, 'requestedTemplate'> & { askedTemplate?: ItemTemplate };

const CURRENT = 'encoder';
const encoderKey = (id: string) => `encoder:${id}`;
const importsKey = (id: string) => `encoder-imports:${id}`;
const endpointKey = (model: string) => `encoder-options:${model}`;

/** `undefined` if no such encoder was ever used. */
export async function findEncoder({ store }: WorkspaceState, id: string): Promise<RememberedEncoder | undefined> {
  const stored = await store.getSetting<StoredEncoder>(encoderKey(id));
  if (stored === undefined) return undefined;
  const { askedTemplate, ...rest } = stored;
  return { ...rest, ...(askedTemplate === undefined ? {} : { requestedTemplate: askedTemplate }) };
}

/** @throws LorekeepError `ENCODER_FORGOTTEN` */
export async function encoderOf(state: WorkspaceState, id: string): Promise<RememberedEncoder> {
  const remembered = await findEncoder(state, id);
  if (remembered === undefined) throw errors.ENCODER_FORGOTTEN({ encoder: id });
  return remembered;
}

/** The encoder used last; `undefined` before the first. */
export async function findCurrentEncoder(state: WorkspaceState): Promise<RememberedEncoder | undefined> {
  const id = await state.store.getSetting<string>(CURRENT);
  return id === undefined ? undefined : findEncoder(state, id);
}

/** @throws LorekeepError `NOTHING_ENCODED` */
export async function currentEncoder(state: WorkspaceState): Promise<RememberedEncoder> {
  const remembered = await findCurrentEncoder(state);
  if (remembered === undefined) throw errors.NOTHING_ENCODED();
  return remembered;
}

export async function rememberEncoder({ store }: WorkspaceState, encoder: RememberedEncoder): Promise<void> {
  const { requestedTemplate, ...rest } = encoder;
  await store.setSetting(encoderKey(encoder.id), {
    ...rest,
    askedTemplate: requestedTemplate,
  } satisfies StoredEncoder);
}

/** @param imports number of imports with items before the catalogue was read */
export async function setCurrentEncoder({ store }: WorkspaceState, id: string, imports: number): Promise<void> {
  await store.setSetting(importsKey(id), imports);
  await store.setSetting(CURRENT, id);
}

/** How many imports brought items, new or replaced. */
export async function itemImports({ store }: WorkspaceState): Promise<number> {
  return (await store.imports()).filter(({ items }) => items > 0).length;
}

/**
 * Whether items were imported after the encoder finished, so that texts may lack a vector. False if
 * there is no record of it, as in workspaces of older versions.
 */
export async function isBehindImports(state: WorkspaceState, id: string): Promise<boolean> {
  const covered = await state.store.getSetting<number>(importsKey(id));
  return covered !== undefined && (await itemImports(state)) > covered;
}

/** The endpoint options that a model `endpoint:NAME` was used with last. */
export function rememberedEndpoint({ store }: WorkspaceState, model: string): Promise<EndpointOptions | undefined> {
  return store.getSetting<EndpointOptions>(endpointKey(model));
}

export async function rememberEndpoint(
  { store }: WorkspaceState,
  model: string,
  options: EndpointOptions | undefined,
): Promise<void> {
  await store.setSetting(endpointKey(model), options);
}
