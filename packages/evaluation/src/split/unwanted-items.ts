/** The items that a user did not want at one moment of the history. */
import type { InteractionLog } from '@lorekeep/store';

/**
 * As `Store.negatives`, at the moment of one event: items of which the last event before it, of those
 * that are positive or negative, is negative.
 *
 * @param position of the event in `log.items`
 * @returns `undefined` if there are none
 */
export function unwantedItems(log: InteractionLog, user: number, position: number): Int32Array | undefined {
  const { negatives, offsets, items } = log;
  if (negatives === undefined) return undefined;
  const first = offsets[user];
  const found = new Set<number>();
  for (let at = negatives.offsets[user]; at < negatives.offsets[user + 1]; at++) {
    const from = first + negatives.positions[at];
    if (from > position) break;
    const item = negatives.items[at];
    const wasChosenLater = items.subarray(from, position).includes(item);
    if (!wasChosenLater) found.add(item);
  }
  return found.size === 0 ? undefined : Int32Array.from(found);
}
