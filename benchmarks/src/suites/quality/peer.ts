/** Other models on the split of a workspace: SASRec of RecBole, and L3AE in its two-phase form. */
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { catalogueVectors } from '@lorekeep/encoder';
import { evaluationCases, type Split, splitBy, trainItems } from '@lorekeep/evaluation';
import type { Workspace } from '@lorekeep/workspace';
import { peerPython } from '../../peers/environments.ts';
import { openPeer } from '../../peers/peer.ts';
import { openRecbole, type SasrecRun, writeSplit } from '../../peers/recbole.ts';
import { type PeerRow, today } from './rows.ts';

export type Peer = 'recbole-sasrec' | 'l3ae';
export const PEERS: readonly Peer[] = ['recbole-sasrec', 'l3ae'];

/** Largest number of epochs. The peer stops on its own five epochs after its best. */
const EPOCHS = 100;
const L3AE_REQUIREMENTS = ['numpy==2.4.6'];

/** Starts a peer and ends it, so that what it lacks is found before trainings that take hours. */
export async function checkPeer(peer: Peer, log: (line: string) => void): Promise<void> {
  await (await openedPeer(peer, log)).close();
}

/** @param encoder whose vectors of the items are in the store */
export async function measurePeer(
  workspace: Workspace,
  encoder: { id: string; dim: number; template: string },
  row: Pick<PeerRow, 'set' | 'protocol' | 'peer' | 'seed'> & { peer: Peer },
  log: (line: string) => void,
): Promise<PeerRow> {
  const { protocol, peer: name, seed } = row;
  const folder = join(workspace.dir, `split-${protocol}`);
  const split = splitBy(protocol, await workspace.store.interactionLog());
  const threads = availableParallelism();
  const peer = await openedPeer(name, log);
  try {
    if (name === 'recbole-sasrec') {
      await writeSplit(split, folder);
      const run = { split: folder, epochs: EPOCHS, threads, seed };
      return { ...row, date: today(), ...(await peer.call<SasrecRun>('train_on_split', run)) };
    }
    const { itemIds } = split.log;
    const content = await catalogueVectors({ store: workspace.store, encoder, template: encoder.template }, itemIds);
    await writeArrays(split, content, folder);
    const trained = await peer.call<SasrecRun>('train', { split: folder, items: itemIds.length, dim: encoder.dim });
    return { ...row, date: today(), ...trained };
  } finally {
    await peer.close();
  }
}

async function openedPeer(peer: Peer, log: (line: string) => void) {
  if (peer === 'recbole-sasrec') return openRecbole('recbole_sasrec.py', availableParallelism(), log);
  return openPeer('l3ae.py', await peerPython(L3AE_REQUIREMENTS, { log }), { log });
}

/** Writes a split and content vectors as arrays without a header, little-endian. */
async function writeArrays(split: Split, content: Float32Array, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const write = (name: string, array: Uint32Array | Int32Array | Float32Array) =>
    writeFile(join(folder, name), new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  const writeLists = async (name: string, lists: readonly Int32Array[]) => {
    const offsets = new Uint32Array(lists.length + 1);
    lists.forEach((list, at) => {
      offsets[at + 1] = offsets[at] + list.length;
    });
    const items = new Int32Array(offsets[lists.length]);
    lists.forEach((list, at) => {
      items.set(list, offsets[at]);
    });
    await write(`${name}-offsets.u32`, offsets);
    await write(`${name}-items.i32`, items);
  };
  await writeLists(
    'train',
    split.log.userIds.map((_, user) => trainItems(split, user)),
  );
  for (const set of ['valid', 'test'] as const) {
    const cases = evaluationCases(split, set);
    await writeLists(
      set,
      cases.map(({ history }) => history),
    );
    await write(
      `${set}-targets.i32`,
      Int32Array.from(cases, ({ target }) => target),
    );
  }
  await write('content.f32', content);
}
