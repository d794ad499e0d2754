/**
 * The orderings that LEARN's paper reports, of `learn-paper` on one catalogue, on validation: item towers (no alignment, (c),
 * (b), (a)), losses, what an item is known by, whitening, items that training has never seen, and beginning at other
 * catalogues. Small budgets and small networks: the figures say which of two is better here, not how good either can be.
 *
 * Data: the directory given, else `../shared/data/amazon18-scientific` where that is, else a simulated shop. Pre-training is on
 * those of `OTHERS` that lie beside it; without any, it is left out. `--quick` is two epochs on a small simulated shop. What is
 * encoded stays in `.lorekeep-bench/` (git-ignored), where `quality` has it too. `LOREKEEP_ORDERINGS_SEEDS=1` (of 1 and 2) and
 * `LOREKEEP_ORDERINGS_RUNS=full_tower_b,new_items` (names of `RUNS`, `new_items`, `pretraining`) ask for less.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { writeSimulatedShop } from '@lorekeep/datasets';
import {
  baselines,
  createRankEvaluator,
  evaluationCases,
  leaveOneOut,
  metricsOfRanks,
  type Split,
} from '@lorekeep/evaluation';
import { evaluateTrained, readInitialTowers, resolveConfig, writeBundle } from '@lorekeep/recommender';
import { type InitialTowers, type TrainedTowers, trainTowers } from '@lorekeep/towers';
import { type Catalogue, keptWorkspace, loadCatalogue, together, withNewItems } from './catalogue.ts';
import { defaultData } from './default-data.ts';
import type { BenchOptions, BenchResult } from './result.ts';
import { listSetting, wholeSetting } from './settings.ts';

/** Catalogues for pre-training, and of how many users of each. */
const OTHERS = ['amazon18-instruments', 'amazon18-arts', 'amazon18-games'];
const OTHER_USERS = 10_000;
const SEEDS = [1, 2];
/** What can be asked for beside the runs. */
const NEW = 'new_items';
const TRANSFER = 'pretraining';
const EPOCHS = 20;
const PRETRAIN_EPOCHS = 5;
/** An epoch of `dense` asks about one cut of each user's events, one of another loss about every event: of the former, so many more. */
const DENSE_PASSES = 4;
/** Share of the items that are made new for the cold items' figures. */
const NEW_ITEMS = 0.1;

/**
 * Half the preset's width and depth, so that all runs together take minutes. None is stopped early: some of the variants fall behind their
 * start before they rise above it.
 */
const SMALL = { hidden: 64, dim: 64, heads: 2, layers: 1, learningRate: 2e-3, batchPositions: 1024, patience: EPOCHS };
/** Text and ID, each able to stand alone. */
const BOTH = { id: true, alignment: 0.1, idDropout: 0.3 };

/** Name in the figures → what replaces options of `learn-paper`. */
export const RUNS: Record<string, Record<string, unknown>> = {
  in_batch_tower_a: { loss: 'in-batch', itemTower: 'sequence' },
  in_batch_tower_b: { loss: 'in-batch' },
  in_batch_tower_c: { loss: 'in-batch', itemTower: 'content-space' },
  dense_tower_a: { loss: 'dense', itemTower: 'sequence' },
  dense_tower_b: { loss: 'dense' },
  dense_tower_b_without_log_q: { loss: 'dense', logQ: false },
  full_tower_b: {},
  full_tower_c: { itemTower: 'content-space' },
  sampled_tower_b: { loss: 'sampled' },
  id_only: { content: false, id: true },
  content_and_id: BOTH,
  content_and_id_unaligned: { ...BOTH, alignment: 0 },
  zca: { whitening: 'zca' },
  pca: { whitening: 'pca' },
};

interface RunOptions {
  epochs: number;
  seed: number;
  initial?: InitialTowers;
}

export function trainVariant(
  { corpus, content, contentInfo }: Catalogue,
  overrides: Record<string, unknown>,
  { epochs, seed, initial }: RunOptions,
): Promise<TrainedTowers> {
  const passes = overrides.loss === 'dense' ? DENSE_PASSES * epochs : epochs;
  const config = resolveConfig('learn-paper', { ...SMALL, epochs: passes, ...overrides });
  return trainTowers({ corpus, content, contentInfo, preset: 'learn-paper', config, seed, initial });
}

/** Recall@10 and NDCG@10 on validation. */
export async function quality(trained: TrainedTowers): Promise<[number, number]> {
  const { metrics } = await evaluateTowers(trained, 'valid');
  return [metrics['recall@10'], metrics['ndcg@10']];
}

/**
 * Cosine of the raw vectors to the last item's, by which that item itself comes first: what the towers have to unlearn too. The baseline
 * `last-item-knn` leaves it out.
 */
async function withoutAlignment(split: Split, { content, contentInfo: { dim } }: Catalogue): Promise<[number, number]> {
  const asked = questions(split, 'valid');
  const vectors = new Float32Array(content.length);
  for (let first = 0; first < content.length; first += dim) {
    const row = content.subarray(first, first + dim);
    const length = Math.hypot(...row) || 1;
    vectors.set(
      row.map((value) => value / length),
      first,
    );
  }
  const users = new Float32Array(asked.length * dim);
  asked.forEach(({ history }, at) => {
    const last = history[history.length - 1] * dim;
    users.set(vectors.subarray(last, last + dim), at * dim);
  });
  const ranker = createRankEvaluator();
  const targets = asked.map(({ target }) => target);
  const ranks = await ranker.byVectors(users, vectors, dim, targets).finally(() => ranker.close());
  const metrics = metricsOfRanks(ranks);
  return [metrics['recall@10'], metrics['ndcg@10']];
}

/** The same of those validation and test questions alone whose target is a new item. */
export async function qualityOnNewItems(catalogue: Catalogue, overrides: Record<string, unknown>, options: RunOptions) {
  const { corpus, fresh } = withNewItems(catalogue.corpus, NEW_ITEMS, options.seed);
  const trained = await trainVariant({ ...catalogue, corpus }, overrides, options);
  const ranks: number[] = [];
  for (const set of ['valid', 'test'] as const) {
    const evaluation = await evaluateTowers(trained, set);
    questions(trained.split, set).forEach(({ target }, at) => {
      if (fresh.has(target)) ranks.push(evaluation.ranks[at]);
    });
  }
  const metrics = metricsOfRanks(Float64Array.from(ranks));
  return [metrics['recall@10'], metrics['ndcg@10'], ranks.length] as const;
}

/** Towers of the other catalogues, as a bundle that a run can begin at. */
export async function pretrain(others: Catalogue[], work: string, options: RunOptions): Promise<InitialTowers> {
  const overrides = { loss: 'in-batch', validationUsers: 2000 };
  const trained = await trainVariant(together(others, OTHER_USERS), overrides, options);
  const { metrics } = await evaluateTowers(trained, 'valid');
  const path = join(work, 'pretrained');
  await writeBundle(path, trained, { valid: metrics, test: metrics, baselines: {} });
  return readInitialTowers(path);
}

export async function run({ quick, data, log }: BenchOptions): Promise<BenchResult> {
  const seeds = wholeSetting('LOREKEEP_ORDERINGS_SEEDS', SEEDS);
  const everything = [...Object.keys(RUNS), NEW, TRANSFER];
  const wanted = listSetting('LOREKEEP_ORDERINGS_RUNS', everything, everything);
  const runs = Object.keys(RUNS).filter((name) => wanted.includes(name));
  const work = await mkdtemp(join(tmpdir(), 'lorekeep-bench-'));
  try {
    let source = data ?? (quick ? undefined : defaultData());
    if (source === undefined) {
      source = join(work, 'simulated');
      await writeSimulatedShop(source, { events: quick ? 5_000 : 100_000 });
    }
    log(`reading and encoding ${basename(source)}`);
    const workspaceOf = (path: string) => (path.startsWith(work) ? join(work, 'own') : keptWorkspace(basename(path)));
    const catalogue = await loadCatalogue(source, workspaceOf(source));
    const figures: Record<string, number> = {};
    const add = (name: string, [recall, ndcg]: readonly [number, number, ...number[]]) => {
      log(`${name}: recall@10 ${recall.toFixed(4)}, NDCG@10 ${ndcg.toFixed(4)}`);
      for (const [metric, value] of [
        ['recall', recall],
        ['ndcg', ndcg],
      ] as const) {
        const key = `${name}_${metric}_at_10`;
        figures[key] = (figures[key] ?? 0) + value / seeds.length;
      }
    };
    const split = leaveOneOut(catalogue.corpus);
    const unaligned = await withoutAlignment(split, catalogue);
    const neighbours = (await baselines(split, 'valid', catalogue.content))['last-item-knn']?.metrics;
    for (const seed of seeds) {
      const options = { seed, epochs: quick ? 2 : EPOCHS };
      add('no_alignment', unaligned);
      add('last_item_knn', [neighbours?.['recall@10'] ?? 0, neighbours?.['ndcg@10'] ?? 0]);
      for (const name of runs) add(name, await quality(await trainVariant(catalogue, RUNS[name], options)));
      if (wanted.includes(NEW)) {
        add('new_items_id_only', await qualityOnNewItems(catalogue, RUNS.id_only, options));
        add('new_items_content_and_id', await qualityOnNewItems(catalogue, BOTH, options));
      }
      if (!wanted.includes(TRANSFER)) continue;
      const others = OTHERS.map((name) => join(dirname(source), name)).filter(
        (path) => path !== source && existsSync(path),
      );
      if (others.length === 0) continue;
      const loaded: Catalogue[] = [];
      for (const path of others) {
        log(`reading and encoding ${basename(path)}`);
        loaded.push(await loadCatalogue(path, workspaceOf(path)));
      }
      const initial = await pretrain(loaded, work, { seed, epochs: quick ? 2 : PRETRAIN_EPOCHS });
      add('zero_shot', await quality(await trainVariant(catalogue, {}, { ...options, epochs: 0, initial })));
      add('pretrained', await quality(await trainVariant(catalogue, {}, { ...options, initial })));
      await rm(join(work, 'pretrained'), { recursive: true });
    }
    return { figures, peers: {}, ratios: {} };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
