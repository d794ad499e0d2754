/**
 * Everything that a ranker is, as plain data: what `openImpressionRanker` continues from, what
 * `saveRanker` writes, and what `warmStart` copies from.
 */
import { createRandom, optionErrors, type RandomState, sha256 } from '@lorekeep/core';
import { type Arrays, createSparseTable, namedArray, type SparseTable } from '@lorekeep/graph';
import { type CoActionShape, inductionWidth } from '../can/co-action.ts';
import { createVocabulary, type VocabularyState } from '../data/vocabulary.ts';
import { initialParameters, type NetworkShape } from '../din/network.ts';
import type { PlugShape } from '../din/plug.ts';
import type { RankerConfig } from './config.ts';

/** Names of the columns of an example, without the name of the entity: the id comes first and has no name. */
export interface FieldNames {
  user: readonly string[];
  item: readonly string[];
}

export interface RankerState {
  config: RankerConfig;
  /** Behaviours per sequence. */
  length: number;
  /** The fields that it reads of users and items. Further fields of the entities are ignored. */
  fields: FieldNames;
  /** Width of the vectors of items; 0 if it reads none. */
  vectorWidth: number;
  plugs: PlugShape[];
  vocabulary: VocabularyState;
  /**
   * Per task, the surfaces on which its outcome has occurred, by name; `null` is an impression
   * without surface.
   */
  surfaces: (string | null)[][];
  /** Whether an impression with a position was trained on. */
  hasPositions: boolean;
  /** The newest impression that it has trained on; −Infinity at the start. */
  seenUntil: number;
  /** Completed steps. */
  step: number;
  /** Of the order of the rows and the dropped ids, and of the trainer. */
  order: RandomState;
  random: RandomState;
  /** Dense parameters and their moments. */
  parameters: Arrays;
  m: Arrays;
  v: Arrays;
  /** By table: `rows [n]`, the rows in use; `parameter`, `m` and `v` `[n, dim]`. */
  tables: Record<string, Arrays>;
}

/** So that the tables do not start with equal numbers. */
const TABLE_SEEDS: Record<string, number> = { embedding: 0, induction: 1 << 20, feed: 1 << 21 };
/** What a ranker reads of the entities and behaviours. */
export type RankerInputs = Pick<RankerState, 'length' | 'fields' | 'vectorWidth'>;

/** Number of the context fields that a reader makes by itself: surface and history length. */
const CONTEXT_FIELDS = 2;

export function networkShape(state: RankerInputs & Pick<RankerState, 'config'>): NetworkShape {
  const { config, length, fields, vectorWidth } = state;
  const { dim, attention, hidden, taskHidden, towers, vectorUnits, similarityBins } = config;
  const shape: NetworkShape = {
    dim,
    length,
    attention,
    userFields: fields.user.length + 1,
    itemFields: fields.item.length + 1,
    contextFields: CONTEXT_FIELDS,
    hidden,
    taskHidden,
    tasks: config.tasks.map(({ outcome }) => outcome),
    towers,
  };
  if (config.kind === 'can') shape.coAction = coActionShape(config);
  if (vectorWidth > 0 && vectorUnits + similarityBins > 0)
    shape.vectors = { width: vectorWidth, units: vectorUnits, bins: similarityBins };
  return shape;
}

const coActionShape = ({ coActionFeed, coActionLayers, coActionOrders }: RankerConfig): CoActionShape => ({
  feed: coActionFeed,
  layers: coActionLayers,
  orders: coActionOrders,
});

/** The state of a ranker that knows nothing. */
export function initialState(config: RankerConfig, { length, fields, vectorWidth }: RankerInputs): RankerState {
  const random = createRandom(config.seed);
  const parameters = initialParameters(networkShape({ config, length, fields, vectorWidth }), random);
  const state: RankerState = {
    config,
    length,
    fields,
    vectorWidth,
    plugs: [],
    vocabulary: createVocabulary(config).state(),
    surfaces: config.tasks.map(() => []),
    hasPositions: false,
    seenUntil: Number.NEGATIVE_INFINITY,
    step: 0,
    order: random.fork('order').state(),
    random: random.fork('dropout').state(),
    parameters,
    m: zeros(parameters),
    v: zeros(parameters),
    tables: {},
  };
  checkFrozen(state);
  return state;
}

/** Widths of its tables, by name. */
export function tableWidths(config: RankerConfig): Record<string, number> {
  const { dim, kind, coActionFeed } = config;
  if (kind === 'din') return { embedding: dim };
  return { embedding: dim, induction: inductionWidth(coActionShape(config)), feed: coActionFeed };
}

/** Zeros in the shapes of arrays. */
export const zeros = (arrays: Arrays): Arrays =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, { shape, data }]) => [
      name,
      namedArray([...shape], new Float32Array(data.length)),
    ]),
  );

/** Whether a name, or the name of the layer that it belongs to, is among the frozen ones. */
export const isFrozen = (name: string, { frozen }: RankerConfig): boolean =>
  frozen.some((own) => name === own || name.startsWith(`${own}/`));

/** @throws LorekeepError `OPTION_INVALID` if `config.frozen` names nothing */
export function checkFrozen({ config, parameters }: Pick<RankerState, 'config' | 'parameters'>): void {
  const names = [...Object.keys(tableWidths(config)), ...Object.keys(parameters)];
  for (const frozen of config.frozen)
    if (!names.some((name) => isFrozen(name, { ...config, frozen: [frozen] })))
      throw optionErrors.OPTION_INVALID({ name: 'frozen', value: frozen, allowed: `one of ${names.join(', ')}` });
}

/** Equal for rankers whose arrays have the same names, shapes and meanings. */
export function schemaOf(state: RankerState): string {
  const { config, fields, plugs } = state;
  const shape = networkShape(state);
  return sha256(JSON.stringify([shape, fields, plugs, config.tasks, tableWidths(config)]));
}

/** The tables of a ranker, with the rows that a state contains. */
export function openTables({ config, tables }: Pick<RankerState, 'config' | 'tables'>): Record<string, SparseTable> {
  const open = (name: string, dim: number): SparseTable => {
    const initial = initialRow(config.seed ^ TABLE_SEEDS[name], config.initial);
    const table = createSparseTable({ rows: config.maxRows, dim, initial });
    if (tables[name] === undefined) return table;
    const { rows, ...saved } = tables[name];
    const own = table.arrays();
    for (const [i, row] of (rows.data as Int32Array).entries()) {
      own.made.data[row] = 1;
      for (const [kind, { data }] of Object.entries(saved))
        (own[kind].data as Float32Array).set(
          (data as Float32Array).subarray(i * table.dim, (i + 1) * table.dim),
          row * table.dim,
        );
    }
    return table;
  };
  return Object.fromEntries(Object.entries(tableWidths(config)).map(([name, dim]) => [name, open(name, dim)]));
}

/** The rows in use of a table: copies. @param size rows of the vocabulary */
export function tableState({ arrays, dim }: SparseTable, size: number): Arrays {
  const { made, ...values } = arrays();
  const used = Int32Array.from((made.data as Uint8Array).subarray(0, size).keys()).filter(
    (row) => made.data[row] !== 0,
  );
  const state: Arrays = { rows: namedArray([used.length], used) };
  for (const [kind, { data }] of Object.entries(values)) {
    const copy = new Float32Array(used.length * dim);
    for (const [i, row] of used.entries())
      copy.set((data as Float32Array).subarray(row * dim, (row + 1) * dim), i * dim);
    state[kind] = namedArray([used.length, dim], copy);
  }
  return state;
}

/** A row of a table at its start. It depends on seed and number only, not on the order of first uses. */
const initialRow = (seed: number, deviation: number) => (row: number, into: Float32Array) => {
  const draw = createRandom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(row + 1, 0x85ebca6b));
  for (let i = 0; i < into.length; i++) into[i] = deviation * draw.normal();
};
