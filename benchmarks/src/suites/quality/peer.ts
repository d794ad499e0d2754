/** RecBole's SASRec on the split of a workspace. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { splitBy } from '@lorekeep/evaluation';
import type { Workspace } from '@lorekeep/workspace';
import { openRecbole, type SasrecRun, writeSplit } from '../../peers/recbole.ts';
import { type PeerRow, today } from './rows.ts';

export type Peer = 'recbole-sasrec';
export const PEERS: readonly Peer[] = ['recbole-sasrec'];

/** Largest number of epochs. The peer stops on its own five epochs after its best. */
const EPOCHS = 100;

export async function measurePeer(
  workspace: Workspace,
  row: Pick<PeerRow, 'set' | 'protocol' | 'peer' | 'seed'>,
  log: (line: string) => void,
): Promise<PeerRow> {
  const { protocol, seed } = row;
  const split = join(workspace.dir, `split-${protocol}`);
  await writeSplit(splitBy(protocol, await workspace.store.interactionLog()), split);
  const threads = availableParallelism();
  const peer = await openRecbole('recbole_sasrec.py', threads, log);
  try {
    const trained = await peer.call<SasrecRun>('train_on_split', { split, epochs: EPOCHS, threads, seed });
    return { ...row, date: today(), ...trained };
  } finally {
    await peer.close();
  }
}
