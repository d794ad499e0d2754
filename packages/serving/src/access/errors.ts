/** The errors of keys, of what they may do, and of where the service may listen. */
import { defineErrors, failure, usage } from '@lorekeep/core';

export const errors = defineErrors({
  KEY_MISSING: usage({
    http: 401,
    message: 'This route needs a key, and the request has none.',
    hint: 'Send the header "Authorization: Bearer KEY".',
  }),
  KEY_INVALID: usage({
    http: 401,
    message: 'The key is unknown or revoked, or it is not complete.',
    hint: 'Send a key as it was shown when it was created.',
  }),
  KEY_EXPIRED: usage<{ key: string }>({
    http: 401,
    message: ({ key }) => `The key ${key} is past its date.`,
    hint: 'Use a new key.',
  }),
  KEY_SCOPE: usage<{ key: string; needed: string; scopes: readonly string[] }>({
    http: 403,
    message: ({ key, needed, scopes }) => `The key ${key} has the scopes ${scopes.join(', ')}; this needs ${needed}.`,
    hint: ({ needed }) => `Use a key with the scope ${needed}.`,
  }),
  KEY_NAMESPACE: usage<{ key: string }>({
    http: 403,
    message: ({ key }) => `The key ${key} belongs to another namespace.`,
    hint: 'Use a key of the namespace that this service serves.',
  }),
  KEY_RATE: usage<{ key: string; perSecond: number; retryAfter: number }>({
    http: 429,
    message: ({ key, perSecond }) => `The key ${key} may send ${perSecond} requests per second, and has sent more.`,
    hint: 'Wait as long as the header Retry-After says.',
  }),
  SHOP_RATE: usage<{ perSecond: number; retryAfter: number }>({
    http: 429,
    message: ({ perSecond }) =>
      `All clients together may send ${perSecond} requests per second to this shop, and have sent more.`,
    hint: 'Wait as long as the header Retry-After says.',
  }),
  KEY_UNKNOWN: usage<{ key: string }>({
    http: 404,
    message: ({ key }) => `There is no key with the id ${JSON.stringify(key)}.`,
    hint: 'List the keys; an id is the part of a key between the first two underscores.',
  }),
  KEY_REVOKED: usage<{ key: string }>({
    http: 409,
    message: ({ key }) => `The key ${key} is revoked, so it cannot be rotated.`,
    hint: 'Create a new key.',
  }),
  KEY_OPTION: usage<{ option: string; expected: string }>({
    http: 400,
    message: ({ option, expected }) => `${option}: expected ${expected}.`,
    hint: 'Correct this value.',
  }),
  KEYS_MISSING: usage({
    http: 503,
    message: 'This service was started without a file of keys.',
    hint: 'Start it with one.',
  }),
  KEYS_DAMAGED: usage<{ path: string; line: number }>({
    message: ({ path, line }) => `Line ${line} of the keys in "${path}" is not valid.`,
    hint: 'Restore the file from a backup. If the line was written by hand, correct it.',
  }),
  KEYS_REQUIRED: usage<{ host: string }>({
    message: ({ host }) => `The service does not listen on ${host} without a key: every machine there could use it.`,
    hint: 'Create a key, or listen on 127.0.0.1.',
  }),
  CORS_ORIGIN: usage<{ origin: string }>({
    message: ({ origin }) => `${JSON.stringify(origin)} is not an origin that a browser sends.`,
    hint: 'Give scheme, host and, if it is not the usual one, port: https://shop.example.',
  }),
  AUDIT_UNWRITABLE: failure<{ reason: string }>({
    http: 503,
    message: 'The audit log cannot be written, so calls of administrators are refused.',
    hint: 'The log of the service has the cause.',
  }),
});
