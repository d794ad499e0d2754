/** Answers that are asked for again and again while the page is looked at. */
import { useEffect, useState } from 'preact/hooks';
import { ApiError, get } from './api.ts';

export interface Polled<T> {
  /** The last answer; kept while later requests fail. */
  data: T | undefined;
  error: ApiError | undefined;
}

/**
 * @param path `undefined`: nothing is asked for
 * @param everyMs from one answer to the next request
 * @param soonMs the same for an answer that is not complete yet
 * @param isWaiting whether an answer is not complete
 */
export function usePolled<T>(
  path: string | undefined,
  everyMs: number,
  isWaiting: (answer: T) => boolean = () => false,
  soonMs = 700,
): Polled<T> {
  const [state, setState] = useState<Polled<T> & { path?: string }>({ data: undefined, error: undefined });
  useEffect(() => {
    if (path === undefined) return;
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    async function ask(): Promise<void> {
      let pause = everyMs;
      try {
        if (!document.hidden) {
          const data = await get<T>(path as string, abort.signal);
          setState({ data, error: undefined, path });
          if (isWaiting(data)) pause = soonMs;
        }
      } catch (error) {
        if (abort.signal.aborted) return;
        const known = error instanceof ApiError ? error : new ApiError('PAGE', String(error));
        setState((last) => ({ data: last.path === path ? last.data : undefined, error: known, path }));
      }
      if (!abort.signal.aborted) timer = setTimeout(ask, pause);
    }
    void ask();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [path]);
  return state.path === path ? state : { data: undefined, error: undefined };
}
