import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { peerPython, startPeer } from '@lorekeep/benchmarks';

const echoPeer = fileURLToPath(new URL('./fixtures/echo_peer.py', import.meta.url));
const override = process.env.LOREKEEP_PEER_PYTHON;
const hasPython = spawnSync('python3', ['-c', 'import venv, ensurepip']).status === 0;
const skip = hasPython ? false : 'python3 with venv is not installed: peers cannot be tested';
let directory: string;
let python: string;
before(async () => {
  delete process.env.LOREKEEP_PEER_PYTHON;
  directory = await mkdtemp(join(tmpdir(), 'lorekeep-peers-'));
  if (hasPython) python = await peerPython([], { directory });
});
after(async () => {
  if (override !== undefined) process.env.LOREKEEP_PEER_PYTHON = override;
  await rm(directory, { recursive: true });
});

test('an environment is made once and reused', { skip }, async () => {
  const made = await stat(python);
  const lines: string[] = [];
  assert.equal(await peerPython([], { directory, log: (line) => lines.push(line) }), python);
  assert.equal((await stat(python)).ctimeMs, made.ctimeMs);
  assert.deepEqual(lines, []);
});

test('an environment whose making was cut short is made anew, and a dead process holds no lock', { skip }, async () => {
  const environment = join(python, '..', '..');
  await rm(join(environment, 'complete.json'));
  await writeFile(join(environment, 'half-made'), '');
  await writeFile(`${environment}.lock`, '999999999');
  assert.equal(await peerPython([], { directory }), python);
  assert.equal(existsSync(join(environment, 'half-made')), false);
  assert.equal(existsSync(`${environment}.lock`), false);
});

test('requirements that cannot be installed are an error with the last lines of pip, and leave no finished environment', {
  skip,
}, async () => {
  await assert.rejects(peerPython(['./no-such-package-here'], { directory }), (error: Error & { code: string }) => {
    assert.equal(error.code, 'PEER_SETUP_FAILED');
    assert.match(error.message, /no-such-package-here/);
    return true;
  });
});

test('LOREKEEP_PEER_PYTHON is used as it is, and must run', { skip }, async () => {
  process.env.LOREKEEP_PEER_PYTHON = python;
  try {
    assert.equal(await peerPython(['anything==1.0'], { directory }), python);
    process.env.LOREKEEP_PEER_PYTHON = join(directory, 'nothing-here');
    await assert.rejects(peerPython([], { directory }), { code: 'PEER_PYTHON_MISSING' });
  } finally {
    delete process.env.LOREKEEP_PEER_PYTHON;
  }
});

test('a peer answers requests in order, whatever its libraries print', { skip }, async () => {
  const peer = startPeer(echoPeer, python, { args: ['--fast'], env: { OMP_NUM_THREADS: '2' } });
  try {
    const answers = await Promise.all([1, 'zwei', { drei: [3] }].map((value) => peer.call('echo', { value })));
    assert.deepEqual(
      answers,
      [1, 'zwei', { drei: [3] }].map((value) => ({ value, args: ['--fast'], threads: '2' })),
    );
  } finally {
    await peer.close();
  }
});

test("a peer's exception is an error that names method and exception, and the peer goes on", { skip }, async () => {
  const peer = startPeer(echoPeer, python);
  try {
    await assert.rejects(peer.call('refuse'), (error: Error & { code: string }) => {
      assert.equal(error.code, 'PEER_FAILED');
      assert.match(error.message, /"refuse": ValueError: no such model/);
      return true;
    });
    assert.equal((await peer.call<{ value: number }>('echo', { value: 7 })).value, 7);
  } finally {
    await peer.close();
  }
});

test('a peer that dies fails what is under way and what is asked later, with its last words', { skip }, async () => {
  const peer = startPeer(echoPeer, python);
  const expected = (error: Error & { code: string }) => {
    assert.equal(error.code, 'PEER_DIED');
    assert.match(error.message, /exit code 3[\s\S]*segmentation fault, as it were/);
    return true;
  };
  const [died, behind] = [peer.call('die'), peer.call('echo', { value: 1 })];
  await Promise.all([assert.rejects(died, expected), assert.rejects(behind, expected)]);
  await assert.rejects(peer.call('echo', { value: 1 }), expected);
  await peer.close();
});

test('an interpreter that is not there is a dead peer, not a crash', { skip }, async () => {
  const peer = startPeer(echoPeer, join(directory, 'no-python'));
  await assert.rejects(peer.call('echo', { value: 1 }), { code: 'PEER_DIED' });
  await peer.close();
});
