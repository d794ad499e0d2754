/** Generated imports: equal arguments give equal data. */
import type { Event, ImportRecord, Item } from '@lorekeep/store';

export const importRecord = (fingerprint: string): ImportRecord => ({
  fingerprint,
  files: [],
  contents: [],
  items: 0,
  events: 0,
  ordinals: false,
  skipped: 0,
  at: 0,
});

export const importedItems = (count: number): Item[] =>
  Array.from({ length: count }, (_, i) => ({ id: `item ${i}`, title: `imported ${i}` }));

export const importedEvents = (from: number, count: number, items: number): Event[] =>
  Array.from({ length: count }, (_, i) => ({
    user: `user ${((from + i) * 7919) % 503}`,
    item: `item ${((from + i) * 31) % items}`,
    type: 'view',
    timestamp: (from + i) % 97,
  }));
