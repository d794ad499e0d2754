/** A diagnosis tries the components and never throws. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { diagnose, type Finding, openWorkspace } from '@lorekeep/workspace';
import { checkInt8, checkMachine, checkNode } from '../src/diagnose/machine.ts';

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lorekeep-diagnose-'));
});
after(() => rm(dir, { recursive: true }));

const byName = (findings: Finding[]) => Object.fromEntries(findings.map((finding) => [finding.name, finding]));

test('the default installation is healthy, and a workspace is described', async (t) => {
  const workspace = await openWorkspace(join(dir, 'shop'), { create: true });
  await workspace.importSimulatedShop({ events: 1000, users: 30, items: 60 });
  await workspace.close();
  const port = createServer();
  port.listen(0, '127.0.0.1');
  await once(port, 'listening');
  t.after(() => port.close());
  const { port: taken } = port.address() as { port: number };
  const { healthy, findings } = await diagnose({
    dir: join(dir, 'shop'),
    host: '127.0.0.1',
    port: taken,
    endpointUrl: 'http://localhost:8000/v1',
    environment: { OPENAI_API_KEY: 'secret' },
  });
  assert.equal(healthy, true, JSON.stringify(findings));
  const found = byName(findings);
  for (const name of ['Node', 'SQLite', 'DuckDB', 'usearch', 'ONNX Runtime', 'disk'])
    assert.deepEqual([found[name].state, found[name].fix], ['ok', undefined], name);
  assert.match(found.workspace.found, /^60 items, \d+ users, 1,000 events; model none; publication none$/);
  assert.deepEqual([found[`port ${taken}`].state, typeof found[`port ${taken}`].fix], ['optional', 'string']);
  assert.equal(found.endpoint.found, 'http://localhost:8000/v1; OPENAI_API_KEY is set');
  assert.ok(!JSON.stringify(findings).includes('secret'));
});

test('what is broken is a finding with a reason', async () => {
  await writeFile(join(dir, 'lorekeep.sqlite'), 'This text file is not a database.');
  const { healthy, findings } = await diagnose({ dir, host: '127.0.0.1', port: 0, endpointUrl: 'ftp://x' });
  assert.equal(healthy, false);
  const { workspace, endpoint } = byName(findings);
  assert.match(workspace.found, /^STORE_NOT_A_DATABASE: /);
  assert.match(endpoint.found, /^ENDPOINT_URL: /);
  assert.deepEqual([workspace.state, endpoint.state, typeof endpoint.fix], ['missing', 'missing', 'string']);
});

test('what is behind, stopped or damaged in a workspace has a remedy', async () => {
  const path = join(dir, 'behind');
  const workspace = await openWorkspace(path, { create: true });
  const found = async () =>
    (await diagnose({ dir: path, host: '127.0.0.1', port: 0 })).findings
      .filter(({ name }) => ['encoder', 'encoding', 'training', 'live version', 'publication'].includes(name))
      .map(({ name, state, fix }) => [name, state, typeof fix]);
  try {
    await workspace.importSimulatedShop({ events: 1000, users: 30, items: 60 });
    assert.deepEqual(await found(), []);
    await workspace.encode({ model: 'lexical' });
    assert.deepEqual(await found(), [['encoder', 'advice', 'string']]);
    const config = { training: { epochs: 1 }, network: { dim: 16 } };
    await workspace.train({ config });
    await workspace.publish({ index: 'exact' });
    assert.deepEqual(await found(), [['encoder', 'advice', 'string']]);
    await workspace.train({ config, seed: 7 });
    assert.deepEqual((await found())[1], ['publication', 'advice', 'string']);
    const more = join(dir, 'more.jsonl');
    await writeFile(more, `${JSON.stringify({ id: 'new-item', title: 'A lamp of brass' })}\n`);
    await workspace.import({ items: [more] });
    assert.deepEqual(await found(), [
      ['encoding', 'advice', 'string'],
      ['live version', 'advice', 'string'],
    ]);
    await mkdir(join(path, 'work', 'train'), { recursive: true });
    await writeFile(join(path, 'work', 'train', 'checkpoint.safetensors'), '');
    assert.deepEqual((await found())[2], ['training', 'advice', 'string']);
    await writeFile(join(path, 'published', 'current'), '../elsewhere');
    assert.deepEqual((await found())[0], ['live version', 'missing', 'string']);
  } finally {
    await workspace.close();
  }
});

test('a machine that is slow at something says so, with a remedy', () => {
  const [fast] = checkInt8('flags\t\t: fpu sse2 avx2 avx512_vnni avx512f\n');
  const [slow] = checkInt8('flags\t\t: fpu sse2 avx2 bmi1\n');
  assert.deepEqual([fast.state, slow.state, typeof slow.fix], ['ok', 'advice', 'string']);
  assert.equal(checkInt8('Features\t: fp asimd asimddp\n')[0].state, 'ok');
  assert.deepEqual([checkMachine(2 ** 33).state, checkMachine(2 ** 29).state], ['ok', 'advice']);
});

test('an old Node is named with the version that is needed', () => {
  assert.equal(checkNode('22.18.0').state, 'ok');
  for (const version of ['20.1.0', '22.17.9']) {
    const { state, fix } = checkNode(version);
    assert.equal(state, 'missing');
    assert.match(fix ?? '', /22\.18/);
  }
});
