/** Addresses of Redis, and what messages call them. */
import { errors } from '../../../errors.ts';

export interface RedisAddress {
  isCluster: boolean;
  tls: boolean;
  username?: string;
  password?: string;
  /** Number of the database; only without a cluster. */
  database: number;
  nodes: { host: string; port: number }[];
  /** Without user name and password. */
  label: string;
}

const FORM = /^(rediss?)(\+cluster)?:\/\/(?:([^@/]*)@)?([^@/]+)(?:\/(\d*))?$/;

export const isRedisUrl = (url: string): boolean => /^rediss?(\+cluster)?:/.test(url);

/**
 * @param url `redis://USER:PASSWORD@HOST:PORT/DATABASE`, `rediss:` for TLS, and
 *   `redis+cluster://HOST:PORT,HOST:PORT` for some nodes of a cluster
 * @throws LorekeepError `KNOWLEDGE_URL_INVALID`
 */
export function parseRedisUrl(url: string): RedisAddress {
  const found = FORM.exec(url);
  const hidden = url.replace(/\/\/[^@/]*@/, '//***@');
  const fail: (reason: string) => never = (reason) => {
    throw errors.KNOWLEDGE_URL_INVALID({ url: hidden, reason });
  };
  if (found === null) fail('it has another form');
  const [, scheme, cluster, credentials, hosts, database] = found as RegExpExecArray;
  const nodes = hosts.split(',').map((part) => {
    const [, host, port = '6379'] = /^(\[[^\]]+\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(part) ?? fail(`"${part}" is no host`);
    if (Number(port) < 1 || Number(port) > 65_535) fail(`the port ${port} is not possible`);
    return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
  });
  const isCluster = cluster !== undefined;
  if (!isCluster && nodes.length > 1) fail('several hosts need the scheme "redis+cluster"');
  if (isCluster && database) fail('a cluster has no numbered databases');
  const [username, ...rest] = (credentials ?? '').split(':');
  return {
    isCluster,
    tls: scheme === 'rediss',
    ...(username && { username: decodeURIComponent(username) }),
    ...(rest.length > 0 && { password: decodeURIComponent(rest.join(':')) }),
    database: Number(database || 0),
    nodes,
    label: `${scheme}${cluster ?? ''}://${hosts}`,
  };
}
