/**
 * A publication: everything that the engine needs to answer, in one directory that never changes
 * after it is written.
 *
 *     published/<version>/manifest.json       what it is, the recall of the index, SHA-256 of every file
 *     published/<version>/items.json          ids, text hashes and popularity, in row order
 *     published/<version>/items.safetensors   inputs [items × inputDim], what the user tower reads of each item
 *     published/<version>/index.<kind>        the item vectors, searchable; keys are rows
 *     published/<version>/model/              the trained bundle (hard links if the disk allows them)
 *     published/current                       the live version: one line
 *
 * In format 1 the bundle is in `towers/`; such publications are read too. Format 3 is a publication
 * without a model: there is no bundle, and items.safetensors also has the mean [dim] of the text
 * vectors.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ArtefactFolder,
  currentVersion,
  findDamage,
  isVersionName,
  pruneVersions,
  setCurrentVersion,
} from '@lorekeep/core';
import type { ItemTemplate } from '@lorekeep/encoder';
import { readSafetensors } from '@lorekeep/graph';
import type { EventRules } from '@lorekeep/store';
import type { IndexKind, VectorIndex } from '@lorekeep/vector-index';
import { openIndexAdapter } from '@lorekeep/vector-index';
import { type LoadOptions, openBundle } from '../bundle/load.ts';
import type { ServedModel } from '../bundle/served-model.ts';
import { createTextModel } from '../bundle/text-model.ts';
import { errors } from '../errors.ts';

/** Versions kept by default, the live one included, so that a shop can go back. */
export const KEPT_VERSIONS = 3;

export const PUBLICATION_FORMAT = 2;
export const FORMAT_WITHOUT_MODEL = 3;

/** Where a publication of that format has its bundle. */
export const bundleFolder = (format: PublicationManifest['format']) => (format === 1 ? 'towers' : 'model');

/** What a published version is. It is `manifest.json` of the publication. */
export interface PublicationManifest {
  format: 1 | typeof PUBLICATION_FORMAT | typeof FORMAT_WITHOUT_MODEL;
  kind: 'publication';
  /** The directory's name; sorts by time. */
  version: string;
  /** Unix seconds. */
  createdAt: number;
  /**
   * `BundleManifest.version`. `null`: there is no model. Lists come from the texts, from popularity
   * and from the order of arrival.
   */
  model: string | null;
  encoder: { id: string; name: string; dim: number; isLanguageModel: boolean };
  template: ItemTemplate;
  /**
   * `events`: number in the store at the time; the popularity in `items.json` is of these, under these
   * `rules`. `deletions`: those that it takes into account. Older publications have no rules, and no
   * deletions, which stands for 0.
   */
  data: { items: number; events: number; rules?: EventRules; deletions?: number };
  index: {
    kind: IndexKind;
    dim: number;
    size: number;
    /** Measured: the smallest breadth with `recallAt10` ≥ .99, or else the largest tried. */
    ef: number;
    /** Against an exact scan: the mean over `queries` users (or items, in a shop without users). */
    recallAt10: number;
    queries: number;
  };
  /** File, relative to this directory → SHA-256. */
  files: Record<string, string>;
}

export interface PublishedItems {
  ids: string[];
  /** SHA-256 of the text of each item, '' for an item without text. */
  texts: string[];
  /**
   * Users who chose each item, at publication; in publications of older versions, events. The name of
   * the field is that of the format.
   */
  events: number[];
}

/** A publication in memory. */
export interface Publication {
  directory: string;
  manifest: PublicationManifest;
  bundle: ServedModel;
  index: VectorIndex;
  items: PublishedItems;
  /** `[items × inputDim]` */
  inputs: Float32Array;
}

export const publications = (workspace: string): ArtefactFolder => ({
  root: join(workspace, 'published'),
  pointer: 'current',
});

/**
 * The live version of a workspace.
 *
 * @throws LorekeepError `PUBLICATION_MISSING` before the first publication, `PUBLICATION_CORRUPT`
 */
export async function readCurrent(workspace: string): Promise<{ directory: string; manifest: PublicationManifest }> {
  const folder = publications(workspace);
  const { root } = folder;
  const version = await currentVersion(folder).catch((error) => {
    throw errors.PUBLICATION_CORRUPT({ directory: root, reason: 'the file "current" cannot be read' }, error);
  });
  if (version === undefined) throw errors.PUBLICATION_MISSING({ workspace });
  if (!isVersionName(version))
    throw errors.PUBLICATION_CORRUPT({ directory: root, reason: 'the file "current" names no version' });
  const directory = join(root, version);
  let manifest: PublicationManifest;
  try {
    manifest = JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8')) as PublicationManifest;
  } catch (error) {
    throw errors.PUBLICATION_CORRUPT({ directory, reason: 'its manifest.json cannot be read' }, error);
  }
  if (manifest?.kind !== 'publication' || ![1, PUBLICATION_FORMAT, FORMAT_WITHOUT_MODEL].includes(manifest.format)) {
    throw errors.PUBLICATION_CORRUPT({
      directory,
      reason: 'its manifest.json is of a format that this program does not know',
    });
  }
  return { directory, manifest };
}

/**
 * Opens a version after every file was checked against its SHA-256.
 *
 * @throws LorekeepError `PUBLICATION_CORRUPT`; `INDEX_ADAPTER_MISSING` if its index kind is not
 *   installed
 */
export async function openPublication(
  directory: string,
  manifest: PublicationManifest,
  options: LoadOptions = {},
): Promise<Publication> {
  const damage = await findDamage(directory, manifest.files);
  if (damage !== undefined) {
    const reason = damage.actual === undefined ? 'cannot be read' : 'has another checksum than what was written';
    throw errors.PUBLICATION_CORRUPT({ directory, reason: `${damage.file} ${reason}` }, damage.cause);
  }
  const { kind, dim, ef, size } = manifest.index;
  const items = JSON.parse(await readFile(join(directory, 'items.json'), 'utf8')) as PublishedItems;
  const { arrays } = await readSafetensors(join(directory, 'items.safetensors'));
  const inputs = arrays.inputs.data as Float32Array;
  const adapter = await openIndexAdapter(kind);
  const index = await adapter.open(join(directory, `index.${kind}`), { dim, ef, capacity: size });
  const bundle = await openModel(directory, manifest, arrays.mean?.data as Float32Array | undefined, options).catch(
    async (error: unknown) => {
      await index.close();
      throw error;
    },
  );
  const fits =
    items.ids.length === manifest.data.items &&
    inputs.length === items.ids.length * bundle.inputDim &&
    bundle.dim === dim &&
    index.size === size;
  if (!fits) {
    await index.close();
    await bundle.close();
    throw errors.PUBLICATION_CORRUPT({ directory, reason: 'its parts do not fit together' });
  }
  return { directory, manifest, bundle, index, items, inputs };
}

async function openModel(
  directory: string,
  { format, model }: PublicationManifest,
  mean: Float32Array | undefined,
  options: LoadOptions,
): Promise<Publication['bundle']> {
  if (model !== null) return openBundle(join(directory, bundleFolder(format)), options);
  if (mean !== undefined) return createTextModel(mean);
  throw errors.PUBLICATION_CORRUPT({ directory, reason: 'items.safetensors has no mean of the text vectors' });
}

/** Makes a finished version the live one, and removes all but the newest `keep`. */
export async function makeLive(workspace: string, version: string, keep: number): Promise<void> {
  const folder = publications(workspace);
  await setCurrentVersion(folder, version);
  await pruneVersions(folder, keep);
}
