/** Refuses data from which no training can learn, before any work starts. */
import { centredContent, contentMean } from '@lorekeep/core';
import type { InteractionLog } from '@lorekeep/store';
import { errors } from '../errors.ts';
import type { RecommenderConfig } from '../options/table.ts';

/** A shorter vector is a rounding error: centred rows have length 1, or 0 for the text of all items. */
const MIN_LENGTH = 0.5;

/** @throws LorekeepError `TRAINING_NO_EVENTS`, `TRAINING_ONE_ITEM` */
export function checkLog({ items, itemIds }: InteractionLog): void {
  if (items.length === 0) throw errors.TRAINING_NO_EVENTS();
  if (itemIds.length === 1) throw errors.TRAINING_ONE_ITEM();
}

/**
 * A model that knows items by their texts alone needs two that differ.
 *
 * @param content `[items × dim]`
 * @throws LorekeepError `TRAINING_TEXTS_EQUAL`, `CONTENT_INVALID`
 */
export function checkTexts(
  { items: { id, content: usesContent } }: RecommenderConfig,
  content: Float32Array | undefined,
  items: number,
  dim: number,
): void {
  if (id || !usesContent || content === undefined) return;
  const centred = centredContent(content, contentMean(content, items, dim));
  for (let first = 0; first < centred.length; first += dim) {
    let squares = 0;
    for (let k = first; k < first + dim; k++) squares += centred[k] ** 2;
    if (squares > MIN_LENGTH ** 2) return;
  }
  throw errors.TRAINING_TEXTS_EQUAL({ items });
}
