/**
 * Splits a catalogue into the units that a long job computes and commits. Two requirements
 * conflict: batches should have texts of similar length, which needs sorting over many texts; and
 * the result must not depend on where the job was interrupted, although a vector's last bits depend
 * on its batch.
 *
 * 1. The catalogue is read in *windows*: fixed ranges of rows, independent of what is stored. The
 *    texts of a window that have no vector yet are sorted by length. All windows together give one
 *    stream of missing texts.
 * 2. The stream is cut into *units*. The end of a unit depends only on its own texts: it is full
 *    when they reach a number of characters. A unit is one call of the encoder and is committed as
 *    a whole.
 *
 * So if some units were committed before a job died, in any order, the remaining stream consists of
 * the other units, and cutting it again gives exactly these units, with the same batches and the
 * same bytes. No plan has to be stored, and a catalogue with few changes still gives full units.
 *
 * A text that occurs in several windows belongs to the first one. `claimed` has the hashes that are
 * not committed yet.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sha256 } from '@lorekeep/core';
import type { Store } from '@lorekeep/store';
import { itemText } from '../item-text/item-text.ts';
import type { ItemTemplate } from '../item-text/templates.ts';

export interface KeyedText {
  /** SHA-256 of the text, the key of its embedding. */
  hash: string;
  text: string;
}

/** Some items in row order. `texts` has the texts of the items that have one. */
export interface TextSlice {
  items: number;
  texts: KeyedText[];
}

export interface WorkUnit {
  hashes: string[];
  texts: string[];
}

/**
 * Items read without a pause: a few milliseconds. Answers of the encoder are handled in between.
 */
const SLICE_ITEMS = 256;
/** A window ends at the slice that reaches either limit. They bound the memory. */
const WINDOW_ITEMS = 8192;
const WINDOW_CHARACTERS = 1 << 23;
/** Cost of a text in addition to its characters: its special tokens. */
const CHARACTERS_PER_TEXT = 8;

/**
 * @throws `signal.reason`; LorekeepError the errors of the store, and `ENCODER_BAD_OPTION` for the
 *   template
 */
export async function* textSlices(
  store: Store,
  template: ItemTemplate,
  signal: AbortSignal | undefined,
): AsyncGenerator<TextSlice> {
  for await (const items of store.items({ batchSize: SLICE_ITEMS })) {
    signal?.throwIfAborted();
    const texts: KeyedText[] = [];
    for (const item of items) {
      const text = itemText(item, template);
      if (text !== '') texts.push({ hash: sha256(text), text });
    }
    yield { items: items.length, texts };
    await nextTurn();
  }
}

/**
 * @param slices the whole catalogue
 * @param findMissing returns the hashes without a vector, in their order
 * @param claimed this function adds the hashes of each unit; the caller removes them after the
 *   commit
 * @param characters a unit is full when its texts have this number of characters
 */
export async function* missingUnits(
  slices: AsyncIterable<TextSlice>,
  findMissing: (hashes: string[]) => Promise<string[]>,
  claimed: Set<string>,
  characters: number,
): AsyncGenerator<WorkUnit> {
  let unit: WorkUnit = { hashes: [], texts: [] };
  let unitCharacters = 0;
  let window: KeyedText[] = [];
  let inWindow = new Set<string>();
  let windowItems = 0;
  let windowCharacters = 0;

  function* cutWindow() {
    window.sort((a, b) => a.text.length - b.text.length);
    for (const { hash, text } of window) {
      claimed.add(hash);
      unit.hashes.push(hash);
      unit.texts.push(text);
      unitCharacters += text.length + CHARACTERS_PER_TEXT;
      if (unitCharacters < characters) continue;
      yield unit;
      unit = { hashes: [], texts: [] };
      unitCharacters = 0;
    }
    window = [];
    inWindow = new Set();
    windowItems = 0;
    windowCharacters = 0;
  }

  for await (const { items, texts } of slices) {
    const fresh = new Map<string, string>();
    for (const { hash, text } of texts) {
      windowCharacters += text.length;
      if (inWindow.has(hash) || claimed.has(hash)) continue;
      inWindow.add(hash);
      fresh.set(hash, text);
    }
    windowItems += items;
    for (const hash of await findMissing([...fresh.keys()])) window.push({ hash, text: fresh.get(hash)! });
    if (windowItems >= WINDOW_ITEMS || windowCharacters >= WINDOW_CHARACTERS) yield* cutWindow();
  }
  yield* cutWindow();
  if (unit.texts.length > 0) yield unit;
}
