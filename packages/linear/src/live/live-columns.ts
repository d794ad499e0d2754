/**
 * Columns that move while a model serves: items that events touch wait in a queue, each once, and a
 * thread solves them a few at a time. Between two batches the thread pauses as long as the batch took,
 * so it never takes more than half of a core.
 *
 * A column is also solved again after the rows of its regressors have changed, once no event has come
 * for `REST_MS`. At rest, every moved column is that of all events so far, in any order of arrival.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { UserChange } from './live-rows.ts';
import { LIVE_BATCH, type LiveColumn } from './live-solver.ts';
import type { LiveThread } from './live-thread.ts';

/** Time without events after which columns are solved again because of their regressors. */
const REST_MS = 10_000;
/** Columns that are put into the weights before the event loop runs other work: about a millisecond. */
const COLUMNS_PER_TURN = 4;

export interface LiveColumns {
  /** Columns that wait to be solved. */
  readonly waiting: number;
  putTexts(rows: Int32Array, content: Float32Array): void;
  /**
   * Counts changes, and solves columns in the background.
   *
   * @param touched items whose columns are solved again, the most urgent first
   */
  learn(changes: readonly UserChange[], touched: readonly number[]): void;
  /**
   * Solves everything that waits, without pauses, and the columns whose regressors have changed.
   *
   * @throws LorekeepError `GRAPH_RUN` if the thread has failed
   */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export interface LiveColumnsOptions {
  onColumn(column: LiveColumn): void;
  /** Default `REST_MS`. */
  restMs?: number;
}

/** @param thread is closed with it */
export function createLiveColumns(thread: LiveThread, { onColumn, restMs = REST_MS }: LiveColumnsOptions): LiveColumns {
  const queue = new Set<number>();
  let running: Promise<void> | undefined;
  let failure: unknown;
  let hurries = false;
  let closed = false;
  let endPause = () => {};
  let rest: NodeJS.Timeout | undefined;

  /** A thread that has failed moves no column any more; the model serves on. */
  const fail = (error: unknown) => {
    if (!closed) failure ??= error;
    queue.clear();
  };

  /** Ends early by `endPause`; it does not keep the program running. */
  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      endPause = resolve;
      setTimeout(resolve, ms).unref();
    });

  async function solveBatch(): Promise<void> {
    const rows = [...queue].slice(0, LIVE_BATCH);
    // An event that comes while they are solved puts them into the queue again.
    for (const row of rows) queue.delete(row);
    const { columns = [] } = await thread.ask({ kind: 'solve', rows });
    for (const [at, column] of columns.entries()) {
      if (at > 0 && at % COLUMNS_PER_TURN === 0) await nextTurn();
      onColumn(column);
    }
  }

  async function solveAll(): Promise<void> {
    while (queue.size > 0 && !closed) {
      const started = performance.now();
      await solveBatch();
      if (!hurries && !closed) await pause(performance.now() - started);
    }
  }

  function start(): Promise<void> {
    running ??= solveAll()
      .catch(fail)
      .finally(() => {
        running = undefined;
      });
    return running;
  }

  async function queueOutdated(): Promise<number> {
    const { rows = [] } = await thread.ask({ kind: 'outdated' });
    for (const row of rows) queue.add(row);
    return rows.length;
  }

  function restLater(): void {
    clearTimeout(rest);
    rest = setTimeout(() => {
      // Still busy: it rests later.
      if (running !== undefined) restLater();
      else queueOutdated().then(start).catch(fail);
    }, restMs).unref();
  }

  const tell = (request: Parameters<LiveThread['ask']>[0]) => {
    if (!closed && failure === undefined) thread.ask(request).catch(fail);
  };

  return {
    get waiting() {
      return queue.size;
    },
    putTexts: (rows, content) => tell({ kind: 'texts', rows, content }),
    learn(changes, touched) {
      if (closed || failure !== undefined) return;
      tell({ kind: 'count', changes });
      for (const row of touched) queue.add(row);
      void start();
      restLater();
    },
    async settle() {
      hurries = true;
      endPause();
      try {
        do await start();
        while (failure === undefined && !closed && (await queueOutdated()) > 0);
      } finally {
        hurries = false;
      }
      if (failure !== undefined) throw failure;
    },
    async close() {
      closed = true;
      endPause();
      clearTimeout(rest);
      queue.clear();
      await thread.close();
      await running;
    },
  };
}
