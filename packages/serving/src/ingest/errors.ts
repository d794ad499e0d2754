/** Errors of bulk uploads. Each has the progress of its upload in `details.progress`. */
import { defineErrors, failure, LorekeepError, usage } from '@lorekeep/core';
import type { Progress } from './progress.ts';

export const errors = defineErrors({
  BULK_LINE_REFUSED: usage<{ line: number; code: string; reason: string; progress: Progress }>({
    http: 422,
    message: ({ line, reason }) => `Line ${line} is refused: ${reason}`,
    hint: ({ line }) => `Correct line ${line} and send it with all that follow, or send everything with onError=skip.`,
  }),
  BULK_LINE_NOT_JSON: usage<{ reason: string }>({
    http: 400,
    message: ({ reason }) => `The line is not acceptable JSON: ${reason}.`,
    hint: 'Send one JSON value in UTF-8 on each line.',
  }),
  EVENT_NOT_MAPPED: usage<{ problem: string }>({
    http: 400,
    message: ({ problem }) => problem,
    hint: 'Compare the line with the shapes in the guide "Send events".',
  }),
  BULK_LIMIT: usage<{ what: string; limit: number; progress: Progress }>({
    http: 413,
    message: ({ what, limit }) => `The upload has more than ${limit} ${what}.`,
    hint: ({ progress }) => `Everything up to line ${progress.lastLine} is done. Send the rest in another upload.`,
  }),
  BULK_STALLED: usage<{ seconds: number; progress: Progress }>({
    http: 408,
    message: ({ seconds }) => `No byte of the upload has arrived for ${seconds} s.`,
    hint: ({ progress }) => `Everything up to line ${progress.lastLine} is done. Send the rest in another upload.`,
  }),
  BULK_BUSY: failure<{ uploads: number }>({
    http: 503,
    message: ({ uploads }) => `${uploads} uploads are running already.`,
    hint: 'Send the same upload again in a moment.',
  }),
});

/** The same error, with what was done before it. */
export function withProgress(error: unknown, progress: Progress): unknown {
  if (!(error instanceof LorekeepError) || error.http === undefined || error.details.progress !== undefined)
    return error;
  const { code, message, kind, http, hint, details } = error;
  return new LorekeepError(code, message, { kind, http, hint, details: { ...details, progress }, cause: error });
}
