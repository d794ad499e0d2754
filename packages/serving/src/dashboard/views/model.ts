/** The answer of `GET /v1/admin/model`, from manifests alone. */
import { join } from 'node:path';
import { errorCode } from '@lorekeep/core';
import type { Model, Quality } from '@lorekeep/dashboard';
import { type BundleManifest, type PublicationManifest, readCurrent, readManifest } from '@lorekeep/recommender';
import type { DashboardWorkspace } from '../source.ts';

type Metrics = BundleManifest['metrics']['test'];
type ModelSummary = NonNullable<Model['model']>;
type Version = Model['versions'][number];

/** A reader of one workspace. A version never changes, so each manifest is read once. */
export function createModelView(workspace: () => DashboardWorkspace): () => Promise<Model> {
  const manifests = new Map<string, BundleManifest | null>();
  const manifestAt = async (folder: string): Promise<BundleManifest | null> => {
    const known = manifests.get(folder);
    if (known !== undefined) return known;
    const manifest = await readManifest(folder).catch((error: unknown) => {
      if (errorCode(error).startsWith('BUNDLE_')) return null;
      throw error;
    });
    manifests.set(folder, manifest);
    return manifest;
  };

  return async () => {
    const { dir, modelVersions } = workspace();
    const current = await readCurrent(dir).catch((error: unknown) => {
      if (errorCode(error) === 'PUBLICATION_MISSING') return undefined;
      throw error;
    });
    const publication = current?.manifest;
    const served = current === undefined ? null : await manifestAt(join(current.directory, bundleIn(current.manifest)));
    const names = await modelVersions();
    for (const folder of manifests.keys())
      if (!isListed(folder, dir, names, current?.directory)) manifests.delete(folder);
    const versions = await Promise.all(
      names.map(async (name) => versionOf(name, await manifestAt(join(dir, 'models', name)), publication)),
    );
    return {
      publication: publication === undefined ? null : publicationOf(publication),
      model: served === null ? null : summaryOf(served),
      versions: versions.reverse(),
    };
  };
}

const bundleIn = ({ format }: PublicationManifest) => (format === 1 ? 'towers' : 'model');

const isListed = (folder: string, dir: string, names: readonly string[], publication: string | undefined) =>
  (publication !== undefined && folder.startsWith(publication)) ||
  names.some((name) => folder === join(dir, 'models', name));

function publicationOf({ version, createdAt, data, encoder, template }: PublicationManifest): Model['publication'] {
  const { name, isLanguageModel } = encoder;
  const { items, events } = data;
  return { version, createdAt, items, events, encoder: name, isLanguageModel, template };
}

function summaryOf(manifest: BundleManifest): ModelSummary {
  const { version, preset, createdAt, protocol, refit, seed, data, seconds, metrics, reranker } = manifest;
  const { newItems } = reranker ?? {};
  return {
    version,
    preset,
    trainedAt: createdAt,
    protocol: String(protocol ?? 'leave-one-out'),
    refit: refit?.on ?? null,
    seed,
    data: { users: data.users, items: data.items, events: data.events },
    seconds: seconds ?? null,
    curves: curvesOf(manifest),
    valid: qualityOf(metrics.valid),
    test: qualityOf(metrics.test),
    baselines: Object.fromEntries(Object.entries(metrics.baselines).map(([name, own]) => [name, qualityOf(own)])),
    newItems:
      newItems === undefined
        ? null
        : {
            examples: newItems.examples,
            covered: newItems.covered,
            offset: newItems.offset,
            rareUsers: newItems.rareUsers,
            bestEpoch: newItems.bestEpoch,
          },
    reranker: reranker === undefined ? null : { used: reranker.used, towerWeight: reranker.towerWeight },
  };
}

function curvesOf({ training, reranker }: BundleManifest): ModelSummary['curves'] {
  const curves: ModelSummary['curves'] = [];
  if (training !== undefined)
    curves.push({
      name: 'towers',
      unit: 'NDCG@10 on validation',
      points: training.records.map(({ epoch, ndcg }) => ({ epoch, value: ndcg })),
      kept: training.bestEpoch,
    });
  const losses = [
    ['re-ranker', reranker?.training],
    ['new items', reranker?.newItems],
  ] as const;
  for (const [name, own] of losses)
    if (own !== undefined)
      curves.push({
        name,
        unit: 'Loss on held-out examples',
        points: own.losses.map((value, epoch) => ({ epoch, value })),
        kept: own.bestEpoch,
      });
  return curves;
}

function qualityOf({ users, ...metrics }: Metrics): Quality {
  const share = (value: number) => ({ value, interval: users === 0 ? null : wilson(value, users) });
  return {
    users,
    recallAt10: share(metrics['recall@10']),
    // A mean of graded gains: its interval needs the gain of every user, which a manifest does not have.
    ndcgAt10: { value: metrics['ndcg@10'], interval: null },
    recallAt50: share(metrics['recall@50']),
    mrr: { value: metrics.mrr, interval: null },
  };
}

/**
 * The 95 % interval of a share of `n` users. There is one target a user, so recall is such a share.
 * Wilson, E. B. (1927), Probable inference, the law of succession, and statistical inference.
 */
export function wilson(share: number, n: number): [number, number] {
  const z = 1.959964;
  const scale = 1 + (z * z) / n;
  const centre = (share + (z * z) / (2 * n)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

function versionOf(
  version: string,
  manifest: BundleManifest | null,
  publication: PublicationManifest | undefined,
): Version {
  const isServed = publication?.model === version;
  if (manifest === null)
    return {
      version,
      state: 'unreadable',
      preset: null,
      trainedAt: null,
      events: null,
      testNdcgAt10: null,
      testUsers: null,
    };
  const { preset, createdAt, data, metrics } = manifest;
  return {
    version,
    state: isServed ? 'served' : 'kept',
    preset,
    trainedAt: createdAt,
    events: data.events,
    testNdcgAt10: metrics.test.users === 0 ? null : metrics.test['ndcg@10'],
    testUsers: metrics.test.users,
  };
}
