/**
 * Whether a request may open a shop that is not loaded. A request without the right key must not: it
 * would let anyone keep all shops in memory. What it gets is what the shop itself would answer.
 */
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { LorekeepError } from '@lorekeep/core';
import { createAuditLog } from '../../access/audit.ts';
import { errors as accessErrors } from '../../access/errors.ts';
import type { Key, Keys } from '../../access/keys.ts';
import { createRateLimiter } from '../../access/rate-limit.ts';
import { requestId } from '../../http/app.ts';
import { AUDIT_FILE, keysOf } from '../loaded-shop.ts';

/** `'open'`: the shop answers. `'closed'`: a server without a shop answers, as to every stranger. */
export type Admission = 'open' | 'closed';

export interface Doorkeeper {
  /** @throws LorekeepError `KEY_NAMESPACE`, which is in the audit log of the shop; `KEY_RATE` */
  admit(name: string, request: IncomingMessage): Promise<Admission>;
}

interface Options {
  keys: Keys;
  /** Whether requests need no key as long as none was created. */
  isOpen: boolean;
  pathOf(name: string): string;
  onFailure: (shop: string, error: unknown) => void;
}

export function createDoorkeeper({ keys, isOpen, pathOf, onFailure }: Options): Doorkeeper {
  const take = createRateLimiter();

  async function keyOf({ headers }: IncomingMessage): Promise<Key | undefined> {
    const [, secret] = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '') ?? [];
    if (secret === undefined) return undefined;
    return keys.authenticate(secret).catch((error) => {
      if (error instanceof LorekeepError) return undefined;
      throw error;
    });
  }

  return {
    async admit(name, request) {
      const isFree = isOpen && !(await (await keysOf({ keys, dir: pathOf(name) })).exist());
      if (isFree) return 'open';
      const key = await keyOf(request);
      if (key === undefined) return 'closed';
      if (key.namespace === name) return 'open';
      const wait = key.rate === undefined ? 0 : take(key.id, key.rate);
      if (wait > 0)
        throw accessErrors.KEY_RATE({ key: key.id, perSecond: key.rate!.perSecond, retryAfter: Math.ceil(wait) });
      const refusal = accessErrors.KEY_NAMESPACE({ key: key.id });
      const entry = {
        who: key.id,
        // The route is not known here, and its path may have the id of a user.
        what: `${request.method} (a shop that is not loaded)`,
        namespace: name,
        status: refusal.http,
        code: refusal.code,
        request: requestId(request),
      };
      await createAuditLog(join(pathOf(name), AUDIT_FILE))
        .record(entry)
        .catch((error) => onFailure(name, error));
      throw refusal;
    },
  };
}
