/**
 * The Hugging Face hub, and the cache that its Python and JavaScript libraries keep on this machine. The hub says of
 * every file what its content hashes to (SHA-256 of large files, git's blob hash of small ones) and that cache names
 * its files by the same hashes, so both are verified without knowing the model.
 */
import { copyFile, link, mkdir, readFile, realpath, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type ListFileEntry, listFiles, modelInfo } from '@huggingface/hub';
import { sha256OfFile } from '@lorekeep/core';
import { errors } from '../errors.ts';
import { backoffMs, isTransient, retryAfterMs, wait } from '../retry.ts';
import { addToCache } from './cache.ts';
import { download, hashOfFile, networkReason } from './download.ts';
import { chooseModelFiles } from './model-files.ts';
import { type FoundModel, isSafePath, pathsIn, type SourceRequest } from './resolve.ts';

/** How long the hub may be silent before it counts as out of reach. */
const ANSWER_MS = 8000;

/** The newest snapshot of the model in the user's own cache, its files verified. */
export async function findInHubCache(repo: string): Promise<FoundModel> {
  const folder = join(hubCache(), `models--${repo.replace('/', '--')}`);
  const commit = await readFile(join(folder, 'refs', 'main'), 'utf8').catch(() => undefined);
  if (commit === undefined) throw new Error(`nothing at ${folder}`);
  const snapshot = join(folder, 'snapshots', basename(commit.trim()));
  const { files, missing } = chooseModelFiles(pathsIn(snapshot));
  if (missing.length > 0) throw new Error(`${snapshot} has no ${missing.join(' and no ')}`);
  const hashes: Record<string, string> = {};
  for (const file of files) {
    const path = await realpath(join(snapshot, file));
    const expected = basename(path);
    if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(expected))
      throw new Error(`${path} is not named by its hash and cannot be verified`);
    const actual = await hashOfFile(path, expected);
    if (actual !== expected) throw errors.MODEL_HASH_MISMATCH({ file: path, expected, actual });
    hashes[file] = actual;
  }
  return { directory: snapshot, hashes };
}

function hubCache(): string {
  const { HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME, XDG_CACHE_HOME } = process.env;
  const home = HF_HOME || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'huggingface');
  return HF_HUB_CACHE || HUGGINGFACE_HUB_CACHE || join(home, 'hub');
}

/**
 * Downloads the model into Lorekeep's cache, at the commit that `main` is now. A commit's files never change, and what
 * is fetched waits in `downloads` under its hash, so whatever interrupts this, the next call fetches only the rest.
 * @throws LorekeepError `MODEL_BAD_PATH`, `MODEL_HASH_MISMATCH`; `Error` with the reason
 */
export async function fetchFromHub(request: SourceRequest): Promise<FoundModel> {
  const { repo, progress, signal, patience, downloads } = request;
  const { HF_HUB_OFFLINE, HF_ENDPOINT, HF_TOKEN = '' } = process.env;
  if (/^(1|true|yes|on)$/i.test(HF_HUB_OFFLINE ?? '')) throw new Error('not asked, because HF_HUB_OFFLINE is set');
  // An error of `fetch` about such a header would quote it.
  if (!/^[\x21-\x7e]*$/.test(HF_TOKEN)) throw new Error('HF_TOKEN holds characters that no token has');
  const hub = {
    hubUrl: (HF_ENDPOINT || 'https://huggingface.co').replace(/\/+$/, ''),
    fetch: patientFetch(request),
    ...(HF_TOKEN ? { accessToken: HF_TOKEN } : {}),
  };
  const { sha } = await modelInfo({ name: repo, additionalFields: ['sha'], ...hub });
  if (!/^[0-9a-f]{40,64}$/.test(sha)) throw new Error('the hub names no commit');
  const listed = new Map<string, ListFileEntry>();
  const tree = { repo: { type: 'model' as const, name: repo }, revision: sha, recursive: true, ...hub };
  for await (const entry of listFiles(tree)) {
    if (!isSafePath(entry.path)) throw errors.MODEL_BAD_PATH({ where: hub.hubUrl, path: entry.path });
    if (entry.type === 'file') listed.set(entry.path, entry);
  }
  const { files, missing } = chooseModelFiles([...listed.keys()]);
  if (missing.length > 0) throw new Error(`${repo} on the hub has no ${missing.join(' and no ')}`);

  const entries = files.map((path) => listed.get(path)!);
  const sizes = entries.map(({ size, lfs }) => lfs?.size ?? size);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const there = new Float64Array(entries.length);
  const report = () => {
    const done = there.reduce((sum, bytes) => sum + bytes, 0);
    progress({ stage: 'model', done, total, unit: 'bytes', note: `${repo} from the hub` });
  };
  report();
  const fetched: string[] = [];
  for (const [at, { path, oid, lfs }] of entries.entries()) {
    const hash = lfs?.oid ?? oid ?? '';
    if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(hash)) throw new Error(`the hub does not say what ${path} hashes to`);
    const location = path.split('/').map(encodeURIComponent).join('/');
    const local = await download({
      url: `${hub.hubUrl}/${repo}/resolve/${sha}/${location}`,
      // Not sent on to the hosts of large files that the hub redirects to: `fetch` drops it where the origin changes.
      headers: HF_TOKEN ? { authorization: `Bearer ${HF_TOKEN}` } : {},
      name: path,
      size: sizes[at],
      hash,
      folder: downloads,
      patience,
      onBytes: (bytes) => {
        there[at] = bytes;
        report();
      },
      signal,
    });
    fetched.push(local);
  }

  const directory = await addToCache(request, `${hub.hubUrl} ${repo}@${sha}`, async (folder) => {
    const hashes: Record<string, string> = {};
    for (const [at, { path, lfs }] of entries.entries()) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await link(fetched[at], join(folder, path)).catch(() => copyFile(fetched[at], join(folder, path)));
      hashes[path] = lfs?.oid.length === 64 ? lfs.oid : await sha256OfFile(fetched[at]);
    }
    return hashes;
  });
  for (const file of new Set(fetched)) await rm(file, { force: true });
  return { directory, hashes: Object.fromEntries(entries.map(({ path, lfs }) => [path, lfs?.oid ?? ''])) };
}

/**
 * `fetch` for small answers, which gives up when none begins: the next source may be nearer. What shows that a hub is
 * there, but not at its best, is tried again.
 */
function patientFetch({ signal, patience }: SourceRequest): typeof fetch {
  return async (input, init) => {
    for (let failures = 0; ; failures++) {
      const silence = new AbortController();
      const timer = setTimeout(() => silence.abort(new Error(`no answer within ${ANSWER_MS / 1000} s`)), ANSWER_MS);
      const signals = [silence.signal, signal, init?.signal].filter((one) => one != null);
      let pause: number | undefined;
      try {
        const response = await fetch(input, { ...init, signal: AbortSignal.any(signals) });
        if (!isTransient(response.status) || failures >= patience.retries) return response;
        pause = retryAfterMs(response.headers.get('retry-after'));
        await response.body?.cancel();
      } catch (error) {
        const broken =
          error instanceof TypeError && ['ECONNRESET', 'UND_ERR_SOCKET', 'EPIPE'].includes(networkReason(error));
        if (!broken || failures >= patience.retries) throw error;
      } finally {
        clearTimeout(timer);
      }
      pause ??= backoffMs(failures, patience.retryMs);
      if (pause > MOST_PAUSE_MS) throw new Error(`it asks for a pause of ${Math.ceil(pause / 1000)} s`);
      await wait(pause, signal);
    }
  };
}

/** Beyond this, a hub that wants to be left alone for a while counts as out of reach. */
const MOST_PAUSE_MS = 60_000;
