/**
 * The Hugging Face hub, and the cache that its Python and JavaScript libraries keep on this machine. The hub says of
 * every file what its content hashes to (SHA-256 of large files, git's blob hash of small ones) and that cache names
 * its files by the same hashes, so both are verified without knowing the model.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { downloadFile, type ListFileEntry, listFiles, modelInfo } from '@huggingface/hub';
import { sha256OfFile } from '@lorekeep/core';
import { addToCache } from './cache.ts';
import { modelHashMismatch } from './errors.ts';
import type { SourceRequest } from './sources.ts';

const REQUIRED = ['config.json', 'tokenizer.json', 'model.safetensors'];
const OPTIONAL = [
  'modules.json',
  'sentence_bert_config.json',
  'config_sentence_transformers.json',
  'tokenizer_config.json',
];
/** Settings of sentence-transformers' modules: `1_Pooling/config.json`. */
const MODULE_CONFIG = /^\d+_[A-Za-z]+\/config\.json$/;

/** How long the hub may be silent before it counts as out of reach. */
const ANSWER_MS = 8000;

/** The newest snapshot of the model in the user's own cache, its files verified. */
export async function findInHubCache(repo: string): Promise<string> {
  const folder = join(hubCache(), `models--${repo.replace('/', '--')}`);
  const commit = await readFile(join(folder, 'refs', 'main'), 'utf8').catch(() => undefined);
  if (commit === undefined) throw new Error(`nothing at ${folder}`);
  const snapshot = join(folder, 'snapshots', basename(commit.trim()));
  for (const file of REQUIRED)
    await stat(join(snapshot, file)).catch(() => {
      throw new Error(`${snapshot} has no ${file}`);
    });
  for (const file of await modelFilesIn(snapshot)) {
    const path = await realpath(join(snapshot, file));
    await verify(path, basename(path));
  }
  return snapshot;
}

function hubCache(): string {
  const { HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME, XDG_CACHE_HOME } = process.env;
  const home = HF_HOME || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'huggingface');
  return HF_HUB_CACHE || HUGGINGFACE_HUB_CACHE || join(home, 'hub');
}

async function modelFilesIn(snapshot: string): Promise<string[]> {
  const files = await readdir(snapshot, { recursive: true });
  return files.map((file) => file.replaceAll('\\', '/')).filter(isModelFile);
}

function isModelFile(path: string): boolean {
  return REQUIRED.includes(path) || OPTIONAL.includes(path) || MODULE_CONFIG.test(path);
}

/** @param hash 64 hexadecimal digits: SHA-256; 40: git's hash of the file as a blob */
async function verify(path: string, hash: string): Promise<void> {
  const actual = hash.length === 64 ? await sha256OfFile(path) : await gitBlobHash(path);
  if (!/^[0-9a-f]+$/.test(hash)) throw new Error(`${path} is not named by its hash and cannot be verified`);
  if (actual !== hash) throw modelHashMismatch(path, hash, actual);
}

async function gitBlobHash(path: string): Promise<string> {
  const hash = createHash('sha1').update(`blob ${(await stat(path)).size}\0`);
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Downloads the model into Lorekeep's cache, at the commit that `main` is now. */
export async function fetchFromHub(request: SourceRequest): Promise<string> {
  const { repo, progress, signal } = request;
  if (/^(1|true|yes|on)$/i.test(process.env.HF_HUB_OFFLINE ?? ''))
    throw new Error('not asked, because HF_HUB_OFFLINE is set');
  const hub = {
    hubUrl: process.env.HF_ENDPOINT || 'https://huggingface.co',
    fetch: impatientFetch(signal),
    ...(process.env.HF_TOKEN ? { accessToken: process.env.HF_TOKEN } : {}),
  };
  const { sha } = await modelInfo({ name: repo, additionalFields: ['sha'], ...hub });
  const target = { repo: { type: 'model' as const, name: repo }, revision: sha, ...hub };
  const files: ListFileEntry[] = [];
  for await (const file of listFiles({ ...target, recursive: true }))
    if (file.type === 'file' && isModelFile(file.path)) files.push(file);
  for (const file of REQUIRED)
    if (!files.some(({ path }) => path === file)) throw new Error(`${repo} on the hub has no ${file}`);

  const total = files.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  return addToCache(request, `${hub.hubUrl} ${repo}@${sha}`, async (directory) => {
    const hashes: Record<string, string> = {};
    for (const { path, oid, lfs } of files) {
      const local = join(directory, path);
      await mkdir(dirname(local), { recursive: true });
      const blob = await downloadFile({ ...target, path });
      if (blob === null) throw new Error(`${repo} on the hub lost ${path}`);
      const file = await open(local, 'wx');
      try {
        for await (const chunk of Readable.fromWeb(blob.stream() as never)) {
          signal?.throwIfAborted();
          await file.write(chunk as Buffer);
          done += (chunk as Buffer).length;
          progress({ stage: 'model', done, total, unit: 'bytes', note: `${repo} from the hub` });
        }
      } finally {
        await file.close();
      }
      const expected = lfs?.oid ?? oid;
      if (expected === undefined) throw new Error(`the hub does not say what ${path} hashes to`);
      await verify(local, expected);
      hashes[path] = await sha256OfFile(local);
    }
    return hashes;
  });
}

/** `fetch` that gives up when no answer begins; how long the answer then takes is another matter. */
function impatientFetch(signal: AbortSignal | undefined): typeof fetch {
  return async (input, init) => {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(new Error(`no answer within ${ANSWER_MS / 1000} s`)), ANSWER_MS);
    const signals = [patience.signal, signal, init?.signal].filter((one) => one != null);
    try {
      return await fetch(input, { ...init, signal: AbortSignal.any(signals) });
    } finally {
      clearTimeout(timer);
    }
  };
}
