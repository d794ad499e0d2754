/**
 * Named configurations, as what differs from the defaults of the option tables.
 *
 * * `learn`, the default: text and ID. The linear model, a re-ranker over its candidates, and
 *   towers that start at the linear model. The one that is best on validation orders the list.
 * * `linear`: the linear model alone (EASE with text). Its settings are chosen on validation; it is
 *   solved, not trained. The towers in its bundle start at its leading factors, for the index.
 * * `content-only`, `id-only`: the same towers with one of the two inputs and neither linear model
 *   nor re-ranker, so that the share of each input can be seen.
 * * `learn-paper`: LEARN as published (arXiv 2405.03988, fine-tuning on one Amazon category): text
 *   alone, linear adaptor, causal post-LN blocks with GELU and without positions, cosine at τ = .05,
 *   the last 40 events, softmax over the full catalogue. It keeps only the proportions of the
 *   published size (4 blocks of dimension 768 with 12 heads), so that it trains on a laptop;
 *   `{"network": {"layers": 4, "hidden": 768, "heads": 12, "dim": 768}}` is that size.
 * * `sasrec`: SASRec (Kang & McAuley 2018) with its learned positions and, instead of one drawn
 *   negative, the full softmax, which makes it a strong baseline (Klenitskiy & Vasilev 2023). IDs
 *   alone.
 */
import type { Overrides } from '@lorekeep/core';
import { ALL_EVENTS } from './events.ts';
import type { recommenderOptions } from './table.ts';

/** A named set of options of training; options.md lists what each changes. */
export type Preset = 'learn' | 'linear' | 'content-only' | 'id-only' | 'learn-paper' | 'sasrec';

type PresetOverrides = Overrides<typeof recommenderOptions>;

const towersAlone = { linear: { neighboursPerItem: 0 }, reranker: { enabled: false } } satisfies PresetOverrides;

export const presets: Record<Preset, PresetOverrides> = {
  learn: {},
  linear: {
    network: { layers: 0 },
    training: { epochs: 0 },
    linear: { neighboursPerItem: 100 },
    reranker: { enabled: false },
  },
  'content-only': { ...towersAlone, items: { id: false } },
  'id-only': { ...towersAlone, items: { content: false } },
  'learn-paper': {
    ...towersAlone,
    items: { id: false },
    network: {
      start: 'random',
      residual: false,
      dim: 128,
      hidden: 128,
      layers: 2,
      heads: 4,
      block: 'post-ln',
      positions: 'none',
      maxHistory: 40,
      itemTower: 'shared',
      similarity: 'cosine',
    },
    loss: { kind: 'full', temperature: 0.05 },
    training: { dropout: 0.1, learningRate: 1e-3, epochs: 20, batchPositions: 2048 },
    events: ALL_EVENTS,
  },
  sasrec: {
    ...towersAlone,
    items: { content: false },
    network: { start: 'random', residual: false, dim: 128, hidden: 128, layers: 2, positions: 'learned' },
    loss: { kind: 'full', temperature: 1 },
    training: { dropout: 0.5, learningRate: 1e-3, epochs: 60, patience: 8, batchPositions: 2048 },
    events: ALL_EVENTS,
  },
};
