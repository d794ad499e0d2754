/** A service that is killed in the middle of an upload: sent again, every line is there once. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { saveLexicalEncoder } from '@lorekeep/encoder';
import { openShop, type Shop } from '@lorekeep/testing';

const LINES = 4_000;

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

async function start() {
  const script = fileURLToPath(new URL('../serve-child.ts', import.meta.url));
  const child = spawn(process.execPath, [script, shop.workspace, encoderFile], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [address] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
  while ((await fetch(`${address}/readyz`)).status !== 200) await new Promise((resolve) => setTimeout(resolve, 20));
  const kill = async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return { address, kill };
}

async function countOf(user: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const batch of shop.store.events())
    for (const event of batch) if (event.user === user) ids.push(event.id as string);
  return ids;
}

test('killed three times while lines arrive', async () => {
  const part = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, at) => {
      const n = from + at;
      return `${JSON.stringify({ id: `k${n}`, user: 'killed', item: `music-${n % 30}`, type: 'view' })}\n`;
    }).join('');
  const headers = { 'content-type': 'application/x-ndjson' };
  let acknowledged = 0;
  for (const killAt of [500, 1_500, 3_000]) {
    const { address, kill } = await start();
    // What has an answer is acknowledged.
    const answer = await fetch(`${address}/v1/bulk/events`, { method: 'POST', body: part(0, killAt), headers });
    assert.equal(((await answer.json()) as { lastLine: number }).lastLine, killAt);
    acknowledged = killAt;
    // The next upload is in progress when the service is killed.
    let isKilled = false;
    async function* endless() {
      for (let from = killAt; !isKilled; from += 100) {
        yield Buffer.from(part(from, from + 100));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
    const init = { method: 'POST', body: endless() as unknown as RequestInit['body'], headers, duplex: 'half' };
    const cut = fetch(`${address}/v1/bulk/events`, init as RequestInit).then(
      () => 'answered',
      () => 'cut',
    );
    while ((await countOf('killed')).length < killAt + 250) await new Promise((resolve) => setTimeout(resolve, 5));
    await kill();
    isKilled = true;
    assert.equal(await cut, 'cut');
    const ids = new Set(await countOf('killed'));
    for (let n = 0; n < acknowledged; n++) assert.ok(ids.has(`k${n}`), `line ${n + 1} was acknowledged`);
  }
  const { address, kill } = await start();
  const answer = await fetch(`${address}/v1/bulk/events`, { method: 'POST', body: part(0, LINES), headers });
  assert.equal(((await answer.json()) as { lastLine: number }).lastLine, LINES);
  await kill();
  const ids = await countOf('killed');
  assert.equal(new Set(ids).size, ids.length, 'none twice');
  for (let n = 0; n < LINES; n++) assert.ok(ids.includes(`k${n}`));
});
