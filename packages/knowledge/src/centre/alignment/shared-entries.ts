/** What the fit of an alignment needs to know of the entries that two versions share. */
import type { KnowledgeEntries } from '../contract/data.ts';
import type { Kind, KnowledgeLayout } from '../schema/layout.ts';
import { addRow, createMoments, type Moments } from './moments.ts';

/** Every fifth entry is held out: residuals are measured on entries that no map was fitted on. */
const HELD_OUT = 5;
/** Held-out entries of users and of items that are kept, for pairs. */
const MAX_KEPT = 2_000;

/** Rows of one kind in both versions, side by side. */
export interface KeptRows {
  /** Of the new version, `[width]` each. */
  before: Float32Array[];
  /** Of the former version. */
  target: Float32Array[];
}

export interface SharedEntries {
  fitted: Map<string, Moments>;
  heldOut: Map<string, Moments>;
  kept: Record<Kind, KeptRows>;
  rows: Record<Kind, number>;
}

export function createSharedEntries(layout: KnowledgeLayout): SharedEntries {
  const blocks = Object.values(layout.blocks).flat();
  const moments = () => new Map(blocks.map(({ name, dim }) => [name, createMoments(dim)]));
  const none = (): KeptRows => ({ before: [], target: [] });
  return {
    fitted: moments(),
    heldOut: moments(),
    kept: { user: none(), item: none(), userCategory: none() },
    rows: { user: 0, item: 0, userCategory: 0 },
  };
}

/**
 * Adds the entries that are in both versions.
 *
 * @param former row → the former entry, `[width]`, if there is one
 */
export function addShared(
  shared: SharedEntries,
  layout: KnowledgeLayout,
  { kind, ids, values }: KnowledgeEntries,
  former: (row: number) => Float32Array | undefined,
): void {
  const width = layout.widths[kind];
  for (let row = 0; row < ids.length; row++) {
    const target = former(row);
    if (target === undefined) continue;
    const before = values.subarray(row * width, (row + 1) * width);
    const isHeldOut = shared.rows[kind]++ % HELD_OUT === HELD_OUT - 1;
    const moments = isHeldOut ? shared.heldOut : shared.fitted;
    for (const { name, dim, offset } of layout.blocks[kind])
      addRow(
        moments.get(name) as Moments,
        before.subarray(offset, offset + dim),
        target.subarray(offset, offset + dim),
      );
    const kept = shared.kept[kind];
    if (!isHeldOut || kind === 'userCategory' || kept.before.length >= MAX_KEPT) continue;
    kept.before.push(before.slice());
    kept.target.push(target.slice());
  }
}
