/**
 * Vectors of the whole catalogue and of many users from parameters that are still in training. The
 * graphs take the parameters as inputs, so they are compiled once per shape and used after every
 * epoch. Served vectors come from tower-graphs.ts, through the same model functions.
 */
import { type Arrays, createGraphCache, type GraphCache, inference, namedArray, tf } from '@lorekeep/graph';
import { itemInputs } from './model/item-inputs.ts';
import { widthsOf } from './model/shape.ts';
import { comparable, itemTower, userVectors } from './model/towers.ts';
import type { TowerConfig } from './options.ts';
import { isUserParameter, itemTowerParameters, pick } from './parameter-groups.ts';
import { paddedLength } from './training/epoch-plan.ts';

/** Users per run. */
const USER_ROWS = 256;
/** Items per run. It bounds the memory of the values between the layers of the graph. */
const ITEM_ROWS = 65_536;

export interface TowerEncoder {
  /**
   * @param content `[items × contentDim]` as the towers read it, `undefined` without content
   * @returns `inputs [items × input]`, which the user tower reads, and `vectors [items × dim]`
   * @throws `signal.reason` if stopped
   */
  items(
    parameters: Arrays,
    content: Float32Array | undefined,
  ): Promise<{ inputs: Float32Array; vectors: Float32Array }>;
  /**
   * @param inputs `[items × input]`, what the user tower reads for each item
   * @param histories item rows, oldest first, at least one per history; of histories longer than
   *   `maxHistory` the newest part is read
   * @returns `[histories × dim]`
   * @throws `signal.reason` if stopped
   */
  users(parameters: Arrays, inputs: Float32Array, histories: readonly Int32Array[]): Promise<Float32Array>;
  /**
   * Vectors of the whole catalogue and of the users of `cases`, of which there must be at least
   * one.
   */
  both(
    parameters: Arrays,
    content: Float32Array | undefined,
    cases: readonly { history: Int32Array }[],
  ): Promise<TowerVectors>;
  close(): Promise<void>;
}

/** Vectors of both towers. A score is their inner product. */
export interface TowerVectors {
  /** `[cases × dim]` */
  users: Float32Array;
  /** `[items × dim]`, in the rows of the catalogue. */
  vectors: Float32Array;
  dim: number;
}

export interface TowerEncoderOptions {
  /** Default: all cores. */
  threads?: number;
  signal?: AbortSignal;
  /** Items per run. Default 65,536. */
  itemRows?: number;
}

/** @param sizes `contentDim` is 0 without content */
export function createTowerEncoder(
  config: TowerConfig,
  sizes: { items: number; contentDim: number },
  { threads, signal, itemRows = ITEM_ROWS }: TowerEncoderOptions = {},
): TowerEncoder {
  const { maxHistory } = config.network;
  const { input, vector } = widthsOf(config, sizes.contentDim);
  const itemGraph = createItemGraph(config, threads);
  const userGraph = createUserGraph(config, input, threads);
  const encoder: TowerEncoder = {
    async items(parameters, content) {
      const { 'id/table': table, ...own } = itemTowerParameters(parameters, config);
      const inputs = new Float32Array(sizes.items * input);
      const vectors = new Float32Array(sizes.items * vector);
      const rows = Math.min(itemRows, sizes.items);
      for (let next = 0; next < sizes.items; next += rows) {
        signal?.throwIfAborted();
        // The last run repeats rows of the run before it, so that all runs have one shape.
        const first = Math.min(next, sizes.items - rows);
        const part = (data: Float32Array, width: number) =>
          namedArray([rows, width], data.subarray(first * width, (first + rows) * width));
        const result = await itemGraph.run({
          ...own,
          ...(table === undefined ? {} : { 'id/table': part(table.data as Float32Array, input) }),
          ...(content === undefined ? {} : { content: part(content, sizes.contentDim) }),
        });
        inputs.set(result.inputs.data as Float32Array, first * input);
        vectors.set(result.vectors.data as Float32Array, first * vector);
      }
      return { inputs, vectors };
    },
    async users(parameters, inputs, histories) {
      const own = pick(parameters, isUserParameter);
      const table = namedArray([inputs.length / input, input], inputs);
      const vectors = new Float32Array(histories.length * vector);
      for (const [length, users] of usersByLength(histories, maxHistory)) {
        const batch = Math.min(USER_ROWS, users.length);
        for (let first = 0; first < users.length; first += batch) {
          signal?.throwIfAborted();
          const block = users.slice(first, first + batch);
          const feeds = { ...own, inputs: table, ...historyFeeds(histories, block, batch, length) };
          const data = (await userGraph.run(feeds)).vectors.data as Float32Array;
          block.forEach((user, row) => {
            vectors.set(data.subarray(row * vector, (row + 1) * vector), user * vector);
          });
        }
      }
      return vectors;
    },
    async both(parameters, content, cases) {
      const { inputs, vectors } = await encoder.items(parameters, content);
      const histories = cases.map(({ history }) => history);
      const users = await encoder.users(parameters, inputs, histories);
      return { users, vectors, dim: users.length / cases.length };
    },
    async close() {
      await itemGraph.close();
      await userGraph.close();
    },
  };
  return encoder;
}

function createItemGraph(config: TowerConfig, threads: number | undefined): GraphCache {
  return createGraphCache(
    (given) => {
      const inputs = itemInputs(given, given.content, given['id/table'], config, inference);
      return {
        inputs: tf.clone(inputs),
        vectors: comparable(itemTower(given, inputs, given.content, config, inference), config),
      };
    },
    { name: 'item tower', threads },
  );
}

function createUserGraph(config: TowerConfig, input: number, threads: number | undefined): GraphCache {
  return createGraphCache(
    (given) => {
      const [batch, length] = given.history.shape;
      const rows = tf.gather(given.inputs, tf.reshape(given.history, [batch * length]));
      const vectors = userVectors(given, tf.reshape(rows, [batch, length, input]), given.last, config, inference);
      return { vectors: comparable(vectors, config) };
    },
    { name: 'user tower', threads },
  );
}

/** Indexes of histories by padded length. */
function usersByLength(histories: readonly Int32Array[], maxHistory: number): Map<number, number[]> {
  const byLength = new Map<number, number[]>();
  histories.forEach((history, user) => {
    const length = paddedLength(history.length, maxHistory);
    const users = byLength.get(length);
    if (users === undefined) byLength.set(length, [user]);
    else users.push(user);
  });
  return byLength;
}

/**
 * `history [batch, length]`, padded on the right, and `last [batch]` of the histories in `users`.
 */
function historyFeeds(
  histories: readonly Int32Array[],
  users: readonly number[],
  batch: number,
  length: number,
): Arrays {
  const history = new Int32Array(batch * length);
  const last = new Int32Array(batch);
  users.forEach((user, row) => {
    const recent = histories[user].subarray(-length);
    history.set(recent, row * length);
    last[row] = recent.length - 1;
  });
  return { history: namedArray([batch, length], history), last: namedArray([batch], last) };
}
