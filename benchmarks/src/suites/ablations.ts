/**
 * The comparisons that LEARN's paper reports, with `learn-paper` on one catalogue, on validation:
 * item towers (no alignment, (c), (b), (a)), losses, item features, whitening, items that are new
 * at evaluation, and pre-training on other catalogues. Epochs and networks are small, so the
 * figures say which of two variants is better here, not how good either can be.
 *
 * Data: the given directory, else `../shared/data/amazon18-scientific`, else a simulated shop.
 * Pre-training uses those of `OTHERS` that lie beside the data; without any, it is left out.
 * `--quick`: two epochs on a small simulated shop. Vectors stay in `.lorekeep-bench/`
 * (git-ignored), where `quality` uses them too. Settings:
 *
 *     LOREKEEP_ABLATIONS_SEEDS=1                        other seeds than 1 and 2
 *     LOREKEEP_ABLATIONS_RUNS=full_tower_b,new_items    fewer runs: names of `RUNS`, `new_items`,
 *                                                       `pretraining`
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Overrides } from '@lorekeep/core';
import { writeSimulatedShop } from '@lorekeep/datasets';
import {
  baselines,
  createRankEvaluator,
  evaluationCases,
  leaveOneOut,
  type Metrics,
  metricsOfRanks,
} from '@lorekeep/evaluation';
import {
  evaluateTrained,
  readInitialTowers,
  type recommenderOptions,
  resolveConfig,
  type TrainedRecommender,
  trainRecommender,
  writeBundle,
} from '@lorekeep/recommender';
import type { InitialTowers } from '@lorekeep/towers';
import { type Catalogue, loadCatalogue } from '../data/catalogue.ts';
import { defaultData } from '../data/default-data.ts';
import { joinCatalogues, withNewItems } from '../data/logs.ts';
import { keptWorkspace } from '../paths.ts';
import type { BenchOptions, BenchResult } from '../result.ts';
import { listSetting, wholeSetting } from '../settings.ts';

type Variant = Overrides<typeof recommenderOptions>;

const PRESET = 'learn-paper';
/** Catalogues for pre-training, and the number of users of each. */
const OTHERS = ['amazon18-instruments', 'amazon18-arts', 'amazon18-games'];
const OTHER_USERS = 10_000;
const SEEDS = [1, 2];
/** What `LOREKEEP_ABLATIONS_RUNS` can name besides the runs. */
const NEW_ITEMS = 'new_items';
const PRETRAINING = 'pretraining';
const EPOCHS = 20;
const QUICK_EPOCHS = 2;
const PRETRAINING_EPOCHS = 5;
/**
 * An epoch of `dense` reads one cut of each user's events, an epoch of the other losses every
 * event. `dense` therefore gets this number of times the epochs.
 */
const DENSE_PASSES = 4;
/** Share of the items that are made new. */
const NEW_SHARE = 0.1;

/**
 * Half the preset's width and depth, so that all runs together take minutes. No run is stopped
 * early: some variants fall below their start before they rise above it.
 */
const SMALL = {
  network: { hidden: 64, dim: 64, heads: 2, layers: 1 },
  training: { learningRate: 2e-3, batchPositions: 1024, patience: EPOCHS },
} satisfies Variant;

/** Text and ID, each trained to work alone. */
const CONTENT_AND_ID = { id: true, alignment: 0.1, idDropout: 0.3 } satisfies Variant['items'];

/** Name in the figures → options that differ from `learn-paper`. */
const RUNS: Record<string, Variant> = {
  in_batch_tower_a: { loss: { kind: 'in-batch' }, network: { itemTower: 'sequence' } },
  in_batch_tower_b: { loss: { kind: 'in-batch' } },
  in_batch_tower_c: { loss: { kind: 'in-batch' }, network: { itemTower: 'content-space' } },
  dense_tower_a: { loss: { kind: 'dense' }, network: { itemTower: 'sequence' } },
  dense_tower_b: { loss: { kind: 'dense' } },
  dense_tower_b_without_log_q: { loss: { kind: 'dense', logQ: false } },
  full_tower_b: {},
  full_tower_c: { network: { itemTower: 'content-space' } },
  sampled_tower_b: { loss: { kind: 'sampled' } },
  id_only: { items: { content: false, id: true } },
  content_and_id: { items: CONTENT_AND_ID },
  content_and_id_unaligned: { items: { ...CONTENT_AND_ID, alignment: 0 } },
  zca: { items: { whitening: 'zca' } },
  pca: { items: { whitening: 'pca' } },
};

interface Training {
  epochs: number;
  seed: number;
  initial?: InitialTowers;
}

/** Recall@10 and NDCG@10. */
type Quality = readonly [recall: number, ndcg: number];

const qualityOf = (metrics: Metrics | undefined): Quality => [metrics?.['recall@10'] ?? 0, metrics?.['ndcg@10'] ?? 0];

function trainVariant(
  catalogue: Catalogue,
  { items, network, loss, training }: Variant,
  { epochs, seed, initial }: Training,
): Promise<TrainedRecommender> {
  const passes = loss?.kind === 'dense' ? DENSE_PASSES * epochs : epochs;
  const config = resolveConfig(PRESET, {
    items: { ...items },
    network: { ...SMALL.network, ...network },
    loss: { ...loss },
    training: { ...SMALL.training, epochs: passes, ...training },
  });
  return trainRecommender({ ...catalogue, preset: PRESET, config, seed, initial });
}

/** On validation. */
async function evaluateVariant(catalogue: Catalogue, variant: Variant, training: Training): Promise<Quality> {
  const trained = await trainVariant(catalogue, variant, training);
  return qualityOf((await evaluateTrained(trained, 'valid')).metrics);
}

/**
 * Ranking by the cosine of the raw vectors with that of the last item. The last item itself is
 * ranked too, as for the towers, and comes first. The baseline `last-item-knn` leaves it out.
 */
async function rankWithoutAlignment({ log, content, contentInfo: { dim } }: Catalogue): Promise<Quality> {
  const cases = evaluationCases(leaveOneOut(log), 'valid');
  const vectors = new Float32Array(content.length);
  for (let first = 0; first < content.length; first += dim) {
    const row = content.subarray(first, first + dim);
    const length = Math.hypot(...row) || 1;
    vectors.set(
      row.map((value) => value / length),
      first,
    );
  }
  const users = new Float32Array(cases.length * dim);
  cases.forEach(({ history }, at) => {
    const last = history[history.length - 1] * dim;
    users.set(vectors.subarray(last, last + dim), at * dim);
  });
  const ranker = createRankEvaluator();
  const targets = cases.map(({ target }) => target);
  const ranks = await ranker.byVectors(users, vectors, dim, targets).finally(() => ranker.close());
  return qualityOf(metricsOfRanks(ranks));
}

/** Of those validation and test cases whose target is a new item. */
async function evaluateOnNewItems(catalogue: Catalogue, variant: Variant, training: Training): Promise<Quality> {
  const { log, newRows } = withNewItems(catalogue.log, NEW_SHARE, training.seed);
  const trained = await trainVariant({ ...catalogue, log }, variant, training);
  const ranks: number[] = [];
  for (const set of ['valid', 'test'] as const) {
    const evaluation = await evaluateTrained(trained, set);
    evaluationCases(trained.split, set).forEach(({ target }, at) => {
      if (newRows.has(target)) ranks.push(evaluation.ranks[at]);
    });
  }
  return qualityOf(metricsOfRanks(Float64Array.from(ranks)));
}

/** Towers trained on the other catalogues, as a bundle that a run can start from. */
async function pretrain(others: Catalogue[], work: string, training: Training): Promise<InitialTowers> {
  const variant: Variant = { loss: { kind: 'in-batch' }, training: { validationUsers: 2000 } };
  const trained = await trainVariant(joinCatalogues(others, OTHER_USERS), variant, training);
  const { metrics } = await evaluateTrained(trained, 'valid');
  const path = join(work, 'pretrained');
  await writeBundle(path, trained, { valid: metrics, test: metrics, baselines: {} });
  const initial = await readInitialTowers(path);
  await rm(path, { recursive: true });
  return initial;
}

export async function run({ quick, data, log }: BenchOptions): Promise<BenchResult> {
  const seeds = wholeSetting('LOREKEEP_ABLATIONS_SEEDS', SEEDS);
  const everything = [...Object.keys(RUNS), NEW_ITEMS, PRETRAINING];
  const wanted = listSetting('LOREKEEP_ABLATIONS_RUNS', everything, everything);
  const work = await mkdtemp(join(tmpdir(), 'lorekeep-bench-'));
  try {
    const source = data ?? (quick ? undefined : defaultData()) ?? (await simulated(work, quick));
    const load = (path: string) => {
      log(`reading and encoding ${basename(path)}`);
      return loadCatalogue(path, path.startsWith(work) ? join(work, 'own') : keptWorkspace(basename(path)));
    };
    const catalogue = await load(source);
    const figures: Record<string, number> = {};
    /** Adds a seed's share to the mean over seeds. */
    const add = (name: string, [recall, ndcg]: Quality) => {
      log(`${name}: recall@10 ${recall.toFixed(4)}, NDCG@10 ${ndcg.toFixed(4)}`);
      for (const [metric, value] of Object.entries({ recall, ndcg })) {
        const key = `${name}_${metric}_at_10`;
        figures[key] = (figures[key] ?? 0) + value / seeds.length;
      }
    };
    const unaligned = await rankWithoutAlignment(catalogue);
    const untrained = await baselines(leaveOneOut(catalogue.log), 'valid', catalogue.content);
    for (const seed of seeds) {
      const training = { seed, epochs: quick ? QUICK_EPOCHS : EPOCHS };
      add('no_alignment', unaligned);
      add('last_item_knn', qualityOf(untrained['last-item-knn']?.metrics));
      for (const [name, variant] of Object.entries(RUNS))
        if (wanted.includes(name)) add(name, await evaluateVariant(catalogue, variant, training));
      if (wanted.includes(NEW_ITEMS)) {
        add('new_items_id_only', await evaluateOnNewItems(catalogue, RUNS.id_only, training));
        add('new_items_content_and_id', await evaluateOnNewItems(catalogue, RUNS.content_and_id, training));
      }
      const others = wanted.includes(PRETRAINING) ? othersBeside(source) : [];
      if (others.length === 0) continue;
      const loaded: Catalogue[] = [];
      for (const path of others) loaded.push(await load(path));
      const initial = await pretrain(loaded, work, { seed, epochs: quick ? QUICK_EPOCHS : PRETRAINING_EPOCHS });
      add('zero_shot', await evaluateVariant(catalogue, {}, { ...training, epochs: 0, initial }));
      add('pretrained', await evaluateVariant(catalogue, {}, { ...training, initial }));
    }
    return { figures, peers: {}, ratios: {} };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function simulated(work: string, quick: boolean): Promise<string> {
  const folder = join(work, 'simulated');
  await writeSimulatedShop(folder, { events: quick ? 5_000 : 100_000 });
  return folder;
}

const othersBeside = (source: string): string[] =>
  OTHERS.map((name) => join(dirname(source), name)).filter((path) => path !== source && existsSync(path));
