/** The contract of rankers of impressions, and of the knowledge that is plugged into them. */
import type { ImpressionColumns } from '@lorekeep/store';
import type { RankerState } from './state.ts';

/** Knowledge K of rows, for one plug-in. */
export interface RowKnowledge {
  /** Numbers per row. */
  width: number;
  /** `[rows, width]` in the order of the rows; what stands where nothing is known does not count. */
  values: Float32Array;
  /** `[rows]` 1 where there is knowledge. */
  present: Uint8Array;
  /**
   * The newest impression (Unix seconds) from which the knowledge has learned; −Infinity for
   * knowledge that has learned from none (a language model). Rows must be later.
   */
  seenUntil: number;
}

/** Rows of an impression log, with knowledge for the plug-ins of a ranker. */
export interface RankingRows {
  columns: ImpressionColumns;
  /** Which rows of the columns. */
  rows: Int32Array;
  /** By name of the plug-in. Plug-ins that are not named are off. Default: none. */
  knowledge?: Record<string, RowKnowledge>;
}

/** What a ranker says about rows. */
export interface RowScores {
  /** `[rows, tasks]` log-odds of each outcome. */
  logits: Float32Array;
  /** On request: per task `[rows, units]`, the output of its last hidden layer. */
  hidden?: Float32Array[];
  /** On request, with `towers`: `[rows, tasks]` log-odds by the two towers. */
  towerLogits?: Float32Array;
  /**
   * On request, with `towers`: `[rows, tasks × (towers + 1)]`, per task the vector of the user and its
   * bias. They depend on user and history only.
   */
  userVectors?: Float32Array;
  /** As `userVectors`, of the item. They depend on the item only. */
  itemVectors?: Float32Array;
}

/** What `score` returns beside the logits. Default: nothing. */
export interface ScoreOptions {
  hidden?: boolean;
  towers?: boolean;
  towerVectors?: boolean;
}

/** A plug-in of a ranker. */
export interface PlugOptions {
  /** 1–64 characters. */
  name: string;
  /** Numbers of K. 1 to 65,536. */
  width: number;
  /** `hidden 1`, `click/hidden 1`, `click/out`, …: see `ImpressionRanker.layers`. Default: the first layer. */
  layer?: string;
  /** Hidden units of the plug-in network. 1 to 4,096. Default 64. */
  hidden?: number;
}

/** Predicts outcomes of impressions, and learns from them day by day. */
export interface ImpressionRanker {
  /** Names of the outcomes, in the order of the logits. */
  readonly tasks: readonly string[];
  /** Width of an embedding. */
  readonly dim: number;
  /** Dense layers to whose output knowledge can be added, with their units. */
  readonly layers: Readonly<Record<string, number>>;
  /** The newest impression (Unix seconds) that it has trained on; −Infinity at the start. */
  readonly seenUntil: number;
  /**
   * Log-odds of each outcome. Nothing is learned, and the position of an impression does not count:
   * all are scored as if they stood in the same place.
   *
   * @throws LorekeepError `RANKING_KNOWLEDGE_LEAKS`, `RANKING_KNOWLEDGE_WIDTH`, `RANKING_PLUG_UNKNOWN`,
   *   `OPTION_INVALID` for knowledge of another number of rows
   */
  score(rows: RankingRows, options?: ScoreOptions): Promise<RowScores>;
  /**
   * One pass over the rows, shuffled. Call it day by day, in the order of time.
   *
   * @returns the mean loss, and the number of rows that count for each task
   * @throws LorekeepError as `score`, before anything is learned; and what a step of a trainer throws
   */
  train(rows: RankingRows): Promise<{ loss: number; rows: number[] }>;
  /**
   * Adds a plug-in that starts at zero: until it is trained, scores stay the same to the last bit.
   *
   * @throws LorekeepError `OPTION_INVALID`, `RANKING_PLUG_EXISTS`
   */
  plug(options: PlugOptions): Promise<void>;
  /**
   * Takes a plug-in away. A ranker whose own parameters were not trained since is the old one again.
   *
   * @throws LorekeepError `RANKING_PLUG_UNKNOWN`
   */
  unplug(name: string): Promise<void>;
  /** Names of its plug-ins. */
  plugs(): string[];
  /**
   * The embedding of a value: of a user with the field `user`, of an item with `item` or
   * `item category 1`, ….
   *
   * @returns `[dim]`, a copy; undefined if no row with this value was trained on
   */
  embedding(field: string, value: string): Float32Array | undefined;
  /** Everything that it is, as copies: see `openImpressionRanker`, `saveRanker` and `warmStart`. */
  state(): RankerState;
  close(): Promise<void>;
}
