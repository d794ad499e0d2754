/** A store whose interaction log is given, so that all steps of a run read the same events. */
import { fingerprintOf, type InteractionLog, type Store } from '@lorekeep/store';

export const withLog = (store: Store, log: InteractionLog): Store => ({ ...store, interactionLog: async () => log });

/**
 * The log as it was before a moment: events with a lower timestamp. Users and items keep their rows.
 * Negative events have no timestamp; one that is later than the last event that is kept is left out,
 * because it may have come after the moment.
 */
export function logBefore(log: InteractionLog, moment: number): InteractionLog {
  const users = log.userIds.length;
  const offsets = new Uint32Array(users + 1);
  const kept: number[] = [];
  for (let user = 0; user < users; user++) {
    for (let at = log.offsets[user]; at < log.offsets[user + 1] && log.timestamps[at] < moment; at++) kept.push(at);
    offsets[user + 1] = kept.length;
  }
  const before = {
    itemIds: log.itemIds,
    userIds: log.userIds,
    offsets,
    items: Int32Array.from(kept, (at) => log.items[at]),
    timestamps: Float64Array.from(kept, (at) => log.timestamps[at]),
    ...(log.weights && { weights: Float32Array.from(kept, (at) => (log.weights as Float32Array)[at]) }),
    ...(log.types && {
      types: { names: log.types.names, of: Uint16Array.from(kept, (at) => (log.types as { of: Uint16Array }).of[at]) },
    }),
    ...(log.negatives && { negatives: negativesBefore(log, offsets) }),
  };
  return { ...before, fingerprint: fingerprintOf(before), deletions: log.deletions, lastArrival: log.lastArrival };
}

function negativesBefore({ negatives, offsets: all }: InteractionLog, offsets: Uint32Array) {
  const { offsets: from, items, positions } = negatives as NonNullable<InteractionLog['negatives']>;
  const ends = new Uint32Array(from.length);
  const kept: number[] = [];
  for (let user = 0; user + 1 < from.length; user++) {
    const length = offsets[user + 1] - offsets[user];
    const isWhole = length === all[user + 1] - all[user];
    for (let at = from[user]; at < from[user + 1]; at++) if (isWhole || positions[at] < length) kept.push(at);
    ends[user + 1] = kept.length;
  }
  return {
    offsets: ends,
    items: Int32Array.from(kept, (at) => items[at]),
    positions: Uint32Array.from(kept, (at) => positions[at]),
  };
}
