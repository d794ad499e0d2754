/** A host of shops in a temporary folder, and what the tests ask it. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Item } from '@lorekeep/store';
import { type Host, type HostOptions, openHost } from '../../src/index.ts';
import { type Answer, QUIET } from '../http/client.ts';

export interface TestHost extends AsyncDisposable {
  dir: string;
  host: Host;
  address: string;
  /** @param body is sent as JSON, with POST if no method is given */
  ask(path: string, how?: { body?: unknown; method?: string; secret?: string }): Promise<Answer>;
  /** Entries of an audit log, of the host or of a shop. */
  log(shop?: string): Promise<any[]>;
}

export async function openTestHost(options: HostOptions = {}, dir?: string): Promise<TestHost> {
  const at = dir ?? (await mkdtemp(join(tmpdir(), 'lorekeep-shops-')));
  const host = await openHost(at, { ...QUIET, ...options });
  const address = await host.listen();
  return {
    ...{ dir: at, host, address },
    async ask(path, { body, method = body === undefined ? 'GET' : 'POST', secret } = {}) {
      const response = await fetch(address + path, {
        method,
        redirect: 'manual',
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
      return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
    },
    async log(shop = '.') {
      const text = await readFile(join(at, shop, 'audit.jsonl'), 'utf8').catch(() => '');
      return text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line));
    },
    async [Symbol.asyncDispose]() {
      await host.close();
      await rm(at, { recursive: true, force: true });
    },
  };
}

/** A list without the id that each answer has of its own. */
export function listOf({ body }: Answer): Record<string, unknown> {
  const { request, ...list } = body;
  assert.equal(typeof request, 'string');
  return list;
}

const WORDS = ['spade', 'hose', 'seed', 'hedge', 'kettle', 'whisk', 'plate', 'oven'];

/** Items whose words say what they are. */
export const items = (count: number, prefix = 'item'): Item[] =>
  Array.from({ length: count }, (_, n) => ({
    id: `${prefix}-${n}`,
    title: `${WORDS[n % WORDS.length]} ${WORDS[(n * 3 + 1) % WORDS.length]} number ${n}`,
  }));
