import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openAvailablePeers, openPeer, peerPython, startPeer } from '@lorekeep/benchmarks';

const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
const echoPeer = fixture('echo_peer.py');
const incompletePeer = fixture('incomplete_peer.py');
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

test('an environment is created once and reused', { skip }, async () => {
  const made = await stat(python);
  const lines: string[] = [];
  assert.equal(await peerPython([], { directory, log: (line) => lines.push(line) }), python);
  assert.equal((await stat(python)).ctimeMs, made.ctimeMs);
  assert.deepEqual(lines, []);
});

test('an incomplete environment is created again, and the lock of an ended process is ignored', { skip }, async () => {
  const environment = join(python, '..', '..');
  await rm(join(environment, 'complete.json'));
  await writeFile(join(environment, 'half-made'), '');
  await writeFile(`${environment}.lock`, '999999999');
  assert.equal(await peerPython([], { directory }), python);
  assert.equal(existsSync(join(environment, 'half-made')), false);
  assert.equal(existsSync(`${environment}.lock`), false);
});

test('requirements that cannot be installed are an error with the last lines of pip, and leave no complete environment', {
  skip,
}, async () => {
  await assert.rejects(peerPython(['./no-such-package-here'], { directory }), (error: Error & { code: string }) => {
    assert.equal(error.code, 'PEER_SETUP_FAILED');
    assert.match(error.message, /no-such-package-here/);
    return true;
  });
});

test('LOREKEEP_PEER_PYTHON is used without installing anything, and must run', { skip }, async () => {
  process.env.LOREKEEP_PEER_PYTHON = python;
  try {
    assert.equal(await peerPython(['anything==1.0'], { directory }), python);
    process.env.LOREKEEP_PEER_PYTHON = join(directory, 'nothing-here');
    await assert.rejects(peerPython([], { directory }), { code: 'PEER_PYTHON_MISSING' });
  } finally {
    delete process.env.LOREKEEP_PEER_PYTHON;
  }
});

test('a peer answers requests in order, even if its libraries print to stdout', { skip }, async () => {
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

test('an exception of a peer is an error that names method and exception, and the peer keeps running', {
  skip,
}, async () => {
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

test('after a peer dies, pending and later requests fail with its last output', { skip }, async () => {
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

test('a missing interpreter is a dead peer, not a crash', { skip }, async () => {
  const peer = startPeer(echoPeer, join(directory, 'no-python'));
  await assert.rejects(peer.call('echo', { value: 1 }), { code: 'PEER_DIED' });
  await peer.close();
});

test('a peer that lacks a package is an error before the first measurement', { skip }, async () => {
  await assert.rejects(openPeer(incompletePeer, python), (error: Error & { code: string }) => {
    assert.equal(error.code, 'PEER_DIED');
    assert.match(error.message, /No module named 'a_package_that_is_not_installed'/);
    return true;
  });
});

test('a peer whose first requests fail is closed', { skip }, async () => {
  let opened: ReturnType<typeof startPeer> | undefined;
  const check = async (peer: ReturnType<typeof startPeer>) => {
    opened = peer;
    await peer.call('refuse');
  };
  await assert.rejects(openPeer(echoPeer, python, {}, check), { code: 'PEER_FAILED' });
  await assert.rejects(opened!.call('echo', { value: 1 }), { code: 'PEER_DIED' });
});

test('of several peers, one that cannot run is left out with a note', { skip }, async () => {
  const notes: string[] = [];
  const peers = await openAvailablePeers(
    {
      incomplete: () => openPeer(incompletePeer, python),
      echo: () => openPeer(echoPeer, python),
    },
    (line) => notes.push(line),
  );
  try {
    assert.deepEqual(Object.keys(peers), ['echo']);
    assert.equal((await peers.echo!.call<{ value: number }>('echo', { value: 7 })).value, 7);
    assert.equal(notes.length, 1);
    assert.match(notes[0], /the peer incomplete is left out: [\s\S]*a_package_that_is_not_installed/);
  } finally {
    await peers.echo?.close();
  }
});

test('an error of our own is not taken for a missing peer', { skip }, async () => {
  const wrong = async () => {
    throw new TypeError('a mistake in the bench');
  };
  await assert.rejects(
    openAvailablePeers({ echo: () => openPeer(echoPeer, python), wrong }, () => {}),
    TypeError,
  );
});
