/** Ratings as people write them: `4,5`, `4/5`, `80%`, `4 stars`, `4 out of 5`. */
import { numberOf } from '@lorekeep/core';

const WITH_SCALE = /^(\d+(?:[.,]\d+)?)\s*(?:\/\s*\d+|out of \d+(?: stars)?|stars?|%)$/i;

/** @returns undefined if the text is no rating */
export function readRating(text: string): number | undefined {
  const trimmed = text.trim();
  const amount = WITH_SCALE.exec(trimmed)?.[1] ?? trimmed;
  const number = numberOf(/^\d+,\d{1,2}$/.test(amount) ? amount.replace(',', '.') : amount);
  if (number !== undefined) return Number.isFinite(number) ? number : undefined;
  return /^★{1,10}☆{0,9}$/.test(trimmed) ? [...trimmed].filter((star) => star === '★').length : undefined;
}
