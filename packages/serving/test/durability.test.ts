/** What was acknowledged survives a process that is killed the moment after. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { saveLexicalEncoder } from '@lorekeep/encoder';
import { openShop, type Shop } from '@lorekeep/testing';

describe('a service that is killed', () => {
  let shop: Shop;
  let encoderFile: string;
  const children: ChildProcess[] = [];
  before(async () => {
    shop = await openShop();
    encoderFile = join(shop.workspace, 'lexical.safetensors');
    await saveLexicalEncoder(shop.encoder, encoderFile);
  });
  after(async () => {
    for (const child of children) child.kill('SIGKILL');
    await shop?.close();
  });

  async function start(): Promise<{ address: string; kill: () => Promise<void> }> {
    const script = fileURLToPath(new URL('./serve-child.ts', import.meta.url));
    const child = spawn(process.execPath, [script, shop.workspace, encoderFile], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const [address] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
    while ((await fetch(`${address}/readyz`)).status !== 200) await new Promise((resolve) => setTimeout(resolve, 20));
    return {
      address,
      async kill() {
        child.kill('SIGKILL');
        await once(child, 'exit');
      },
    };
  }
  async function post(url: string, value: unknown) {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(value), headers });
    return { status: response.status, body: (await response.json()) as any };
  }

  test('still has the event and the item that it acknowledged', async () => {
    const first = await start();
    const item = { id: 'kept', title: 'violin string tuner', categories: ['music'], price: 4711 };
    assert.equal((await post(`${first.address}/v1/items`, item)).status, 200);
    assert.equal((await post(`${first.address}/v1/events`, { user: 'survivor', item: 'music-5' })).status, 200);
    await first.kill();

    const second = await start();
    assert.deepEqual(await shop.store.histories(['survivor'], 5), [['music-5']]);
    const answer = await post(`${second.address}/v1/recommend`, { user: 'survivor', filter: { price: 4711 } });
    assert.equal(answer.body.source, 'linear');
    assert.deepEqual(
      answer.body.items.map(({ id }: { id: string }) => id),
      ['kept'],
    );
    await second.kill();
  });

  test('killed in the middle of many writes, has every one that it acknowledged', async () => {
    const { address, kill } = await start();
    const acknowledged: string[] = [];
    const writing = Array.from({ length: 8 }, async (_, writer) => {
      for (let n = 0; ; n++) {
        const id = `w${writer}-${n}`;
        try {
          if ((await post(`${address}/v1/items`, { id, title: `garden spade ${n}` })).status !== 200) return;
          const { status } = await post(`${address}/v1/events`, { user: id, item: id });
          if (status !== 200) return;
        } catch {
          return;
        }
        acknowledged.push(id);
      }
    });
    while (acknowledged.length < 40) await new Promise((resolve) => setTimeout(resolve, 5));
    await kill();
    await Promise.all(writing);

    const again = await start();
    const histories = await shop.store.histories(acknowledged, 5);
    for (let at = 0; at < acknowledged.length; at++) assert.deepEqual(histories[at], [acknowledged[at]]);
    for (const id of acknowledged.slice(-20)) {
      const response = await fetch(`${again.address}/v1/items/${id}`);
      assert.equal(((await response.json()) as { retrievable: boolean }).retrievable, true);
    }
    await again.kill();
  });
});
