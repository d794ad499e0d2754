/** From the bytes of a body to a JSON value. Nothing that is not valid is replaced or left out. */
import { errors, quoted } from './errors.ts';

/**
 * Refuses bodies that this service would decode wrongly.
 * @throws LorekeepError `MEDIA_TYPE_UNSUPPORTED`
 */
export function checkEncoding(headers: { 'content-type'?: string; 'content-encoding'?: string }): void {
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = headers;
  const charsets = [...type.matchAll(/;\s*charset\s*=\s*("[^"]*"|[^\s;]*)/gi)].map(([, name]) => name);
  const isUtf8 = charsets.every((name) => /^"?utf-?8"?$/i.test(name));
  if (!isUtf8) throw errors.MEDIA_TYPE_UNSUPPORTED({ given: quoted(type) });
  if (encoding.toLowerCase() !== 'identity') {
    throw errors.MEDIA_TYPE_UNSUPPORTED({ given: quoted(`${type} with content-encoding ${encoding}`) });
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** @throws LorekeepError `BODY_NOT_JSON` */
export function parseJson(body: Uint8Array): unknown {
  if (body.length === 0) throw errors.BODY_NOT_JSON({ reason: 'it is empty' });
  let text: string;
  let value: unknown;
  try {
    text = utf8.decode(body);
  } catch (error) {
    throw errors.BODY_NOT_JSON({ reason: 'it is not valid UTF-8' }, error);
  }
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw errors.BODY_NOT_JSON({ reason: quoted((error as Error).message) }, error);
  }
  // Only a text with one of these words, or with escapes that may spell one, can have a forbidden
  // key.
  const forbidden = /__proto__|constructor|\\u00/.test(text) ? forbiddenKey(value) : undefined;
  if (forbidden === undefined) return value;
  throw errors.BODY_NOT_JSON({ reason: `it has the key "${forbidden}", which is not allowed` });
}

/**
 * A key that reaches a prototype where objects are copied. Not recursive: JSON can be nested deeper
 * than the stack.
 */
function forbiddenKey(value: unknown): string | undefined {
  const left = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next !== 'object' || next === null) continue;
    for (const [key, inner] of Object.entries(next)) {
      if (key === '__proto__') return key;
      if (key === 'constructor' && typeof inner === 'object' && inner !== null && Object.hasOwn(inner, 'prototype')) {
        return 'constructor.prototype';
      }
      left.push(inner);
    }
  }
  return undefined;
}
