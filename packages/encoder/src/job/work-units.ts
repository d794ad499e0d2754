/**
 * A catalogue cut into the units that a long job computes and commits. Two things are wanted that pull against each
 * other: batches of texts of like length, so sorting over many texts; and a result that does not depend on where the
 * job was interrupted, though a vector's last bits depend on the batch it was computed in.
 *
 * 1. The catalogue is read in *windows*: fixed ranges of rows, whatever is stored already. The texts of a window that
 *    have no vector yet are sorted by length. All windows in a row make one stream of missing texts.
 * 2. The stream is cut into *units*. Where a unit ends depends on its own texts alone: it is full when they reach so
 *    many characters. A unit is one call of the encoder and is committed as a whole.
 *
 * So whatever units were committed before a job died, in whatever order, what is left of the stream is the other units
 * one after the other, and cutting it again gives those very units, with the same batches and the same bytes. That
 * needs no record of the plan, and a catalogue of which little has changed still gives full units.
 *
 * A text that occurs in several windows belongs to the first: what is not committed yet is known by its `claim`.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { sha256 } from '@lorekeep/core';
import type { Store } from '@lorekeep/store';
import { type ItemTemplate, itemText } from '../item-text/item-text.ts';

export interface KeyedText {
  /** SHA-256 of the text, the key of its embedding. */
  hash: string;
  text: string;
}

/** Some items in row order: the texts of those that have one. */
export interface TextSlice {
  items: number;
  texts: KeyedText[];
}

export interface WorkUnit {
  hashes: string[];
  texts: string[];
}

/** Items read at a time: a few milliseconds, between which answers of the encoder are taken. */
const SLICE_ITEMS = 256;
/** A window ends at the slice that reaches either: these many texts are held, whatever the catalogue's size. */
const WINDOW_ITEMS = 8192;
const WINDOW_CHARACTERS = 1 << 23;
/** What a text costs beside its characters: the special tokens around it. */
const CHARACTERS_A_TEXT = 8;

/** @throws `signal.reason`; LorekeepError what the store throws, and `ENCODER_BAD_OPTION` for the template */
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
    await turn();
  }
}

/**
 * @param slices the whole catalogue
 * @param missing which of these hashes have no vector, in their order
 * @param claimed hashes handed out here; whoever has stored one takes it out
 * @param characters a unit is full with these
 */
export async function* missingUnits(
  slices: AsyncIterable<TextSlice>,
  missing: (hashes: string[]) => Promise<string[]>,
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
      unitCharacters += text.length + CHARACTERS_A_TEXT;
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
    for (const hash of await missing([...fresh.keys()])) window.push({ hash, text: fresh.get(hash)! });
    if (windowItems >= WINDOW_ITEMS || windowCharacters >= WINDOW_CHARACTERS) yield* cutWindow();
  }
  yield* cutWindow();
  if (unit.texts.length > 0) yield unit;
}
