/** A function that is compiled once per set of input shapes. */
import { type Arrays, signatureKey, type TensorSpec, type Tensors } from '../arrays.ts';
import { type CompileOptions, compileGraph } from '../compiler/compile.ts';
import { errors } from '../errors.ts';
import { buildOnce } from './build-once.ts';
import { createSession, type GraphSession, type SessionOptions } from './session.ts';

export interface GraphCache {
  /** The session for these shapes, compiled on first use. */
  session(inputs: Record<string, TensorSpec>): Promise<GraphSession>;
  /** Runs the function on arrays of any shapes that it accepts. */
  run(feeds: Arrays, into?: Arrays): Promise<Arrays>;
  close(): Promise<void>;
}

export interface GraphCacheOptions extends CompileOptions, SessionOptions {
  /** Limit of open sessions. The least recently used one is closed first. Default 16. */
  maxSessions?: number;
}

/**
 * Shapes are static in a graph, so bring lengths to few distinct values first (see `bucketLength`).
 *
 * @throws LorekeepError `GRAPH_BAD_OPTION`
 */
export function createGraphCache(fn: (inputs: Tensors) => Tensors, options: GraphCacheOptions = {}): GraphCache {
  const { maxSessions = 16 } = options;
  if (!Number.isInteger(maxSessions) || maxSessions < 1)
    throw errors.GRAPH_BAD_OPTION({ name: 'maxSessions', problem: `must be a positive integer, not ${maxSessions}` });
  /** The least recently used one comes first. */
  const sessions = new Map<string, Promise<GraphSession>>();
  let closed = false;

  function session(inputs: Record<string, TensorSpec>): Promise<GraphSession> {
    if (closed) return Promise.reject(errors.GRAPH_CLOSED({ what: 'graph cache' }));
    const key = signatureKey(inputs);
    const found = buildOnce(sessions, key, async () => createSession(compileGraph(fn, inputs, options), options));
    sessions.delete(key);
    sessions.set(key, found);
    for (const [oldest, stale] of sessions) {
      if (sessions.size <= maxSessions) break;
      sessions.delete(oldest);
      // A build that fails is reported to the caller that waits for it.
      void stale.then((unused) => unused.close()).catch(() => {});
    }
    return found;
  }

  return {
    session,
    async run(feeds, into) {
      return (await session(feeds)).run(feeds, into);
    },
    async close() {
      closed = true;
      const open = [...sessions.values()];
      sessions.clear();
      await Promise.allSettled(open.map(async (pending) => (await pending).close()));
    },
  };
}
