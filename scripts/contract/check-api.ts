/**
 * `pnpm check:api [CASES]`: Schemathesis sends requests that its own reading of `/openapi.json` says are
 * valid, and requests that it says are not, to a live service with keys. No answer may be a 5xx or a
 * status that is not documented, no valid request may be refused, and no invalid one accepted;
 * `schemathesis.toml` has the exceptions with their reasons, `hooks.py` makes the bodies of uploads. It takes minutes and is no part of
 * `pnpm test`. Python's `venv` must be there; Schemathesis is installed into `.peers/schemathesis`.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from '../build/packages.ts';

const SCHEMATHESIS = 'schemathesis==4.32.5';
/** Least number of requests; the tool is told how many per operation. */
const [cases = 5_000] = process.argv.slice(2).map(Number);

const here = import.meta.dirname;
const venv = join(ROOT, '.peers', 'schemathesis');
const work = mkdtempSync(join(tmpdir(), 'lorekeep-check-api-'));
const child = spawn(process.execPath, [join(here, 'service.ts'), join(work, 'shop')], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  install();
  const { address, secret } = await started(child);
  const operations = await countOperations(address);
  const { status, sent } = check(address, secret, Math.ceil(cases / operations));
  console.log(`${sent} cases of at least ${cases}`);
  process.exitCode = status === 0 && sent >= cases ? 0 : 1;
} finally {
  child.kill('SIGTERM');
  if (child.exitCode === null) await once(child, 'exit');
  rmSync(work, { recursive: true, force: true });
}

function install(): void {
  if (existsSync(join(venv, 'bin', 'st'))) return;
  mkdirSync(join(ROOT, '.peers'), { recursive: true });
  run('python3', ['-m', 'venv', venv]);
  run(join(venv, 'bin', 'pip'), ['install', '--quiet', SCHEMATHESIS]);
}

function run(command: string, words: string[]): void {
  const { status } = spawnSync(command, words, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${command} ${words.join(' ')} failed`);
}

async function started({ stdout }: ChildProcess): Promise<{ address: string; secret: string }> {
  const lines = createInterface(stdout as NodeJS.ReadableStream);
  const [line] = await once(lines, 'line');
  return JSON.parse(line);
}

async function countOperations(address: string): Promise<number> {
  const { paths } = (await (await fetch(`${address}/openapi.json`)).json()) as { paths: Record<string, object> };
  return Object.values(paths).flatMap(Object.keys).length;
}

function check(address: string, secret: string, examples: number): { status: number | null; sent: number } {
  const words = ['--config-file', join(here, 'schemathesis.toml'), 'run', `${address}/openapi.json`];
  // All checks are on by default. `--checks all` would outrank what `schemathesis.toml` turns off.
  const options = ['--phases', 'coverage,fuzzing', '--continue-on-failure', '--seed', '42'];
  const env = { ...process.env, SCHEMATHESIS_HOOKS: join(here, 'hooks.py') };
  const key = ['--header', `Authorization: Bearer ${secret}`];
  const { status, stdout, stderr } = spawnSync(
    join(venv, 'bin', 'st'),
    [...words, ...options, ...key, '--max-examples', String(examples)],
    { cwd: work, env, encoding: 'utf8', maxBuffer: 2 ** 28 },
  );
  console.log(stdout + stderr);
  return { status, sent: Number(/(\d+) generated/.exec(stdout)?.[1] ?? 0) };
}
