/** Runs the command in a process of its own, as a shell does after a global installation. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** A folder of the PATH with the program. */
const BIN = mkdtempSync(join(tmpdir(), 'lorekeep-bin-'));
symlinkSync(MAIN, join(BIN, 'lorekeep'));
process.on('exit', () => rmSync(BIN, { recursive: true, force: true }));

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
  /** The lines of stdout, parsed, for runs with `--json`. */
  lines: Record<string, unknown>[];
  /** The last line. */
  last: any;
}

export function start(words: string[], cwd: string): { child: ChildProcess; finished: Promise<Finished> } {
  const env = { ...process.env, INIT_CWD: cwd, PATH: `${BIN}${delimiter}${process.env.PATH}` };
  const child = spawn(process.execPath, [join(BIN, 'lorekeep'), ...words], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  const finished = new Promise<Finished>((resolve) => {
    child.on('close', (code) => {
      const lines = words.includes('--json') ? stdout.split('\n').filter(Boolean).map(parse) : [];
      resolve({ code, stdout, stderr, lines, last: lines.at(-1) });
    });
  });
  return { child, finished };
}

export const lorekeep = (words: string[], cwd: string): Promise<Finished> => start(words, cwd).finished;

function parse(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line);
  } catch {
    throw new Error(`not a JSON line: ${line}`);
  }
}

/** Resolves with the first JSON line on the child's stdout that `wanted` accepts. */
export function lineOf(child: ChildProcess, wanted: (line: any) => boolean): Promise<any> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (piece) => {
      text += piece;
      const complete = text.split('\n');
      text = complete.pop() ?? '';
      for (const line of complete) if (line !== '' && wanted(JSON.parse(line))) resolve(JSON.parse(line));
    });
    child.on('close', (code) => reject(new Error(`ended with ${code} before the expected line`)));
  });
}
