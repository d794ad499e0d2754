/** A small simulated shop, trained and served with its workspace. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '@lorekeep/recommender';
import { openWorkspace, type Workspace } from '@lorekeep/workspace';
import { createServer, loadKeys } from '../../src/index.ts';
import { QUIET } from '../http/client.ts';

export interface ServedShop {
  workspace: Workspace;
  engine: Engine;
  address: string;
  close(): Promise<void>;
}

export async function serveShop(): Promise<ServedShop> {
  const dir = await mkdtemp(join(tmpdir(), 'lorekeep-dashboard-'));
  const workspace = await openWorkspace(join(dir, 'shop'), { create: true });
  await workspace.importSimulatedShop({ events: 4_000, users: 150, items: 260 });
  await workspace.encode({ model: 'lexical' });
  await workspace.train({ preset: 'linear' });
  await workspace.publish();
  const engine = await workspace.engine();
  const keys = await loadKeys(join(dir, 'keys.jsonl'));
  const server = createServer(engine, { ...QUIET, workspace, keys });
  const address = await server.listen();
  return {
    workspace,
    engine,
    address,
    async close() {
      await server.close();
      await engine.close();
      await workspace.close();
      await rm(dir, { recursive: true });
    },
  };
}

/** Asks until an answer is complete: counts over the store are made in the background. */
export async function complete<T>(ask: () => Promise<T>, isComplete: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (isComplete(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
