/**
 * Vectors of the whole catalogue and of many users from parameters still in training: graphs that take the parameters as
 * inputs, compiled once a shape and used after every epoch. Served vectors come from runtime.ts, by the same functions.
 */
import { type Arrays, createGraphCache, inference, namedArray, tf } from '@lorekeep/graph';
import { comparable, itemInputs, itemTower, userVectors, widthsOf } from './model/towers.ts';
import type { TowerConfig } from './options.ts';
import { paddedLength } from './training/batches.ts';

/** Users a run. */
const BATCH = 256;
/** Items a run: what lies between a graph's layers is as wide as they are many. */
const ITEM_ROWS = 65_536;

export interface TowerEncoder {
  /** @returns `inputs` and `vectors`, `[items, input]` and `[items, vector]` */
  items(
    parameters: Arrays,
    content: Float32Array | undefined,
  ): Promise<{ inputs: Float32Array; vectors: Float32Array }>;
  /**
   * @param inputs `[items, input]`, what the user tower reads of each item
   * @param histories item rows, oldest first, at least one; those longer than `maxHistory` keep their recent end
   * @returns `[histories.length, vector]`
   */
  users(parameters: Arrays, inputs: Float32Array, histories: readonly Int32Array[]): Promise<Float32Array>;
  /** Vectors of the whole catalogue and of the users of `cases`, at least one. */
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

export function createTowerEncoder(
  config: TowerConfig,
  sizes: { items: number; contentDim: number },
  { threads, signal, itemRows = ITEM_ROWS }: { threads?: number; signal?: AbortSignal; itemRows?: number } = {},
): TowerEncoder {
  const {
    network: { maxHistory },
  } = config;
  const { input, vector } = widthsOf(config, sizes.contentDim);
  const itemGraph = createGraphCache(
    (given) => {
      const inputs = itemInputs(given, given.content, given['id/table'], config, inference);
      return {
        inputs: tf.clone(inputs),
        vectors: comparable(itemTower(given, inputs, given.content, config, inference), config),
      };
    },
    { name: 'item tower', threads },
  );
  const userGraph = createGraphCache(
    (given) => {
      const [batch, length] = given.history.shape;
      const rows = tf.gather(given.inputs, tf.reshape(given.history, [batch * length]));
      const vectors = userVectors(given, tf.reshape(rows, [batch, length, input]), given.last, config, inference);
      return { vectors: comparable(vectors, config) };
    },
    { name: 'user tower', threads },
  );
  const encoder: TowerEncoder = {
    async items(parameters, content) {
      const { 'id/table': table, ...own } = pick(parameters, (name) => usesNetwork(config) || !isUserParameter(name));
      const inputs = new Float32Array(sizes.items * input);
      const vectors = new Float32Array(sizes.items * vector);
      const rows = Math.min(itemRows, sizes.items);
      for (let next = 0; next < sizes.items; next += rows) {
        signal?.throwIfAborted();
        // The last run takes rows of the one before with it, so that all have one shape.
        const first = Math.min(next, sizes.items - rows);
        const part = (data: Float32Array, width: number) =>
          namedArray([rows, width], data.subarray(first * width, (first + rows) * width));
        const made = await itemGraph.run({
          ...own,
          ...(table === undefined ? {} : { 'id/table': part(table.data as Float32Array, input) }),
          ...(content === undefined ? {} : { content: part(content, sizes.contentDim) }),
        });
        inputs.set(made.inputs.data as Float32Array, first * input);
        vectors.set(made.vectors.data as Float32Array, first * vector);
      }
      return { inputs, vectors };
    },
    async users(parameters, inputs, histories) {
      const own = pick(parameters, isUserParameter);
      const table = namedArray([inputs.length / input, input], inputs);
      const result = new Float32Array(histories.length * vector);
      const byLength = new Map<number, number[]>();
      histories.forEach((history, user) => {
        const length = paddedLength(history.length, maxHistory);
        const users = byLength.get(length);
        if (users === undefined) byLength.set(length, [user]);
        else users.push(user);
      });
      for (const [length, users] of byLength) {
        const batch = Math.min(BATCH, users.length);
        for (let first = 0; first < users.length; first += batch) {
          signal?.throwIfAborted();
          const some = users.slice(first, first + batch);
          const history = new Int32Array(batch * length);
          const last = new Int32Array(batch);
          some.forEach((user, row) => {
            const recent = histories[user].subarray(-length);
            history.set(recent, row * length);
            last[row] = recent.length - 1;
          });
          const { vectors } = await userGraph.run({
            ...own,
            inputs: table,
            history: namedArray([batch, length], history),
            last: namedArray([batch], last),
          });
          some.forEach((user, row) => {
            result.set((vectors.data as Float32Array).subarray(row * vector, (row + 1) * vector), user * vector);
          });
        }
      }
      return result;
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

/** Whether item vectors go through the network that user vectors go through. */
export function usesNetwork({ network: { itemTower } }: TowerConfig): boolean {
  return itemTower === 'shared' || itemTower === 'sequence';
}

/** Everything else belongs to the input path. */
export function isUserParameter(name: string): boolean {
  return name.startsWith('user/') || name.startsWith('block');
}

export function pick(arrays: Arrays, wanted: (name: string) => boolean): Arrays {
  return Object.fromEntries(Object.entries(arrays).filter(([name]) => wanted(name)));
}
