/** Publishes what a model knows to the General Knowledge Center: see `keep-space.ts` and `model-spaces.ts`. */
import { newVersion, type RunContext } from '@lorekeep/core';
import type { AlignOptions, KnowledgePrecision, KnowledgeVersion, UserCategoryOptions } from '@lorekeep/knowledge';
import { KEEP_SPACE } from '@lorekeep/recommender';
import { checkOptions } from '../../check-options.ts';
import type { WorkspaceState } from '../../state.ts';
import { keepSpace } from './keep-space.ts';
import { type ModelSpace, textSpace, towersSpace } from './model-spaces.ts';
import { withCentre } from './open-centre.ts';

/** What is published, and where. */
export interface KnowledgePublishOptions {
  /**
   * `'keep'`: what stage 1 has learned. `'text'`: the vectors that the language model has of items.
   * `'towers'`: the user and item tower of a trained model, whose dot product is read. Default `'keep'`.
   */
  space?: 'keep' | 'text' | 'towers';
  /** A pre-trained version; for towers, a trained model. Default: the newest. */
  version?: string;
  /** A folder, or the URL of a Redis. Default: `knowledge/centre` in the workspace. */
  store?: string;
  /**
   * Publish the entries mapped onto an earlier version, for rankers that were trained with it: `true`
   * for the newest one, or options. Default false: as they are, for rankers trained with this version.
   */
  align?: boolean | AlignOptions;
  /** How numbers are stored. Default `'fp32'`: exactly those that rankers train on. */
  precision?: KnowledgePrecision;
  /**
   * Entries by user and category, of the space `keep`; false for none. They are left out if no item has
   * a category, and if the version that is aligned to has none.
   */
  userCategories?: UserCategoryOptions | false;
  /** 1 to 256. Default 1. */
  threads?: number;
}

/** The version that is published now. */
export interface KnowledgePublishResult {
  space: string;
  published: KnowledgeVersion;
  /** The space had this version, so nothing was done. */
  unchanged: boolean;
  /** The pre-trained version, the trained model or the encoder that was published. */
  model: string;
  /** The folder or the URL, without a password. */
  store: string;
  seconds: number;
}

export async function knowledgePublish(
  state: WorkspaceState,
  options: KnowledgePublishOptions,
  { progress, signal }: RunContext,
): Promise<KnowledgePublishResult> {
  const { space = KEEP_SPACE, align = false, precision = 'fp32', threads } = options;
  checkOptions({ threads });
  const started = performance.now();
  const source = await sourceOf(state, options);
  try {
    // The id of an encoder may contain what a name of a version may not.
    const name = space === 'text' ? newVersion() : source.model;
    const to = typeof align === 'object' ? align.to : undefined;
    // Each target is a version of its own: what is aligned to one cannot be read by models of another.
    const version = align === false ? name : to === undefined ? `${name}-aligned` : `${name}-aligned-to-${to}`;
    return await withCentre(state, options.store, async (centre) => {
      const versions = await centre.versions(space);
      const existing = versions.find((one) => one.version === version);
      const target = to === undefined ? versions.at(-1) : versions.find((one) => one.version === to);
      const isRead = align === false || target === undefined || target.schema.userCategory.length > 0;
      const offered = isRead ? source : withoutCategories(source);
      const published =
        existing ??
        (await centre.publish(space, {
          version,
          schema: offered.schema,
          entries: reported(offered),
          precision,
          ...(align !== false && { align: align === true ? {} : align }),
        }));
      return {
        space,
        published: withoutUnknown(space, published),
        unchanged: existing !== undefined,
        model: source.model,
        store: withoutPassword(options.store) ?? 'knowledge/centre',
        seconds: (performance.now() - started) / 1000,
      };
    });
  } finally {
    await source.close();
  }

  async function* reported({ entries, total }: ModelSpace) {
    let done = 0;
    for await (const batch of entries) {
      signal?.throwIfAborted();
      yield batch;
      if (batch.kind !== 'userCategory') done += batch.ids.length;
      progress?.({ stage: 'publish', done, total, unit: 'entries' });
    }
  }
}

function sourceOf(
  state: WorkspaceState,
  { space, version, userCategories, threads }: KnowledgePublishOptions,
): Promise<ModelSpace> {
  if (space === 'text') return textSpace(state);
  return space === 'towers' ? towersSpace(state, version) : keepSpace(state, { version, userCategories, threads });
}

/** For models that were trained with a version without entries by user and category. */
function withoutCategories({ schema, entries, ...source }: ModelSpace): ModelSpace {
  async function* others() {
    for await (const batch of entries) if (batch.kind !== 'userCategory') yield batch;
  }
  return { ...source, schema: { ...schema, userCategory: [] }, entries: others() };
}

/** A version with the number of the entries of users and items that have a name. */
export function withoutUnknown(space: string, version: KnowledgeVersion): KnowledgeVersion {
  if (space !== KEEP_SPACE) return version;
  const { user, item, ...others } = version.entries;
  return { ...version, entries: { user: Math.max(0, user - 1), item: Math.max(0, item - 1), ...others } };
}

const withoutPassword = (place: string | undefined) => place?.replace(/\/\/[^@/]*@/, '//');
