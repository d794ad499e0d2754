/**
 * Keys of the service. A key is `lk_ID_SECRET`: an id of 12 hexadecimal digits, which is no secret
 * and stands in lists and logs, and 32 random bytes as base64url.
 *
 * On disk there is only the SHA-256 of a secret. A slow hash such as scrypt protects passwords,
 * because people choose few of them; 256 random bits cannot be tried out, so a fast hash is as safe
 * and costs a request a microsecond.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { sha256 } from '@lorekeep/core';
import { errors } from './errors.ts';
import { appendChange, type KeyChange, markOf, readChanges } from './journal.ts';
import type { Rate } from './rate-limit.ts';
import { SCOPES, type Scope } from './scopes.ts';

export const DEFAULT_NAMESPACE = 'default';

/** How long a service may go on with what it read, in ms: a revoked key is refused after this. */
const MAX_AGE = 1_000;

const MAX_NAME = 100;
/** A century, in seconds. */
const MAX_SECONDS = 100 * 366 * 86_400;

export interface Key {
  id: string;
  /** For people. */
  name: string;
  scopes: readonly Scope[];
  namespace: string;
  state: 'active' | 'expired' | 'revoked';
  /** Unix seconds, like all times. */
  createdAt: number;
  rotatedAt?: number;
  expiresAt?: number;
  revokedAt?: number;
  rate?: Rate;
}

export interface NewKey {
  scopes: readonly Scope[];
  /** Default: empty. */
  name?: string;
  /** Default `'default'`: the shop of the workspace. */
  namespace?: string;
  /** Seconds until the key expires. Default: never. */
  expiresIn?: number;
  /** Default: no limit. */
  rate?: Rate;
}

/** `secret` is the whole key, `lk_…`. It is shown once: there is no way to get it again. */
export interface IssuedKey {
  key: Key;
  secret: string;
}

export interface Keys {
  /** All keys, oldest first, revoked ones too. */
  list(): Promise<Key[]>;
  /**
   * @throws LorekeepError `KEY_OPTION`, `DISK_FULL`, `PATH_…`
   * @example
   * const { secret } = await keys.create({ scopes: ['read', 'events'], name: 'web shop' });
   */
  create(options: NewKey): Promise<IssuedKey>;
  /**
   * Gives a key another secret. Its id, scopes and limits stay.
   * @param overlap seconds during which the former secret is accepted too. Default 0
   * @throws LorekeepError `KEY_UNKNOWN`, `KEY_REVOKED`, `KEY_OPTION`
   */
  rotate(id: string, overlap?: number): Promise<IssuedKey>;
  /** @throws LorekeepError `KEY_UNKNOWN` */
  revoke(id: string): Promise<Key>;
  /**
   * The key of a secret.
   * @throws LorekeepError `KEY_INVALID`, `KEY_EXPIRED`
   */
  authenticate(secret: string): Promise<Key>;
  /**
   * Whether a key was ever created, also if it is revoked or expired now. It stays true if the file
   * is removed: a service that has asked for keys never stops to.
   */
  exist(): Promise<boolean>;
}

interface Stored extends Omit<Key, 'state'> {
  /** The newest first. */
  secrets: { hash: Buffer; until: number }[];
}

/**
 * The keys in a file of JSON lines, which need not be there yet. Other processes may change it:
 * changes are seen within a second.
 * @param now Unix seconds
 * @throws LorekeepError `KEYS_DAMAGED`, `PATH_…`
 */
export async function loadKeys(path: string, now: () => number = () => Date.now() / 1000): Promise<Keys> {
  let stored = new Map<string, Stored>();
  let mark: string | undefined;
  let checked = Number.NEGATIVE_INFINITY;
  let haveExisted = false;

  async function refresh(): Promise<void> {
    const found = await markOf(path);
    if (found === mark) return;
    stored = keysOf(await readChanges(path));
    mark = found;
    haveExisted ||= stored.size > 0;
  }

  async function refreshIfOld(): Promise<void> {
    if (performance.now() - checked < MAX_AGE) return;
    const at = performance.now();
    await refresh();
    checked = at;
  }

  async function add(change: KeyChange): Promise<void> {
    await appendChange(path, change);
    await refresh();
  }

  function find(id: string): Stored {
    const found = stored.get(id);
    if (found === undefined) throw errors.KEY_UNKNOWN({ key: id.slice(0, MAX_NAME) });
    return found;
  }

  await refresh();
  return {
    async list() {
      await refresh();
      return [...stored.values()].map((key) => told(key, now()));
    },
    async create({ scopes, name = '', namespace = DEFAULT_NAMESPACE, expiresIn, rate }) {
      checkNew({ scopes, name, namespace, expiresIn, rate });
      const at = now();
      const id = randomBytes(6).toString('hex');
      const { secret, hash } = newSecret(id);
      const expiresAt = expiresIn === undefined ? undefined : at + expiresIn;
      const granted = SCOPES.filter((scope) => scopes.includes(scope));
      await add({ change: 'created', at, id, name, scopes: granted, namespace, hash, expiresAt, rate });
      return { key: told(find(id), at), secret };
    },
    async rotate(id, overlap = 0) {
      checkSeconds('overlap', overlap, 0);
      await refresh();
      if (find(id).revokedAt !== undefined) throw errors.KEY_REVOKED({ key: id });
      const at = now();
      const { secret, hash } = newSecret(id);
      await add({ change: 'rotated', at, id, hash, formerUntil: at + overlap });
      return { key: told(find(id), at), secret };
    },
    async revoke(id) {
      await refresh();
      if (find(id).revokedAt === undefined) await add({ change: 'revoked', at: now(), id });
      return told(find(id), now());
    },
    async authenticate(secret) {
      await refreshIfOld();
      const at = now();
      const [, id = ''] = /^lk_([0-9a-f]{12})_[\w-]{43}$/.exec(secret) ?? [];
      const key = stored.get(id);
      const given = Buffer.from(sha256(secret), 'hex');
      const isRight = key?.secrets.some(({ hash, until }) => timingSafeEqual(hash, given) && at < until) ?? false;
      if (key === undefined || !isRight || key.revokedAt !== undefined) throw errors.KEY_INVALID();
      const found = told(key, at);
      if (found.state === 'expired') throw errors.KEY_EXPIRED({ key: id });
      return found;
    },
    async exist() {
      await refreshIfOld();
      return haveExisted;
    },
  };
}

function newSecret(id: string): { secret: string; hash: string } {
  const secret = `lk_${id}_${randomBytes(32).toString('base64url')}`;
  return { secret, hash: sha256(secret) };
}

function keysOf(changes: readonly KeyChange[]): Map<string, Stored> {
  const keys = new Map<string, Stored>();
  for (const change of changes) {
    if (change.change === 'created') {
      const { change: _, at, hash, ...rest } = change;
      keys.set(change.id, { ...rest, createdAt: at, secrets: [secretOf(hash)] });
      continue;
    }
    const key = keys.get(change.id);
    if (key === undefined) continue;
    if (change.change === 'revoked') key.revokedAt ??= change.at;
    else {
      const former = key.secrets.map(({ hash, until }) => ({ hash, until: Math.min(until, change.formerUntil) }));
      key.secrets = [secretOf(change.hash), ...former];
      key.rotatedAt = change.at;
    }
  }
  return keys;
}

const secretOf = (hash: string) => ({ hash: Buffer.from(hash, 'hex'), until: Number.POSITIVE_INFINITY });

function told({ secrets: _, ...key }: Stored, at: number): Key {
  const isExpired = key.expiresAt !== undefined && key.expiresAt <= at;
  return { ...key, state: key.revokedAt !== undefined ? 'revoked' : isExpired ? 'expired' : 'active' };
}

function checkNew({ scopes, name, namespace, expiresIn, rate }: Required<Pick<NewKey, 'name' | 'namespace'>> & NewKey) {
  const known = scopes.length > 0 && scopes.every((scope) => SCOPES.includes(scope));
  if (!known) throw errors.KEY_OPTION({ option: 'scopes', expected: `one or more of ${SCOPES.join(', ')}` });
  if (name.length > MAX_NAME) throw errors.KEY_OPTION({ option: 'name', expected: `at most ${MAX_NAME} characters` });
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(namespace))
    throw errors.KEY_OPTION({ option: 'namespace', expected: '1 to 63 lower-case letters, digits and hyphens' });
  if (expiresIn !== undefined) checkSeconds('expiresIn', expiresIn, 1);
  if (rate === undefined) return;
  if (!(rate.perSecond >= 0.01 && rate.perSecond <= 1e6))
    throw errors.KEY_OPTION({ option: 'rate.perSecond', expected: 'a number from 0.01 to 1,000,000' });
  if (!(Number.isInteger(rate.burst) && rate.burst >= 1 && rate.burst <= 1e6))
    throw errors.KEY_OPTION({ option: 'rate.burst', expected: 'a whole number from 1 to 1,000,000' });
}

function checkSeconds(option: string, seconds: number, least: number): void {
  if (seconds >= least && seconds <= MAX_SECONDS) return;
  throw errors.KEY_OPTION({ option, expected: `${least} to ${MAX_SECONDS} seconds` });
}
