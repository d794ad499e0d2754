/**
 * The Hugging Face hub. It gives a hash for every file (SHA-256 for large files, git's blob hash
 * for small ones), so a model can be verified without knowing it in advance.
 */
import { copyFile, link, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type ListFileEntry, listFiles, modelInfo } from '@huggingface/hub';
import { sha256OfFile } from '@lorekeep/core';
import { errors } from '../errors.ts';
import { backoffMs, isTransient, networkReason, retryAfterMs, wait } from '../retry.ts';
import { addToCache } from './cache.ts';
import { download } from './download.ts';
import { isFileHash } from './file-hash.ts';
import { chooseModelFiles } from './model-files.ts';
import { isSafePath } from './model-paths.ts';
import type { FoundModel, SourceRequest } from './source.ts';

/** The hub counts as unreachable if no answer begins within this time. */
const ANSWER_MS = 8000;
/** The hub counts as unreachable if it asks for a longer wait than this. */
const MAX_WAIT_MS = 60_000;

/** How to reach the hub: address, `fetch` and token. */
interface HubAccess {
  hubUrl: string;
  fetch: typeof fetch;
  accessToken?: string;
}

/**
 * Downloads the model into Lorekeep's cache, at the current commit of `main`. The files of a commit
 * never change, and downloaded files wait in `downloads` under their hash, so after an interruption
 * the next call downloads only the rest.
 * @throws LorekeepError `MODEL_BAD_PATH`, `MODEL_HASH_MISMATCH`; `Error` with the reason
 */
export async function fetchFromHub(request: SourceRequest): Promise<FoundModel> {
  const { repo } = request;
  const hub = hubAccess(request);
  const { sha: commit } = await modelInfo({ name: repo, additionalFields: ['sha'], ...hub });
  if (!/^[0-9a-f]{40,64}$/.test(commit)) throw new Error('the hub returned no commit');
  const entries = await listModelFiles(hub, repo, commit);
  const fetched = await downloadAll(request, hub, commit, entries);

  const directory = await addToCache(request, `${hub.hubUrl} ${repo}@${commit}`, async (folder) => {
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

function hubAccess(request: SourceRequest): HubAccess {
  const { HF_HUB_OFFLINE, HF_ENDPOINT, HF_TOKEN = '' } = process.env;
  if (/^(1|true|yes|on)$/i.test(HF_HUB_OFFLINE ?? '')) throw new Error('skipped, because HF_HUB_OFFLINE is set');
  // Checked here because an error of `fetch` about such a header would quote the token.
  if (!/^[\x21-\x7e]*$/.test(HF_TOKEN)) throw new Error('HF_TOKEN contains characters that no token has');
  return {
    hubUrl: (HF_ENDPOINT || 'https://huggingface.co').replace(/\/+$/, ''),
    fetch: retryingFetch(request),
    ...(HF_TOKEN ? { accessToken: HF_TOKEN } : {}),
  };
}

/** The files of the commit that this package loads. */
async function listModelFiles(hub: HubAccess, repo: string, commit: string): Promise<ListFileEntry[]> {
  const listed = new Map<string, ListFileEntry>();
  const tree = { repo: { type: 'model' as const, name: repo }, revision: commit, recursive: true, ...hub };
  for await (const entry of listFiles(tree)) {
    if (!isSafePath(entry.path)) throw errors.MODEL_BAD_PATH({ where: hub.hubUrl, path: entry.path });
    if (entry.type === 'file') listed.set(entry.path, entry);
  }
  const { files, missing } = chooseModelFiles([...listed.keys()]);
  if (missing.length > 0) throw new Error(`${repo} on the hub has no ${missing.join(' and no ')}`);
  return files.map((path) => listed.get(path)!);
}

/**
 * Downloads the files one after the other. Progress counts the bytes of all files. Returns their
 * paths.
 */
async function downloadAll(
  { repo, progress, signal, retry, downloads }: SourceRequest,
  { hubUrl, accessToken }: HubAccess,
  commit: string,
  entries: readonly ListFileEntry[],
): Promise<string[]> {
  const sizes = entries.map(({ size, lfs }) => lfs?.size ?? size);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const received = new Float64Array(entries.length);
  const report = () => {
    const done = received.reduce((sum, bytes) => sum + bytes, 0);
    progress({ stage: 'model', done, total, unit: 'bytes', note: `${repo} from the hub` });
  };
  report();
  const fetched: string[] = [];
  for (const [at, { path, oid, lfs }] of entries.entries()) {
    const hash = lfs?.oid ?? oid ?? '';
    if (!isFileHash(hash)) throw new Error(`the hub gives no hash for ${path}`);
    const location = path.split('/').map(encodeURIComponent).join('/');
    const local = await download({
      url: `${hubUrl}/${repo}/resolve/${commit}/${location}`,
      // The hub redirects large files to other hosts. `fetch` drops this header when the origin
      // changes.
      headers: accessToken ? { authorization: `Bearer ${accessToken}` } : {},
      name: path,
      size: sizes[at],
      hash,
      folder: downloads,
      retry,
      onBytes: (bytes) => {
        received[at] = bytes;
        report();
      },
      signal,
    });
    fetched.push(local);
  }
  return fetched;
}

/**
 * `fetch` for small answers. It gives up if no answer begins within `ANSWER_MS`, because the next
 * source may be reachable. It retries failures which show that the hub is reachable but overloaded.
 */
function retryingFetch({ signal, retry }: SourceRequest): typeof fetch {
  return async (input, init) => {
    for (let failures = 0; ; failures++) {
      const silence = new AbortController();
      const timer = setTimeout(() => silence.abort(new Error(`no answer within ${ANSWER_MS / 1000} s`)), ANSWER_MS);
      const signals = [silence.signal, signal, init?.signal].filter((one) => one != null);
      let waitMs: number | undefined;
      try {
        const response = await fetch(input, { ...init, signal: AbortSignal.any(signals) });
        if (!isTransient(response.status) || failures >= retry.retries) return response;
        waitMs = retryAfterMs(response.headers.get('retry-after'));
        await response.body?.cancel();
      } catch (error) {
        const broken =
          error instanceof TypeError && ['ECONNRESET', 'UND_ERR_SOCKET', 'EPIPE'].includes(networkReason(error));
        if (!broken || failures >= retry.retries) throw error;
      } finally {
        clearTimeout(timer);
      }
      waitMs ??= backoffMs(failures, retry.firstWaitMs);
      if (waitMs > MAX_WAIT_MS) throw new Error(`it asks for a wait of ${Math.ceil(waitMs / 1000)} s`);
      await wait(waitMs, signal);
    }
  };
}
