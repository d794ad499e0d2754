/** The real log as the peers read it: the rows of one surface, with the sequences that our ranker reads. */
import { createBehaviours, recordRows } from '@lorekeep/ranking';
import { ageBucket } from '../knowledge/age-bucket.ts';
import type { Impressions } from '../knowledge/real-log.ts';
import { LENGTH } from '../knowledge/settings.ts';
import { OUTCOMES, type Target } from '../knowledge/target.ts';
import type { RankLog } from './peers.ts';

const DAY = 86_400;

export interface PeerLog {
  rankLog: RankLog;
  /** Rows of the impression log, in the order of the rows of `rankLog`. */
  rows: Int32Array;
}

export function peerLog(impressions: Impressions, target: Target): PeerLog {
  const { data, history, windows } = impressions;
  const { log } = data;
  const behaviours = createBehaviours(LENGTH);
  recordRows(behaviours, log, history);
  const rows = Int32Array.from(windows.flatMap(({ rows }) => [...rows.filter((row) => impressions.isOn(target, row))]));
  const count = rows.length;
  const sequences = {
    items: new Int32Array(count * LENGTH).fill(-1),
    kinds: new Int32Array(count * LENGTH),
    timestamps: new Float64Array(count * LENGTH),
  };
  const ages = new Int32Array(count * LENGTH);
  let at = 0;
  for (const window of windows) {
    for (; at < count && log.timestamps[rows[at]] < window.end; at++) {
      const found = behaviours.read(log.users[rows[at]], sequences, at * LENGTH);
      for (let k = at * LENGTH; k < at * LENGTH + found; k++)
        ages[k] = ageBucket(log.timestamps[rows[at]] - sequences.timestamps[k]);
    }
    recordRows(behaviours, log, window.rows);
  }
  const bits = OUTCOMES.map((outcome) => log.outcomeNames.indexOf(outcome));
  const column = (of: (row: number) => number) => rows.map(of);
  const fields = (list: typeof data.items, entities: number) =>
    Int32Array.from({ length: entities * list.length }, (_, i) => {
      return list[i % list.length].codes[Math.floor(i / list.length)];
    });
  const rankLog: RankLog = {
    users: column((row) => log.users[row]),
    items: column((row) => log.items[row]),
    surfaces: column((row) => log.surfaces[row]),
    times: column((row) => log.timestamps[row]),
    days: column((row) => Math.floor((log.timestamps[row] - windows[0].start) / DAY)),
    windows: impressions.windowsOf(rows),
    labels: Uint8Array.from({ length: count * bits.length }, (_, i) => {
      return (log.outcomes[rows[Math.floor(i / bits.length)]] >>> bits[i % bits.length]) & 1;
    }),
    train: Uint8Array.from(rows, (row) => Number(impressions.isTraining(target, row))),
    score: new Uint8Array(count).fill(1),
    historyItems: sequences.items,
    // The code of a behaviour has its outcomes above the surface.
    historyOutcomes: sequences.kinds.map((kind) => Math.floor(kind / 64)),
    historyAges: ages,
    itemFields: fields(data.items, log.itemIds.length),
    userFields: fields(data.users, log.userIds.length),
    names: {
      outcomes: OUTCOMES,
      surfaces: log.surfaceNames,
      itemFields: data.items.map(({ name }) => name),
      userFields: data.users.map(({ name }) => name),
    },
  };
  return { rankLog, rows };
}
