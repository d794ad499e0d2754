/** A backup of a workspace that is written meanwhile, and the workspace that comes out of it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { backupWorkspace, openWorkspace, restoreWorkspace, verifyBackup, type Workspace } from '../../src/index.ts';

describe('backup and restore', () => {
  let root: string;
  let dir: string;
  let workspace: Workspace;
  let users: string[];
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'lorekeep-backup-'));
    dir = join(root, 'shop');
    workspace = await openWorkspace(dir, { create: true });
    await workspace.importSimulatedShop({ events: 2000, users: 60, items: 80 });
    await workspace.encode({ model: 'lexical' });
    await workspace.train({ preset: 'linear' });
    await workspace.publish();
    await writeFile(join(dir, 'keys.jsonl'), '{"key":1}\n');
    await mkdir(join(dir, 'jobs', 'runs'), { recursive: true });
    await writeFile(join(dir, 'jobs', 'runs', 'r1.json'), '{}');
    await writeFile(join(dir, 'jobs', 'half.json.0123456789ab.tmp'), '{');
    await mkdir(join(dir, 'services'), { recursive: true });
    await writeFile(join(dir, 'services', '1.json'), '{}');
    users = (await workspace.store.interactionLog()).userIds.slice(0, 20);
  });
  after(async () => {
    await workspace?.close();
    await rm(root, { recursive: true, force: true });
  });

  const listsOf = async (of: Workspace) => {
    const engine = await of.engine();
    try {
      const lists = await Promise.all(users.map((user) => engine.recommend({ user, k: 10 })));
      return lists.map(({ items, source }) => ({ items, source }));
    } finally {
      await engine.close();
    }
  };

  test('the restored shop answers the same lists and has the same files; the backup stays whole', async () => {
    const lists = await listsOf(workspace);
    const target = join(root, 'backups', 'b1');
    const { manifest } = await backupWorkspace(dir, target);
    assert.deepEqual(await verifyBackup(target), manifest);
    const names = Object.keys(manifest.files);
    assert.ok(
      ['keys.jsonl', 'jobs/runs/r1.json', 'lorekeep.sqlite', 'published/current'].every((one) => names.includes(one)),
    );
    assert.ok(
      names.every((name) => !name.includes('.tmp') && !name.startsWith('services/') && !/-(wal|shm)$/.test(name)),
    );
    const restored = join(root, 'restored');
    await restoreWorkspace(target, restored);
    await using copy = await openWorkspace(restored);
    assert.deepEqual(await copy.store.counts(), await workspace.store.counts());
    assert.equal(await copy.latestModel(), await workspace.latestModel());
    assert.deepEqual(await listsOf(copy), lists);
    // What happens to the copy does not reach the backup.
    await copy.store.appendEvents([{ user: users[0], item: (await itemIds(copy))[0], type: 'view', timestamp: 1 }]);
    await verifyBackup(target);
    assert.deepEqual((await readdir(join(root, 'backups'))).sort(), ['b1']);
  });

  test('under writes and publications it has one moment: every event before, none half, the live version whole', async () => {
    const [item] = await itemIds(workspace);
    const script = fileURLToPath(new URL('./writer-child.ts', import.meta.url));
    const writer = spawn(process.execPath, [script, join(dir, 'lorekeep.sqlite'), item], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let written = 0;
    const lines = createInterface({ input: writer.stdout });
    lines.on('line', (line) => {
      written = Number(line);
    });
    await once(lines, 'line');
    try {
      for (let n = 0; n < 2; n++) {
        const before = written;
        const [{ manifest }] = await Promise.all([
          backupWorkspace(dir, join(root, `busy-${n}`)),
          workspace.publish({ model: 'none' }),
        ]);
        assert.ok(manifest.published !== null);
        await restoreWorkspace(join(root, `busy-${n}`), join(root, `busy-shop-${n}`));
        await using copy = await openWorkspace(join(root, `busy-shop-${n}`));
        const pairs = Array.from({ length: written + 1 }, (_, at) => `pair-${at}`);
        const own = await copy.store.histories(pairs, 5);
        const last = own.findLastIndex((history) => history.length > 0);
        assert.ok(last + 1 >= before, `${last + 1} of ${before}`);
        own.forEach((history, at) => {
          assert.equal(history.length, at <= last ? 2 : 0, pairs[at]);
        });
        const engine = await copy.engine();
        assert.equal(engine.stats().version, manifest.published);
        await engine.close();
      }
    } finally {
      writer.kill('SIGKILL');
    }
  });

  test('damage is found before anything is restored', async () => {
    const target = join(root, 'damaged');
    const { manifest } = await backupWorkspace(dir, target);
    const restored = join(root, 'never');
    const refused = async (file: string, problem: RegExp) => {
      await assert.rejects(restoreWorkspace(target, restored), (error: any) => {
        assert.equal(error.code, 'BACKUP_DAMAGED');
        assert.equal(error.details.file, file);
        assert.match(error.message, problem);
        return true;
      });
      await assert.rejects(stat(restored), { code: 'ENOENT' });
    };
    const keys = join(target, 'workspace', 'keys.jsonl');
    const before = await readFile(keys);
    await appendFile(keys, 'x');
    await refused('keys.jsonl', /another checksum/);
    await rm(keys);
    await refused('keys.jsonl', /is missing/);
    await writeFile(keys, before);
    await writeFile(join(target, 'workspace', 'stranger'), '');
    await assert.rejects(verifyBackup(target), { code: 'BACKUP_DAMAGED' });
    const escaping = { ...manifest, files: { '../../outside': { bytes: 1, sha256: '' } } };
    await writeFile(join(target, 'backup.json'), JSON.stringify(escaping));
    await assert.rejects(restoreWorkspace(target, restored), { code: 'BACKUP_DAMAGED' });
    await writeFile(join(target, 'backup.json'), '{"kind":"backup","format":99}');
    await assert.rejects(restoreWorkspace(target, restored), { code: 'BACKUP_FORMAT_UNKNOWN' });
    await rm(join(target, 'backup.json'));
    await assert.rejects(restoreWorkspace(target, restored), { code: 'BACKUP_MISSING' });
  });

  test('nothing is overwritten, and a stopped backup leaves nothing', async () => {
    const target = join(root, 'once');
    await backupWorkspace(dir, target);
    await assert.rejects(backupWorkspace(dir, target), { code: 'BACKUP_TARGET_EXISTS' });
    await assert.rejects(restoreWorkspace(target, dir), { code: 'RESTORE_TARGET_EXISTS' });
    await assert.rejects(backupWorkspace(dir, join(dir, 'inside')), { code: 'BACKUP_INSIDE_WORKSPACE' });
    await assert.rejects(backupWorkspace(join(root, 'nowhere'), join(root, 'b')), { code: 'WORKSPACE_MISSING' });
    const stopped = new AbortController();
    const progress = () => stopped.abort(new Error('stopped'));
    await assert.rejects(backupWorkspace(dir, join(root, 'stopped'), { signal: stopped.signal, progress }), /stopped/);
    assert.ok((await readdir(root)).every((name) => !name.startsWith('stopped')));
  });

  test('what a killed process left behind goes with the next backup in the same place', async () => {
    const parent = join(root, 'places');
    const dead = join(parent, 'old.0123456789ab.tmp');
    const foreign = join(parent, 'mine.0123456789ab.tmp');
    await mkdir(dead, { recursive: true });
    await mkdir(foreign);
    await writeFile(join(dead, 'unfinished.json'), JSON.stringify({ pid: 2 ** 22 + 1, host: hostname() }));
    await cp(join(dir, 'keys.jsonl'), join(dead, 'keys.jsonl'));
    await backupWorkspace(dir, join(parent, 'new'));
    assert.deepEqual((await readdir(parent)).sort(), ['mine.0123456789ab.tmp', 'new']);
  });
});

async function itemIds({ store }: Workspace): Promise<string[]> {
  for await (const batch of store.items({ batchSize: 5 })) return batch.map(({ id }) => id);
  return [];
}
