/** Options of a ranker of impressions, with their defaults and limits. */
import { optionErrors } from '@lorekeep/core';

/** What is predicted: the probability that an impression has an outcome. */
export interface RankingTask {
  /** A name of `outcomeNames`. */
  outcome: string;
  /**
   * Only impressions with this outcome count: a purchase is predicted among clicks. Default: all
   * impressions on surfaces where the outcome has occurred.
   */
  among?: string;
}

export interface RankerConfig {
  /** At least one; names of outcomes do not repeat. */
  tasks: readonly RankingTask[];
  /** DIN, or CAN: DIN with a co-action unit. Default `'din'`. */
  kind: 'din' | 'can';
  /** With `can`: width of the feed vectors. 1 to 256. Default 8. */
  coActionFeed: number;
  /** With `can`: units of the layers of the MLP that each item brings. 1 to 8 layers. Default [4, 4]. */
  coActionLayers: readonly number[];
  /** With `can`: highest power of the feed vectors. 1 to 4. Default 1. */
  coActionOrders: number;
  /** Width of an embedding. 1 to 1,024. Default 16. */
  dim: number;
  /** Hidden units of the attention unit. 1 to 1,024. Default 32. */
  attention: number;
  /** Units of the hidden layers that all tasks share; at most 8 layers. Default [128, 64]. */
  hidden: readonly number[];
  /** Units of the hidden layers of each task, after the shared ones. Default []. */
  taskHidden: readonly number[];
  /** Width to which the vector of an item is projected; 0 leaves it out. 0 to 1,024. Default 16. */
  vectorUnits: number;
  /** Bins of the histogram of similarities between item and history; 0 for none. 0 to 256. Default 20. */
  similarityBins: number;
  /** Width of the vectors of two towers that are trained beside the network; 0 to 1,024. Default 0. */
  towers: number;
  /** Rows per step. 2 to 65,536. Default 512. */
  batch: number;
  /** Of Adam. Above 0, at most 1. Default .002. */
  learningRate: number;
  /** α, the weight of the pair-wise loss. 0 to 100. Default 0. */
  pairwise: number;
  /**
   * Probability with which an id of a user or an item is read as an unknown one in a batch of training.
   * 0 to .9; with 0, unknown ids read zeros. Hashed fields have no unknown ids, so none is dropped.
   * Default .1.
   */
  idDropout: number;
  /** Standard deviation of the initial embeddings. 0 to 1. Default .01. */
  initial: number;
  /** Limit of rows of the embedding table. 1 to 2³¹ − 1. Default 8,388,608. */
  maxRows: number;
  /** Rows of hashed fields, by name of the field. Default: none. */
  hashed: Readonly<Record<string, number>>;
  /**
   * What does not learn: names of parameters or layers (`hidden 1/weights`, `attention`), or of a
   * table (`embedding`). Default: none.
   */
  frozen: readonly string[];
  /** Any 32-bit integer. Default 42. */
  seed: number;
}

const DEFAULTS: Omit<RankerConfig, 'tasks'> = {
  kind: 'din',
  coActionFeed: 8,
  coActionLayers: [4, 4],
  coActionOrders: 1,
  dim: 16,
  attention: 32,
  hidden: [128, 64],
  taskHidden: [],
  vectorUnits: 16,
  similarityBins: 20,
  towers: 0,
  batch: 512,
  learningRate: 2e-3,
  pairwise: 0,
  idDropout: 0.1,
  initial: 0.01,
  maxRows: 2 ** 23,
  hashed: {},
  frozen: [],
  seed: 42,
};

export type RankerOptions = Partial<RankerConfig> & Pick<RankerConfig, 'tasks'>;

/** @throws LorekeepError `OPTION_INVALID` */
export function rankerConfig(options: RankerOptions): RankerConfig {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const config: RankerConfig = { ...DEFAULTS, ...(given as RankerOptions) };
  const check = (name: string, fits: boolean, allowed: string) => {
    if (!fits) throw optionErrors.OPTION_INVALID({ name, value: config[name as keyof RankerConfig], allowed });
  };
  const whole = (name: keyof RankerConfig, low: number, high: number) => {
    const value = config[name] as number;
    check(name, Number.isInteger(value) && value >= low && value <= high, `a whole number from ${low} to ${high}`);
  };
  const real = (name: keyof RankerConfig, low: number, high: number) => {
    const value = config[name] as number;
    check(name, typeof value === 'number' && value >= low && value <= high, `a number from ${low} to ${high}`);
  };
  const layers = (name: 'hidden' | 'taskHidden' | 'coActionLayers', least: number) => {
    const fits = config[name].every((units) => Number.isInteger(units) && units >= 1 && units <= 4096);
    const { length } = config[name];
    check(name, fits && length >= least && length <= 8, `${least} to 8 whole numbers from 1 to 4096`);
  };
  const outcomes = config.tasks.map(({ outcome }) => outcome);
  check(
    'tasks',
    outcomes.length > 0 && new Set(outcomes).size === outcomes.length,
    'one task or more, each of another outcome',
  );
  check('kind', config.kind === 'din' || config.kind === 'can', '"din" or "can"');
  whole('coActionFeed', 1, 256);
  layers('coActionLayers', 1);
  whole('coActionOrders', 1, 4);
  whole('dim', 1, 1024);
  whole('attention', 1, 1024);
  layers('hidden', 1);
  layers('taskHidden', 0);
  whole('vectorUnits', 0, 1024);
  whole('similarityBins', 0, 256);
  whole('towers', 0, 1024);
  whole('batch', 2, 65_536);
  real('learningRate', Number.MIN_VALUE, 1);
  real('pairwise', 0, 100);
  real('idDropout', 0, 0.9);
  real('initial', 0, 1);
  whole('maxRows', 1, 2 ** 31 - 1);
  whole('seed', -(2 ** 31), 2 ** 32 - 1);
  return config;
}
