/**
 * The output of a command. Progress events are shown in one of three ways: a live bar with rate and
 * time left on a terminal, plain lines every few seconds elsewhere, JSON objects with `--json`.
 * Without `--json` progress goes to stderr, so that stdout contains only results.
 */
import { counted, type Progress, type ProgressEvent } from '@lorekeep/core';

export interface Output {
  /** True with `--json`: one JSON object per line on stdout, the result last. */
  readonly json: boolean;
  progress: Progress;
  /** A remark on stderr; `{"event":"note"}` with `--json`. */
  note(text: string): void;
  /** Guidance for people on stderr; nothing with `--json`. */
  aside(text: string): void;
  /** A warning on stderr, each line marked with `!!`; `{"event":"warning"}` with `--json`. */
  warn(text: string): void;
  /** The result of the command: `human` on stdout, or the object as the last JSON line. */
  result(value: Record<string, unknown>, human: string): void;
  error(value: { code: string; message: string; hint?: string; details?: Record<string, unknown> }): void;
  /** Ends a live bar, so that the next output starts on a new line. */
  settle(): void;
}

const PLAIN_LINE_EVERY_MS = 5000;
const BAR_EVERY_MS = 100;
const BAR_WIDTH = 24;

export function createOutput(
  json: boolean,
  stdout: NodeJS.WriteStream = process.stdout,
  stderr: NodeJS.WriteStream = process.stderr,
): Output {
  const line = (value: unknown) => stdout.write(`${JSON.stringify(value)}\n`);
  if (json) {
    const throttle = createThrottle(1000);
    return {
      json,
      progress: (event) => throttle(event) && line({ event: 'progress', ...event }),
      note: (text) => line({ event: 'note', text }),
      aside() {},
      warn: (text) => line({ event: 'warning', text }),
      result: (value) => line(value),
      error: (error) => line({ event: 'error', error }),
      settle() {},
    };
  }

  const live = stderr.isTTY === true;
  const colour = live && process.env.NO_COLOR === undefined;
  const meter = createMeter();
  const throttle = createThrottle(live ? BAR_EVERY_MS : PLAIN_LINE_EVERY_MS);
  let open = false;
  const settle = () => {
    if (open) stderr.write('\n');
    open = false;
  };
  const note = (text: string) => {
    settle();
    stderr.write(`${text}\n`);
  };
  return {
    json,
    progress(event) {
      const measured = meter(event);
      // Of a stage that begins and does not know its length there is nothing to say yet.
      if (event.done === 0 && event.total === undefined) return;
      if (!throttle(event)) return;
      if (live) {
        const width = stderr.columns ?? 80;
        stderr.write(`\r\x1b[2K${progressLine(event, measured, true).slice(0, width - 1)}`);
        open = true;
        if (event.total !== undefined && event.done >= event.total) settle();
      } else stderr.write(`${progressLine(event, measured, false)}\n`);
    },
    note,
    aside: note,
    warn(text) {
      settle();
      const block = text
        .split('\n')
        .map((row) => `!! ${row}`)
        .join('\n');
      stderr.write(colour ? `\x1b[1;33m${block}\x1b[0m\n` : `${block}\n`);
    },
    result(_, human) {
      settle();
      stdout.write(human.endsWith('\n') ? human : `${human}\n`);
    },
    error(error) {
      settle();
      const head = `error ${error.code}: ${error.message}`;
      stderr.write(`${colour ? `\x1b[31m${head}\x1b[0m` : head}\n`);
      for (const bad of badLines(error.details)) stderr.write(`  ${bad}\n`);
      if (error.hint !== undefined) stderr.write(`  → ${error.hint}\n`);
    },
    settle,
  };
}

/** The malformed lines in the details of an import error, as `file:line reason`. */
function badLines(details: Record<string, unknown> | undefined): string[] {
  const bad = details?.bad;
  // With causes, the message itself names examples of each.
  if (!Array.isArray(bad) || Array.isArray(details?.causes)) return [];
  const shown = bad
    .slice(0, 10)
    .map((row: { file?: string; line?: number; reason?: string }) => `${row.file}:${row.line}  ${row.reason}`);
  return bad.length > shown.length ? [...shown, `… and ${bad.length - shown.length} more`] : shown;
}

interface Measured {
  /** Units per second since the stage began in this run. */
  rate: number;
  secondsLeft: number | undefined;
}

/**
 * Rate and time left, measured from the first event of a stage, so that resumed work does not
 * inflate them. If `done` decreases, the stage has restarted with another part of the work, for
 * example steps after examples.
 */
function createMeter(now: () => number = () => performance.now()): (event: ProgressEvent) => Measured {
  let stage = '';
  let startedAt = 0;
  let startedFrom = 0;
  let lastDone = 0;
  return (event) => {
    if (event.stage !== stage || event.done < lastDone) {
      stage = event.stage;
      startedAt = now();
      startedFrom = event.done;
    }
    lastDone = event.done;
    const seconds = (now() - startedAt) / 1000;
    const rate = seconds > 0.2 ? (event.done - startedFrom) / seconds : 0;
    const left = event.total !== undefined && rate > 0 ? (event.total - event.done) / rate : undefined;
    return { rate, secondsLeft: left };
  };
}

/**
 * Passes the first and the last event of a stage, and in between at most one per `every`
 * milliseconds.
 */
function createThrottle(every: number): (event: ProgressEvent) => boolean {
  let stage = '';
  let last = Number.NEGATIVE_INFINITY;
  let finished = false;
  return (event) => {
    const complete = event.total !== undefined && event.done >= event.total;
    if (event.stage === stage && complete && finished) return false;
    const now = performance.now();
    if (event.stage === stage && !complete && now - last < every) return false;
    stage = event.stage;
    last = now;
    finished = complete;
    return true;
  };
}

function progressLine(event: ProgressEvent, { rate, secondsLeft }: Measured, bar: boolean): string {
  const count = new Intl.NumberFormat('en-US');
  const parts = [event.stage.padEnd(9)];
  if (event.total !== undefined && event.total > 0) {
    const share = Math.min(1, event.done / event.total);
    const filled = Math.round(share * BAR_WIDTH);
    if (bar) parts.push(`${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`);
    parts.push(`${Math.floor(share * 100)}%`.padStart(4));
    parts.push(`${count.format(event.done)}/${count.format(event.total)} ${unitOf(event, event.total)}`);
  } else parts.push(`${count.format(event.done)} ${unitOf(event, event.done)}`);
  if (rate > 0) parts.push(`${count.format(Math.round(rate * 10) / 10)}/s`);
  if (secondsLeft !== undefined && secondsLeft > 0.5) parts.push(`${duration(secondsLeft)} left`);
  if (event.note !== undefined && event.note !== '') parts.push(event.note);
  return parts.join('  ');
}

/** Units of progress are regular plurals. */
const unitOf = ({ unit }: ProgressEvent, count: number) => (count === 1 ? unit.replace(/s$/, '') : unit);

/** Seconds as `8 s`, `3 min 20 s`, `1 h 05 min`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`;
}

/** `80 items, 26 users, 1,500 events` */
export function contentOf({ items, users, events }: { items: number; users: number; events: number }): string {
  return [counted(items, 'item'), counted(users, 'user'), counted(events, 'event')].join(', ');
}

/** Columns padded to their widest cell: the first left-aligned, the others right-aligned. */
export function table(rows: string[][]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
