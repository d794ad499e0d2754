/** RecBole's SASRec, the peer of several benches. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { evaluationCases, type Split, trainItems } from '@lorekeep/evaluation';
import { peerPython } from './environments.ts';
import { openPeer, type Peer } from './peer.ts';

/** What a Python needs for the peers that use RecBole (`peers/recbole_common.py`). */
const REQUIREMENTS = [
  'recbole==1.2.1',
  'torch==2.15.0',
  'numpy==2.4.6',
  'pandas==3.1.1',
  'scipy==1.17.1',
  'setuptools==79.0.1',
];

/** The result of training RecBole's SASRec (`peers/recbole_sasrec.py`). */
export interface SasrecRun {
  epochs: number;
  best_valid_ndcg: number;
  seconds_to_best: number;
  test_recall: number;
  test_ndcg: number;
}

/** Longest history that the peer reads. */
const MAX_HISTORY = 20;

/**
 * Starts a peer that uses RecBole. It is ready when this resolves: a missing package is an error
 * here, not in the middle of a measurement.
 */
export async function openRecbole(
  script: 'recbole_sasrec.py' | 'recbole_evaluate.py',
  threads: number,
  log: (line: string) => void,
): Promise<Peer> {
  const python = await peerPython(REQUIREMENTS, { log });
  return openPeer(script, python, { env: { OMP_NUM_THREADS: String(threads) }, log });
}

/**
 * Writes a split as RecBole reads one that was made elsewhere: train.inter, valid.inter and
 * test.inter.
 */
export async function writeSplit(split: Split, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { itemIds, userIds } = split.log;
  const line = (user: number, history: Int32Array, target: number) =>
    `${userIds[user]}\t${Array.from(history.subarray(-MAX_HISTORY), (item) => itemIds[item]).join(' ')}\t${itemIds[target]}\n`;
  const write = (name: string, lines: Iterable<string>) => writeFile(join(folder, `${name}.inter`), withHeader(lines));
  function* transitions() {
    for (let user = 0; user < userIds.length; user++) {
      const items = trainItems(split, user);
      for (let at = 1; at < items.length; at++) yield line(user, items.subarray(0, at), items[at]);
    }
  }
  await write('train', transitions());
  for (const set of ['valid', 'test'] as const) {
    const { users } = split.heldOut[set];
    const cases = evaluationCases(split, set);
    await write(
      set,
      cases.map(({ history, target }, at) => line(users[at], history, target)),
    );
  }
}

function* withHeader(lines: Iterable<string>) {
  yield 'user_id:token\titem_id_list:token_seq\titem_id:token\n';
  yield* lines;
}
