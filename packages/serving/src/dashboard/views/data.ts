/** The answer of `GET /v1/admin/data`. */
import { basename } from 'node:path';
import type { DataHealth } from '@lorekeep/dashboard';
import { eventMeaning } from '@lorekeep/store';
import { shownItems } from '../items.ts';
import type { DashboardWorkspace } from '../source.ts';
import type { Surveys } from '../surveys.ts';

/** Imports that are listed, the newest ones. */
const IMPORTS = 20;
export async function dataView({ store }: DashboardWorkspace, surveys: Surveys): Promise<DataHealth> {
  const rules = await store.eventRules();
  const [items, events] = [await surveys.items.latest(), await surveys.events.latest()];
  return {
    at: Date.now() / 1000,
    counts: await store.counts(),
    imports: (await store.imports())
      .slice(-IMPORTS)
      .reverse()
      .map((record) => ({
        at: record.at,
        files: record.files.map((file) => basename(file)),
        items: record.items,
        events: record.events,
        skipped: record.skipped,
      })),
    items:
      items === undefined
        ? { state: 'counting', ...surveys.items.progress() }
        : {
            state: 'counted',
            at: items.at,
            total: items.total,
            withoutText: items.withoutText,
            withoutVector: items.withoutVector,
            examplesWithoutText: items.examplesWithoutText,
          },
    events:
      events === undefined
        ? { state: 'counting', ...surveys.events.progress() }
        : {
            state: 'counted',
            at: events.at,
            total: events.total,
            types: events.types.map((counted) => ({ ...counted, role: eventMeaning(counted.type, rules).role })),
            ordinals: events.ordinals,
            last: events.last,
            days: events.days,
          },
    examples: {
      users: events?.exampleUsers ?? [],
      items: await shownItems(store, events?.exampleItems ?? []),
    },
  };
}
