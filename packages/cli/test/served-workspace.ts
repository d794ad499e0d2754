/** A small published shop for tests of a service in a process of its own, and requests over kept-alive connections. */
import type { ChildProcess } from 'node:child_process';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { openStore } from '@lorekeep/store';
import { openWorkspace } from '@lorekeep/workspace';
import { type Finished, lineOf, start } from './command.ts';

export async function makeShop(root: string, name = 'shop'): Promise<string> {
  const dir = join(root, name);
  const workspace = await openWorkspace(dir, { create: true });
  try {
    await workspace.importSimulatedShop({ events: 2000, users: 60, items: 80 });
    await workspace.encode({ model: 'lexical' });
    await workspace.train({ preset: 'linear' });
    await workspace.publish();
  } finally {
    await workspace.close();
  }
  return dir;
}

/** The id of an item of the shop. */
export async function itemOf(dir: string): Promise<string> {
  const store = await openStore(join(dir, 'lorekeep.sqlite'));
  try {
    for await (const [{ id }] of store.items({ batchSize: 1 })) return id;
  } finally {
    await store.close();
  }
  throw new Error('the shop has no items');
}

export interface Service {
  address: string;
  child: ChildProcess;
  finished: Promise<Finished>;
}

export async function serve(root: string, words: string[] = []): Promise<Service> {
  const { child, finished } = start(['serve', '--workspace', 'shop', '--port', '0', '--json', ...words], root);
  const { address } = await lineOf(child, ({ event }) => event === 'listening');
  return { address, child, finished };
}

/** Sends JSON over a connection of the agent. Rejects as `node:http` does. */
export function send(agent: Agent, url: string, body?: unknown): Promise<{ status: number; body: any }> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = text === undefined ? {} : { 'content-type': 'application/json' };
    const sent = request(url, { agent, method: text === undefined ? 'GET' : 'POST', headers }, (answer) => {
      let received = '';
      answer.setEncoding('utf8').on('data', (piece) => (received += piece));
      answer.on('error', reject);
      answer.on('end', () => resolve({ status: answer.statusCode!, body: received === '' ? '' : parsed(received) }));
    });
    sent.on('error', reject);
    sent.end(text);
  });
}

export const keptAlive = () => new Agent({ keepAlive: true, maxSockets: 1 });

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
