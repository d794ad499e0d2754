/**
 * A solved linear model at work on a catalogue that grows: rows 0 … are the items it was solved with, and items that come
 * later get the rows after them, folded in by their content (fold.ts). Scores are those of score.ts.
 */
import { centredContent } from '../content.ts';
import { badContent } from '../errors.ts';
import { betweenFolded, entriesOf, type FoldedItem, foldIn } from './fold.ts';
import type { LinearModel } from './linear.ts';
import { createLargest, type Neighbours } from './neighbours.ts';
import { createScorer, type HistorySettings, type NeighbourScorer, type SparseScores } from './score.ts';

export interface ItemModel {
  readonly settings: HistorySettings;
  /** All rows of B, those of folded items included. Another object after `fold`. */
  readonly neighbours: Neighbours;
  /**
   * Takes in new items. Costs about contentDim additions for each item there is.
   *
   * @param content `[n × contentDim]` raw vectors of the encoder; zeros for an item without text, which stays unnamed
   * @returns the first of their n rows
   * @throws LorekeepError `TOWERS_BAD_CONTENT`
   */
  fold(content: Float32Array, count: number): number;
  /**
   * @param history rows, oldest first; −1 for an item to be passed over
   * @returns views that the next call overwrites, in no particular order
   * @throws LorekeepError `TOWERS_BAD_INPUT`
   */
  score(history: ArrayLike<number>): SparseScores;
}

export function openItemModel({ settings, neighbours: solved, adaptation, mean }: LinearModel): ItemModel {
  const { decay, maxHistory, perItem } = settings;
  let neighbours = solved;
  let scorer: NeighbourScorer | undefined;
  const folded: Folded[] = [];
  return {
    settings: { decay, maxHistory },
    get neighbours() {
      return neighbours;
    },
    fold(content, count) {
      const dim = mean?.length ?? 0;
      if (mean !== undefined && content.length !== count * dim)
        throw badContent(`${content.length} numbers are not ${count} items of width ${dim}`);
      if (mean !== undefined && !content.every(Number.isFinite)) throw badContent("a new item's vector is not finite");
      const first = neighbours.items;
      const centred = mean === undefined ? undefined : centredContent(content, mean);
      for (let at = 0; at < count; at++) {
        const item =
          adaptation === undefined || centred === undefined
            ? undefined
            : foldIn(adaptation, centred.slice(at * dim, (at + 1) * dim), perItem);
        const added: Folded = { item, peers: createLargest(perItem) };
        folded.forEach((other, place) => {
          offerPeer(added, other, solved.items + place);
          offerPeer(other, added, solved.items + folded.length);
        });
        folded.push(added);
      }
      if (count > 0) {
        neighbours = extended(solved, folded, perItem);
        scorer = undefined;
      }
      return first;
    },
    score(history) {
      scorer ??= createScorer(neighbours);
      return scorer.score(history, { decay, maxHistory });
    },
  };
}

/** A new item; without text or without an adaptation there is nothing to fold. */
interface Folded {
  item: FoldedItem | undefined;
  /** Other new items that it speaks for. */
  peers: ReturnType<typeof createLargest>;
}

function offerPeer(from: Folded, to: Folded, row: number): void {
  if (from.item === undefined || to.item === undefined) return;
  const value = betweenFolded(from.item, to.item);
  if (value > from.peers.least) from.peers.offer(row, value);
}

/** The solved rows with what names new items appended, then the new items' rows. */
function extended({ items, offsets, ids, values }: Neighbours, folded: readonly Folded[], perItem: number): Neighbours {
  const rowsOfNew = folded.map(({ item, peers }) => (item === undefined ? [] : [item.says, entriesOf(peers, perItem)]));
  const extra = new Uint32Array(items);
  let size = ids.length;
  folded.forEach(({ item }, at) => {
    for (const row of item?.named.ids ?? []) extra[row]++;
    size += item?.named.ids.length ?? 0;
    for (const entries of rowsOfNew[at]) size += entries.ids.length;
  });
  const result: Neighbours = {
    items: items + folded.length,
    offsets: new Uint32Array(items + folded.length + 1),
    ids: new Int32Array(size),
    values: new Float32Array(size),
  };
  /** Where the next entry of each solved row goes. */
  const next = new Uint32Array(items);
  for (let row = 0; row < items; row++) {
    const to = result.offsets[row];
    const [from, end] = [offsets[row], offsets[row + 1]];
    result.ids.set(ids.subarray(from, end), to);
    result.values.set(values.subarray(from, end), to);
    next[row] = to + end - from;
    result.offsets[row + 1] = next[row] + extra[row];
  }
  folded.forEach(({ item }, at) => {
    item?.named.ids.forEach((row, entry) => {
      result.ids[next[row]] = items + at;
      result.values[next[row]++] = item.named.values[entry];
    });
  });
  let end = result.offsets[items];
  rowsOfNew.forEach((parts, at) => {
    for (const entries of parts) {
      result.ids.set(entries.ids, end);
      result.values.set(entries.values, end);
      end += entries.ids.length;
    }
    result.offsets[items + at + 1] = end;
  });
  return result;
}
