/**
 * What the towers promise the rooms above. A trained model is a bundle directory; serving loads it as a `TowerRuntime`,
 * which needs ONNX Runtime and nothing of the training code.
 */
import type { SecondStage } from './second-stage/stage.ts';
import type { LinearModel } from './solved/linear.ts';

export interface EpochRecord {
  epoch: number;
  /** Mean training loss; absent for epoch 0, the start. */
  loss?: number;
  /** On the validation set. */
  ndcg: number;
}

/** How training events and questions are told apart (split.ts). */
export type Protocol = 'leave-one-out' | 'temporal';

/**
 * How far training may read: to the validation targets, as everything is chosen by; to the test targets, what was chosen standing;
 * or to the end, when nothing is left to be asked about.
 */
export type TrainedOn = 'train' | 'valid' | 'all';

/** Whose questions: those that settings are chosen by, or those asked once at the end. */
export type EvaluationSet = 'valid' | 'test';

/** Full-ranking quality, each metric a mean over users in [0, 1]. */
export interface Metrics {
  'recall@10': number;
  'ndcg@10': number;
  'recall@50': number;
  'ndcg@50': number;
  mrr: number;
  users: number;
  /** Targets whose score was not finite: each counted as a miss. */
  nonFinite: number;
}

/** How a second stage came about, and what it is worth. */
export interface SecondStageReport {
  /** It was the best on validation; if not, it is not in the bundle. */
  used: boolean;
  /** Absent where there were too few examples to train on. */
  training?: {
    examples: number;
    /** Share of the training events asked about whose item was among the candidates. */
    covered: number;
    /** Held-out loss of the closed form's order, then after each epoch. */
    losses: number[];
    bestEpoch: number;
  };
  /** How many times the towers' inner product is added to the network's score; 0: they have no say. */
  towerWeight: number;
  /** On the validation questions, history kept: what the choices were made by. */
  valid: {
    linear: Metrics;
    secondStage?: Metrics;
    /** NDCG@10 of the second stage minus the linear model's: paired, 95 % bootstrap. */
    difference?: { difference: number; interval: [number, number] };
  };
}

export interface BundleManifest {
  format: 2;
  kind: 'towers';
  /** The bundle directory's name. */
  version: string;
  /** Unix seconds. */
  createdAt: number;
  preset: string;
  /** What was kept for validation and test; absent in older bundles, which are `'leave-one-out'`. */
  protocol?: Protocol;
  config: Record<string, unknown>;
  seed: number;
  /** What this was trained on beyond the training events, and the version whose choices (epoch, settings, weight of the towers) it repeats; absent where all was chosen in this very training. */
  refit?: { on: Exclude<TrainedOn, 'train'>; from: string };
  /** The bundle that training began at, where it began at one: its version and the SHA-256 of its parameters. */
  initialFrom?: { version: string; parameters: string };
  /** `Corpus.fingerprint` */
  data: { fingerprint: string; users: number; items: number; events: number };
  /** `TextEncoder.id`, name and dim of the content vectors, and the item-text template. */
  content: { encoder: string; name: string; dim: number; isLanguageModel: boolean; template: string };
  /** Tower shapes: what a `TowerRuntime` is made with. */
  towers: { dim: number; inputDim: number; maxHistory: number };
  /** Settings of the linear model that scores in the towers' place, and how they were chosen; absent where there is none. */
  linear?: LinearModel['settings'] & { search: LinearModel['search'] };
  /** The epoch kept and what each gave; absent in older bundles. */
  training?: { bestEpoch: number; records: EpochRecord[] };
  /** How the second stage did, used or not; absent where none was tried. */
  secondStage?: SecondStageReport;
  metrics: { valid: Metrics; test: Metrics; baselines: Record<string, Metrics> };
  /** File name → SHA-256. */
  files: Record<string, string>;
}

/** The trained towers, ready to serve. Not for concurrent `close`; all other calls may overlap. */
export interface TowerRuntime {
  readonly manifest: BundleManifest;
  /** Width of user and item vectors; scores are inner products. */
  readonly dim: number;
  /** Width of what the user tower reads for each history item. */
  readonly inputDim: number;
  /** Longest history the user tower reads; longer ones are cut to their recent end. */
  readonly maxHistory: number;
  /** Items known in training, in row order of the training corpus: an item's position here is its `idRow`. */
  readonly itemIds: string[];
  /** The solved linear model, which scores in the towers' place where there is one (`openItemModel`); its rows are those of `itemIds`. */
  readonly linear?: LinearModel;
  /**
   * The item-adaptation tower.
   * @param content `[n × contentDim]` vectors of the frozen encoder
   * @param idRows `[n]` rows into the ID table, −1 for an item never seen in training (text alone)
   * @returns `inputs [n × inputDim]` (what the user tower reads) and `vectors [n × dim]` (what the index holds)
   */
  adaptItems(content: Float32Array, idRows: Int32Array): Promise<{ inputs: Float32Array; vectors: Float32Array }>;
  /**
   * The user tower.
   * @param inputs each user's history, `[length × inputDim]`, oldest first, 1 ≤ length; longer than `maxHistory` is cut
   * @returns `[users × dim]`
   */
  encodeUsers(inputs: Float32Array[]): Promise<Float32Array>;
  /** Orders the linear model's candidates, where there is one; its rows are those of `itemIds`. */
  readonly secondStage?: SecondStage;
  close(): Promise<void>;
}
