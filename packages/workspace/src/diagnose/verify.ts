/**
 * The thorough check of a workspace: every table and every checksum, and that what was deleted is
 * gone. It reads all data once and changes nothing.
 */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { errorCode, findDamage } from '@lorekeep/core';
import { type PublicationManifest, readCurrent, readManifest } from '@lorekeep/recommender';
import type { StoreProblem } from '@lorekeep/store';
import { versionsBeforeErasure } from '../deletion/erasure.ts';
import { engineOf } from '../publishing/engine.ts';
import { openState, type WorkspaceState } from '../state.ts';
import { latestModel, modelDir } from '../training/model-versions.ts';
import { type Finding, type FindingState, reasonOf } from './finding.ts';

/** Files that can hold ids as text. All others of a workspace hold numbers. */
const TEXT_FILES = ['', '.json', '.jsonl', '.csv', '.txt', '.html', '.log'];
/** Ids of deleted items that are asked for. */
const ASKED_ITEMS = 1000;

export async function verifyWorkspace(dir: string): Promise<Finding[]> {
  let state: WorkspaceState;
  try {
    state = await openState(dir, { allowReadOnly: true });
  } catch (error) {
    // The check of the workspace reports it.
    if (errorCode(error) === 'WORKSPACE_MISSING') return [];
    return [{ name: 'verify', state: 'missing', found: reasonOf(error) }];
  }
  try {
    return [
      ...(await tables(state)),
      ...(await checksums(state)),
      ...(await erasedUsers(state)),
      ...(await deletedItems(state)),
    ];
  } finally {
    await state.store.close();
  }
}

const PROBLEMS: Record<StoreProblem['kind'], { state: FindingState; fix: string }> = {
  damage: { state: 'missing', fix: 'Restore the store from a backup, or import again into a new workspace.' },
  reference: { state: 'missing', fix: 'Restore the store from a backup, or import again into a new workspace.' },
  embedding: { state: 'missing', fix: 'Restore the store from a backup, or encode again into a new workspace.' },
  'erased-user': { state: 'missing', fix: 'Delete these users again, then train and publish.' },
  'not-purged': { state: 'advice', fix: 'Train again: that overwrites it.' },
};

async function tables({ store }: WorkspaceState): Promise<Finding[]> {
  const problems = await store.verify();
  if (problems.length === 0) return [{ name: 'tables', state: 'ok', found: 'whole, and without erased users' }];
  return problems.map(({ kind, message }) => {
    const name = kind === 'not-purged' ? 'free space' : kind === 'erased-user' ? 'erasure' : 'tables';
    return { name, found: message, ...PROBLEMS[kind] };
  });
}

/** The files of the live version and of the newest model. */
async function checksums(state: WorkspaceState): Promise<Finding[]> {
  const findings: Finding[] = [];
  const check = async (
    name: string,
    fix: string,
    read: () => Promise<[string, Record<string, string>] | undefined>,
  ) => {
    const finding = await damageOf(read);
    if (finding !== undefined) findings.push(finding.state === 'ok' ? { name, ...finding } : { name, fix, ...finding });
  };
  await check('live files', 'Publish again.', async () => {
    const live = await livePublication(state.dir);
    return live && [live.directory, live.manifest.files];
  });
  await check('model files', 'Train again.', async () => {
    if ((await latestModel(state)) === undefined) return undefined;
    const path = await modelDir(state);
    return [path, (await readManifest(path)).files];
  });
  return findings;
}

async function damageOf(
  read: () => Promise<[string, Record<string, string>] | undefined>,
): Promise<Pick<Finding, 'state' | 'found'> | undefined> {
  try {
    const listed = await read();
    if (listed === undefined) return undefined;
    const damage = await findDamage(...listed);
    if (damage === undefined) return { state: 'ok', found: `${Object.keys(listed[1]).length} checksums match` };
    const { file, actual } = damage;
    return {
      state: 'missing',
      found: `${file} ${actual === undefined ? 'cannot be read' : 'is not what was written'}`,
    };
  } catch (error) {
    return { state: 'missing', found: reasonOf(error) };
  }
}

/** `undefined` before the first publication. */
async function livePublication(dir: string): Promise<{ directory: string; manifest: PublicationManifest } | undefined> {
  try {
    return await readCurrent(dir);
  } catch (error) {
    if (errorCode(error) === 'PUBLICATION_MISSING') return undefined;
    throw error;
  }
}

/** What can have learned from erased users, and how it is learned anew. */
const LEARNERS = [
  {
    name: 'erasure',
    of: (path: string) => /^(models|published)\b/.test(path),
    fix: 'Train and publish again: that removes them.',
  },
  {
    name: 'knowledge',
    of: (path: string) => /^knowledge\b/.test(path),
    fix: 'Pre-train and publish the knowledge again: that removes them.',
  },
  { name: 'rankers', of: (path: string) => /^rankers\b/.test(path), fix: 'Train the ranker again: that removes them.' },
];

/** Traces outside the tables: what models may have learned, and ids in text files. */
async function erasedUsers(state: WorkspaceState): Promise<Finding[]> {
  if ((await state.store.lastErasure()) === 0) return [];
  const paths = (await versionsBeforeErasure(state)).map(({ path }) => path);
  // Files of versions that are to be learned anew go with them.
  const files = (await filesWithErased(state)).filter((file) => !paths.some((path) => file.startsWith(path + sep)));
  const findings: Finding[] = [];
  for (const { name, of, fix } of LEARNERS) {
    const own = paths.filter(of);
    if (own.length > 0)
      findings.push({ name, state: 'advice', found: `${own.join(', ')}: trained before users were erased`, fix });
  }
  if (files.length > 0) {
    const found = `ids of erased users are in ${files.join(', ')}`;
    findings.push({ name: 'erasure', state: 'missing', found, fix: 'Remove these files.' });
  }
  if (findings.length > 0) return findings;
  return [{ name: 'erasure', state: 'ok', found: 'no file and no model knows an erased user' }];
}

async function filesWithErased({ dir, store }: WorkspaceState): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !TEXT_FILES.includes(extname(entry.name))) continue;
    const path = join(entry.parentPath, entry.name);
    const texts = new Set((await readFile(path, 'utf8')).split(/["',;<>\t\r\n]+|(?<=[\s:=])\s*|\s+/));
    if ((await store.countErased(texts)) > 0) found.push(path.slice(dir.length + 1));
  }
  return found;
}

/**
 * Asks the live version for what follows deleted items. It must know none of them: all lists name
 * only items that it knows.
 */
async function deletedItems(state: WorkspaceState): Promise<Finding[]> {
  const { store } = state;
  const deleted = await store.deletedItems(0);
  const items = await store.getItems(deleted);
  const gone = deleted.filter((_, at) => items[at] === undefined).slice(-ASKED_ITEMS);
  if (gone.length === 0) return [];
  const name = 'deleted items';
  try {
    if ((await livePublication(state.dir)) === undefined) return [];
    const engine = await engineOf(state, {});
    try {
      const { unknownItems, items: popular } = await engine.recommend({ history: gone, k: 1000 });
      const known = new Set(gone.filter((id) => !unknownItems.includes(id)));
      for (const { id } of popular) if (gone.includes(id)) known.add(id);
      if (known.size === 0) return [{ name, state: 'ok', found: `none of ${gone.length} is in an answer` }];
      return [{ name, state: 'missing', found: `${known.size} are still recommended`, fix: 'Publish again.' }];
    } finally {
      await engine.close();
    }
  } catch (error) {
    return [{ name, state: 'missing', found: reasonOf(error), fix: 'Publish again.' }];
  }
}
