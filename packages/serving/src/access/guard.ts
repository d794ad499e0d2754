/**
 * Who may call a route. Each request is checked before its body is read: the key, its rate, its
 * namespace, its scope. Calls of administrators and attempts with a key of another namespace are
 * recorded in the audit log.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AuditLog } from './audit.ts';
import { errors } from './errors.ts';
import type { Key, Keys } from './keys.ts';
import { createRateLimiter, type Rate } from './rate-limit.ts';

export interface Guard {
  keys: Keys | undefined;
  /** The namespace that is served. */
  namespace: string;
  /** Whether requests need no key as long as none was created. */
  isOpen: boolean;
  audit: AuditLog | undefined;
  /** Of all clients together. */
  rate?: Rate;
}

/** No key has this id. */
const ALL = 'all keys';

declare module 'fastify' {
  interface FastifyRequest {
    /** The key of the request; `undefined` if it needed none. */
    key: Key | undefined;
    /** For the audit log: the id of the key that an administrator changed. */
    auditTarget: string | undefined;
    /** The code of the error that answered the request. */
    errorCode: string | undefined;
  }
}

export function addGuard(app: FastifyInstance, { keys, namespace, isOpen, audit, rate }: Guard): void {
  const take = createRateLimiter();
  app.decorateRequest('key', undefined);
  app.decorateRequest('auditTarget', undefined);
  app.decorateRequest('errorCode', undefined);

  app.addHook('onRequest', async (request) => {
    const { scope = 'public' } = request.routeOptions.config;
    if (scope === 'public') return;
    const isFree = isOpen && !((await keys?.exist()) ?? false);
    if (!isFree) {
      const key = await keyOf(request);
      request.key = key;
      const wait = key.rate === undefined ? 0 : take(key.id, key.rate);
      if (wait > 0) throw errors.KEY_RATE({ key: key.id, perSecond: key.rate!.perSecond, retryAfter: Math.ceil(wait) });
      if (key.namespace !== namespace) throw errors.KEY_NAMESPACE({ key: key.id });
      if (!key.scopes.includes(scope)) throw errors.KEY_SCOPE({ key: key.id, needed: scope, scopes: key.scopes });
    }
    // Last: requests that are refused anyway must not use up what the clients of this shop may send.
    const wait = rate === undefined ? 0 : take(ALL, rate);
    if (wait > 0) throw errors.SHOP_RATE({ perSecond: rate!.perSecond, retryAfter: Math.ceil(wait) });
    if (scope === 'admin' && request.routeOptions.config.isAudited !== false) await audit?.check();
  });

  async function keyOf({ headers }: FastifyRequest): Promise<Key> {
    if (headers.authorization === undefined) throw errors.KEY_MISSING();
    const [, secret] = /^Bearer +(\S+) *$/i.exec(headers.authorization) ?? [];
    if (secret === undefined || keys === undefined) throw errors.KEY_INVALID();
    return keys.authenticate(secret);
  }

  app.addHook('onResponse', async (request, reply) => {
    if (audit === undefined || !isAudited(request)) return;
    try {
      await audit.record(entryOf(request, reply, namespace));
    } catch (error) {
      request.log.error({ err: error }, 'the audit log has no entry of this request');
    }
  });
}

/**
 * Anonymous attempts are not recorded: whoever makes them could fill the disk. Nor are reads of a
 * route that its page repeats every few seconds (`isAudited: false`), unless they are refused.
 */
function isAudited({ key, errorCode, routeOptions }: FastifyRequest): boolean {
  if (errorCode === 'KEY_NAMESPACE') return true;
  const isAnonymous = errorCode === 'KEY_MISSING' || errorCode === 'KEY_INVALID' || errorCode === 'KEY_EXPIRED';
  if (isAnonymous || errorCode === 'KEY_RATE' || errorCode === 'SHOP_RATE') return false;
  const { scope, isAudited: isRecorded = true } = routeOptions.config;
  return (
    scope === 'admin' &&
    (isRecorded || errorCode === 'KEY_SCOPE') &&
    (key !== undefined || errorCode !== 'AUDIT_UNWRITABLE')
  );
}

function entryOf(request: FastifyRequest, reply: FastifyReply, namespace: string) {
  const { key, method, routeOptions, auditTarget, errorCode, id } = request;
  return {
    who: key?.id ?? 'local',
    what: `${method} ${routeOptions.url}`,
    namespace,
    target: auditTarget,
    status: reply.statusCode,
    code: errorCode,
    request: id,
  };
}
