/** A list of items as people read it. */
import { counted } from '@lorekeep/core';
import type { Fallback, Recommendation, Recommendations } from '@lorekeep/recommender';
import { table } from '../../terminal.ts';

/** Items of a history that are named for one item. */
const NAMED = 3;

const ALIKE = { popularity: 'these are the most popular items', newest: 'these are the newest items' } as const;

/** What a fallback says, of a list that is the same for all and of any other. */
function fallbackText({ reason, items }: Fallback, source: Recommendations['source']): string {
  const instead = source === 'newest' ? ALIKE.newest : ALIKE.popularity;
  switch (reason) {
    case 'unknownUser':
      return `Nothing is stored of this user: ${instead}.`;
    case 'noHistory':
      return `No usable history: ${instead}.`;
    case 'unknownItems':
      return `No item of the history is in the catalogue: ${instead}.`;
    case 'nothingKnown':
      return `The model knows nothing of this: ${instead}.`;
    case 'fewCandidates':
      return `The model proposes too few items that pass; ${counted(items, 'other')} at the end fill the list.`;
    case 'fewPass':
      return `No more items pass: ${items} fewer than asked for.`;
  }
}

export function listText(list: Recommendations): string {
  const { items, source, fallbacks = [], scenario, unknownItems, unknownFields = [] } = list;
  const lines: string[] = [];
  if (scenario !== undefined) lines.push(`Scenario ${scenario.name}, version ${scenario.version}.`);
  lines.push(...fallbacks.map((fallback) => fallbackText(fallback, source)));
  if (unknownItems.length > 0) lines.push(`Ignored because they are not in the catalogue: ${unknownItems.join(', ')}`);
  if (unknownFields.length > 0) lines.push(`No item has these fields: ${unknownFields.join(', ')}`);
  if (items.length === 0) lines.push('No item is left to recommend.');
  else {
    const rows = items.map(({ id, score, item }, at) => [`${at + 1}. ${item?.title ?? id}`, id, score.toFixed(4)]);
    const shown = table(rows).split('\n');
    items.forEach((item, at) => {
      lines.push(shown[at], ...explanationLines(item));
    });
  }
  return lines.join('\n');
}

function explanationLines({ explain }: Recommendation): string[] {
  if (explain === undefined) return [];
  const { parts, history, content, boost } = explain;
  const own = parts.map(({ name, value }) => `${name} ${value.toFixed(3)}`);
  if (boost !== undefined) own.push(`boosts ${boost.toFixed(3)}`);
  const from = history.slice(0, NAMED).map(({ item, weight }) => `${item} ${weight.toFixed(3)}`);
  const like = content.slice(0, NAMED).map(({ item, similarity }) => `${item} ${similarity.toFixed(2)}`);
  return [
    `     score    ${own.join(' + ')}`,
    ...(from.length > 0 ? [`     history  ${from.join(', ')}`] : []),
    ...(like.length > 0 ? [`     text     ${like.join(', ')}`] : []),
  ];
}
