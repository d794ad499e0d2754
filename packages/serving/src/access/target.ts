/** Which host and path a request is for (RFC 9112, section 3). */
import type { IncomingMessage } from 'node:http';
import type { LorekeepError } from '@lorekeep/core';
import { errors, quoted } from '../http/errors.ts';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Checks the target and the `Host` header of a request.
 * @param host the address that the service listens on
 * @param allowedHosts as in `ServerOptions`
 * @returns the error to answer with, if any
 */
export function createTargetCheck(
  host: string,
  allowedHosts: readonly string[] | undefined,
): (request: IncomingMessage) => LorekeepError | undefined {
  const isAllowed = createHostCheck(host, allowedHosts);
  return (request) => {
    const { url = '', httpVersion, rawHeaders } = request;
    // Node reads bytes beyond ASCII as Latin-1, so that two ids could be confused.
    if (/[^\x21-\x7e]/.test(url)) return errors.REQUEST_MALFORMED({ reason: 'its path is not percent-encoded' });
    let hosts = 0;
    for (let at = 0; at < rawHeaders.length; at += 2) if (rawHeaders[at].toLowerCase() === 'host') hosts++;
    if (hosts > 1) return errors.REQUEST_MALFORMED({ reason: 'it has more than one Host header' });
    if (hosts === 0 && httpVersion === '1.1') return errors.REQUEST_MALFORMED({ reason: 'it has no Host header' });
    const named = namedHost(request);
    return isAllowed(named) ? undefined : errors.HOST_NOT_ALLOWED({ host: quoted(named) });
  };
}

/**
 * A target with a host of its own, `GET http://shop.example/healthz`, takes precedence over the
 * header.
 */
function namedHost({ url = '', headers }: IncomingMessage): string {
  const [, authority] = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/i.exec(url) ?? [];
  return authority ?? headers.host ?? '';
}

/** Whether only this machine reaches an address to listen on. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

function createHostCheck(host: string, names: readonly string[] | undefined): (named: string) => boolean {
  if (names?.includes('*') || (names === undefined && !isLoopback(host))) return () => true;
  const allowed = new Set([...LOOPBACK, host, ...(names ?? [])].map((name) => name.toLowerCase()));
  return (named) => allowed.has(named.toLowerCase().replace(/:\d+$/, ''));
}
