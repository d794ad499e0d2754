/** The manifest of a bundle, a trained recommender on disk. */
import type { FitOn, Metrics, Protocol } from '@lorekeep/evaluation';
import type { LinearSummary } from '@lorekeep/linear';
import type { RerankerReport } from '@lorekeep/ranking';
import type { EventRules } from '@lorekeep/store';
import type { ContentInfo, EpochRecord, InitialTowers } from '@lorekeep/towers';
import type { RecommenderConfig } from '../options/table.ts';

export const FORMAT = 3;
export const MANIFEST = 'manifest.json';

/** Users with implausibly many events, who were left out of training and of popularity. */
export interface LeftOutUsers {
  /** The largest number of positive events of a user who counts. */
  limit: number;
  count: number;
  /** At most 100. */
  users: { id: string; events: number }[];
}

/**
 * What a trained version is: inputs, settings, metrics and files. It is `manifest.json` of the
 * bundle.
 */
export interface BundleManifest {
  format: typeof FORMAT;
  kind: 'recommender';
  /** Name of the bundle's directory. */
  version: string;
  /** Unix seconds. */
  createdAt: number;
  preset: string;
  /** Which events were held out for validation and test. */
  protocol: Protocol;
  config: RecommenderConfig;
  seed: number;
  /**
   * The events it was trained on beyond the training events, and the version whose selections
   * (epoch, settings, weight of the towers) it repeats. Absent if this training selected everything
   * itself.
   */
  refit?: { on: Exclude<FitOn, 'train'>; from: string };
  /** The bundle whose towers training started from, if any. */
  initialFrom?: InitialTowers['from'];
  /** `InteractionLog.fingerprint`, and sizes. */
  data: {
    fingerprint: string;
    users: number;
    items: number;
    events: number;
    /** `InteractionLog.deletions`; absent in older bundles, which stands for 0. */
    deletions?: number;
    /** `InteractionLog.lastArrival`; absent in older bundles, in which no event moves a column. */
    lastArrival?: number;
  };
  /** What events meant. Absent in older bundles: every event that is not passive was positive. */
  eventRules?: EventRules;
  /** Users with implausibly many events (`config.events.maxUserEvents`), the busiest first. Absent if there are none. */
  leftOut?: LeftOutUsers;
  content: ContentInfo;
  /** Shapes of the towers. */
  towers: { dim: number; inputDim: number; maxHistory: number };
  /** Absent if there is no linear model. */
  linear?: LinearSummary;
  /** The epoch that was kept and what each gave; absent in older bundles. */
  training?: { bestEpoch: number; records: EpochRecord[] };
  /** Absent if no re-ranker was trained. It is in the bundle only if `used`. */
  reranker?: RerankerReport;
  /** Beginning of the names of the re-ranker's files. */
  rerankerFiles: string;
  /** How long each stage of the training took, by the stage of its progress; absent in older bundles. */
  seconds?: Record<string, number>;
  metrics: { valid: Metrics; test: Metrics; baselines: Record<string, Metrics> };
  /** File name → SHA-256. */
  files: Record<string, string>;
}
