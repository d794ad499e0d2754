/**
 * Named configurations, each complete.
 *
 * * `learn`: the default: text and ID. The linear model, a second stage over its candidates, and towers that begin at it; the
 *   first places are ordered by whichever is best on validation, new items by the towers.
 * * `linear`: the linear model alone, its settings chosen on validation: solved, not trained. The towers in its bundle are its
 *   twin-tower form, for the index.
 * * `content-only`, `id-only`: the same towers with one of the two and nothing on top, so that each one's share can be seen.
 * * `learn-paper`: LEARN as published (arXiv 2405.03988, fine-tuning on one Amazon category): text alone, linear adaptor,
 *   causal post-LN blocks with GELU and without positions, linear, cosine at τ = .05, the last 40 events, softmax over the full
 *   catalogue. Of the published size (4 blocks of width 768 with 12 heads) only the proportions are kept, so that it trains
 *   on a laptop; `{"layers": 4, "hidden": 768, "heads": 12, "dim": 768}` is that size.
 * * `sasrec`: SASRec (Kang & McAuley 2018) with its learned positions and the full softmax instead of one drawn negative,
 *   which is what makes it a strong baseline (Klenitskiy & Vasilev 2023). IDs alone.
 */
import type { TowerConfig } from './config.ts';

export type Preset = 'learn' | 'linear' | 'content-only' | 'id-only' | 'learn-paper' | 'sasrec';

const LEARN: TowerConfig = {
  content: true,
  id: true,
  whitening: 'none',
  idDropout: 0.1,
  alignment: 0,
  start: 'closed-form',
  residual: true,
  dim: 384,
  hidden: 64,
  layers: 1,
  heads: 2,
  block: 'pre-ln',
  positions: 'distance',
  maxHistory: 50,
  itemTower: 'adaptor',
  similarity: 'inner-product',
  neighbours: 200,
  loss: 'sampled',
  temperature: 0.3,
  negatives: 1024,
  samplingPower: 0.5,
  logQ: true,
  targetLength: 40,
  actions: 10,
  dropout: 0.2,
  learningRate: 2e-3,
  startRate: 0.3,
  weightDecay: 0.01,
  clipNorm: 1,
  averageDecay: 0,
  epochs: 5,
  patience: 3,
  validationUsers: 100_000,
  batchPositions: 1024,
  secondStage: true,
};

const LEARN_PAPER: TowerConfig = {
  ...LEARN,
  neighbours: 0,
  id: false,
  secondStage: false,
  start: 'random',
  residual: false,
  dim: 128,
  hidden: 128,
  layers: 2,
  heads: 4,
  block: 'post-ln',
  positions: 'none',
  maxHistory: 40,
  loss: 'full',
  itemTower: 'shared',
  similarity: 'cosine',
  temperature: 0.05,
  dropout: 0.1,
  learningRate: 1e-3,
  epochs: 20,
  batchPositions: 2048,
};

const SASREC: TowerConfig = {
  ...LEARN,
  neighbours: 0,
  content: false,
  secondStage: false,
  start: 'random',
  residual: false,
  dim: 128,
  hidden: 128,
  layers: 2,
  positions: 'learned',
  loss: 'full',
  temperature: 1,
  dropout: 0.5,
  learningRate: 1e-3,
  epochs: 60,
  patience: 8,
  batchPositions: 2048,
};

export const presets: Record<Preset, TowerConfig> = {
  learn: LEARN,
  linear: { ...LEARN, layers: 0, epochs: 0, neighbours: 100, secondStage: false },
  'content-only': { ...LEARN, id: false, neighbours: 0, secondStage: false },
  'id-only': { ...LEARN, content: false, neighbours: 0, secondStage: false },
  'learn-paper': LEARN_PAPER,
  sasrec: SASREC,
};
