/** Interaction logs made from others, to measure transfer and new items. */
import { createRandom, sha256 } from '@lorekeep/core';
import type { InteractionLog } from '@lorekeep/store';
import type { Catalogue } from './catalogue.ts';

/** One list of item rows per user, in the order of the users of the log. */
const historiesOf = ({ offsets, items }: InteractionLog) =>
  Array.from({ length: offsets.length - 1 }, (_, user) => Array.from(items.subarray(offsets[user], offsets[user + 1])));

function logOf(itemIds: string[], userIds: string[], histories: number[][]): InteractionLog {
  const offsets = new Uint32Array(histories.length + 1);
  histories.forEach((history, user) => {
    offsets[user + 1] = offsets[user] + history.length;
  });
  const items = Int32Array.from(histories.flat());
  const timestamps = new Float64Array(items.length);
  histories.forEach((history, user) => {
    history.forEach((_, at) => {
      timestamps[offsets[user] + at] = at;
    });
  });
  const fingerprint = sha256(Buffer.concat([Buffer.from(offsets.buffer), Buffer.from(items.buffer)]));
  return { itemIds, userIds, offsets, items, timestamps, fingerprint };
}

/**
 * The same log with a share of the items made new: no training event (leave-one-out) is of a new
 * item. A new item can still be a target, and it is ranked like all others.
 *
 * @returns the log, and the rows of the new items
 */
export function withNewItems(
  log: InteractionLog,
  share: number,
  seed: number,
): { log: InteractionLog; newRows: Set<number> } {
  const random = createRandom(seed);
  const rows = random.shuffle(Array.from(log.itemIds, (_, row) => row));
  const newRows = new Set(rows.slice(0, Math.round(share * rows.length)));
  const histories = historiesOf(log).map((history) =>
    history.filter((item, at) => at >= history.length - 2 || !newRows.has(item)),
  );
  return { log: logOf(log.itemIds, log.userIds, histories), newRows };
}

/** Several catalogues as one, with separate users; of each catalogue at most the first `users`. */
export function joinCatalogues(catalogues: Catalogue[], users: number): Catalogue {
  const itemIds: string[] = [];
  const userIds: string[] = [];
  const histories: number[][] = [];
  const content = new Float32Array(catalogues.reduce((size, one) => size + one.content.length, 0));
  let filled = 0;
  catalogues.forEach(({ log, content: own }, position) => {
    const first = itemIds.length;
    itemIds.push(...log.itemIds.map((id) => `${position}:${id}`));
    userIds.push(...log.userIds.slice(0, users).map((id) => `${position}:${id}`));
    histories.push(
      ...historiesOf(log)
        .slice(0, users)
        .map((history) => history.map((item) => first + item)),
    );
    content.set(own, filled);
    filled += own.length;
  });
  return { log: logOf(itemIds, userIds, histories), content, contentInfo: catalogues[0].contentInfo };
}
