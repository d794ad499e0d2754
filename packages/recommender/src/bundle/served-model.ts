/** What the engine needs of a model: a trained bundle has it, and the text model of a shop without one. */
import type { LinearModel } from '@lorekeep/linear';
import type { RerankerSources } from '../composition/parts.ts';
import type { BundleManifest } from './manifest.ts';

/**
 * A model that serves. Rows are those of `itemIds`. `close` must not overlap with other calls; these
 * may overlap.
 */
export interface ServedModel {
  /** What its vectors are: of trained towers, or of the texts alone. */
  readonly source: 'towers' | 'content';
  /** Dimension of user and item vectors; a score is their inner product. */
  readonly dim: number;
  /** Dimension of what the user tower reads for each item of a history. */
  readonly inputDim: number;
  /** Longest history that the user tower reads; of a longer one, the recent end. */
  readonly maxHistory: number;
  /**
   * Items known in training, in the row order of the training log: an item's position here is its
   * `idRow`.
   */
  readonly itemIds: string[];
  readonly linear?: LinearModel;
  /** Of the training; absent if there was none. */
  readonly manifest?: BundleManifest;
  /** Candidates of the linear model, and the re-ranker over them. */
  readonly reranker?: RerankerSources;
  /**
   * The item-adaptation tower.
   *
   * @param content `[n × contentDim]` raw vectors of the frozen encoder
   * @param idRows `[n]` rows into the ID table, −1 for an item that training did not see
   * @returns `inputs [n × inputDim]` (what the user tower reads), `vectors [n × dim]` (what the
   *   index holds)
   * @throws LorekeepError `RECOMMENDER_INPUT_INVALID`, `RECOMMENDER_CLOSED`
   */
  adaptItems(content: Float32Array, idRows: Int32Array): Promise<{ inputs: Float32Array; vectors: Float32Array }>;
  /**
   * The user tower.
   *
   * @param inputs the history of each user, `[length × inputDim]`, oldest first, 1 ≤ length
   * @returns `[users × dim]`
   * @throws LorekeepError `RECOMMENDER_INPUT_INVALID`, `RECOMMENDER_CLOSED`
   */
  encodeUsers(inputs: Float32Array[]): Promise<Float32Array>;
  close(): Promise<void>;
}

/**
 * Whether the index holds an item: one that training knew, or one with a text. A vector of zeros of
 * the text model says nothing.
 */
export function isSearchable(
  { source }: ServedModel,
  { text, idRow, vector }: { text: string; idRow: number; vector: Float32Array },
): boolean {
  if (source === 'content') return vector.some((value) => value !== 0);
  return text !== '' || idRow >= 0;
}
