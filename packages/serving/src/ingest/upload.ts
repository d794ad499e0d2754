/**
 * One upload: lines become records, a slice of records is committed, then the next lines are read. So
 * memory is bounded, a client that sends faster than the disk writes is held back by TCP, and other
 * requests get their turn between slices.
 */
import type { IncomingMessage } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LorekeepError } from '@lorekeep/core';
import { recommenderErrors } from '@lorekeep/recommender';
import { parseJson } from '../http/body.ts';
import { bodyChunks, Stalled } from './body-stream.ts';
import { errors, withProgress } from './errors.ts';
import { type BulkLimits, MAX_LISTED, SLICE } from './limits.ts';
import { createLineSplitter, isBlank, type Line } from './lines.ts';
import type { Progress } from './progress.ts';

/** What happens at a line that is not valid. */
export type OnError = 'stop' | 'skip';

/** Takes records of one kind. `R` is what one line holds. */
export interface Sink<R, P extends Progress> {
  progress: P;
  /** Most records of a slice. */
  slice: number;
  /** How many records a line holds. */
  size(records: R): number;
  /**
   * @param refuse takes what is wrong with a part of the line; the rest can be stored
   * @throws LorekeepError for a line of which nothing can be stored
   */
  read(value: unknown, refuse: (error: LorekeepError) => void): R;
  /**
   * Commits lines, and counts what is stored.
   * @param onError with `'stop'`, nothing of the first line that is refused and of later ones is stored
   * @returns what is refused, in the order of lines
   */
  commit(lines: readonly Taken<R>[], onError: OnError): Promise<Refusal[]>;
}

/** A line that was read. */
export interface Taken<R> {
  number: number;
  records: R;
}

export interface Refusal {
  line: number;
  error: LorekeepError;
}

export interface UploadOptions {
  request: IncomingMessage;
  onError: OnError;
  limits: BulkLimits;
  /** How long to wait for the next bytes, in ms. */
  stallMs: number;
  isClosing: () => boolean;
}

/** @throws LorekeepError with the progress in its details */
export async function upload<R, P extends Progress>(sink: Sink<R, P>, options: UploadOptions): Promise<P> {
  const { request, onError, limits, stallMs, isClosing } = options;
  const { progress } = sink;
  const started = performance.now();
  const splitter = createLineSplitter();
  let taken: Taken<R>[] = [];
  let records = 0;
  let bytes = 0;
  /** Of the slice that is being collected. */
  let sliceBytes = 0;
  /** The last line that was read. */
  let seen = 0;

  const exceeds = (what: string, limit: number) => errors.BULK_LIMIT({ what, limit, progress });
  function refuse({ line, error }: Refusal): void {
    if (onError === 'stop')
      throw errors.BULK_LINE_REFUSED({ line, code: error.code, reason: error.message, progress }, error);
    progress.refused++;
    if (progress.problems.length < MAX_LISTED)
      progress.problems.push({ line, code: error.code, message: error.message });
  }

  async function flush(): Promise<void> {
    const lines = taken;
    taken = [];
    records = 0;
    sliceBytes = 0;
    if (isClosing()) throw recommenderErrors.ENGINE_CLOSED();
    const refusals = lines.length === 0 ? [] : await sink.commit(lines, onError);
    const end = onError === 'stop' ? refusals[0]?.line : undefined;
    progress.lines += end === undefined ? lines.length : lines.filter(({ number }) => number < end).length;
    progress.lastLine = end === undefined ? seen : end - 1;
    for (const refusal of refusals) refuse(refusal);
    await nextTurn();
  }

  async function take(line: Line): Promise<void> {
    if (line.number > limits.lines) throw exceeds('lines', limits.lines);
    if (line.bytes.length > limits.lineBytes) throw exceeds('bytes in one line', limits.lineBytes);
    if (!isBlank(line)) {
      const refusals: LorekeepError[] = [];
      let read: R | undefined;
      try {
        read = sink.read(parseLine(line), (error) => refusals.push(error));
      } catch (error) {
        if (!(error instanceof LorekeepError) || error.kind !== 'usage') throw error;
        refusals.push(error);
      }
      if (refusals.length > 0 && onError === 'stop') await flush();
      for (const error of refusals) refuse({ line: line.number, error });
      if (read === undefined) progress.lines++;
      else {
        taken.push({ number: line.number, records: read });
        records += sink.size(read);
        sliceBytes += line.bytes.length;
      }
    }
    seen = line.number;
    if (records >= sink.slice || sliceBytes >= SLICE.bytes) await flush();
  }

  try {
    for await (const chunk of bodyChunks(request, stallMs)) {
      bytes += chunk.length;
      if (bytes > limits.bytes) throw exceeds('bytes', limits.bytes);
      if (performance.now() - started > limits.seconds * 1000) throw exceeds('seconds', limits.seconds);
      for (const line of splitter.push(chunk)) await take(line);
      if (splitter.held > limits.lineBytes) throw exceeds('bytes in one line', limits.lineBytes);
    }
    for (const line of splitter.end()) await take(line);
    await flush();
    return progress;
  } catch (error) {
    if (error instanceof Stalled) throw errors.BULK_STALLED({ seconds: stallMs / 1000, progress });
    throw withProgress(error, progress);
  }
}

/** @throws LorekeepError `BULK_LINE_NOT_JSON` */
function parseLine({ bytes }: Line): unknown {
  try {
    return parseJson(bytes);
  } catch (error) {
    const { reason } = (error as LorekeepError).details as { reason: string };
    throw errors.BULK_LINE_NOT_JSON({ reason });
  }
}
