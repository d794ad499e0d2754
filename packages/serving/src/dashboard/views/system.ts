/** The answers of `GET /v1/admin/system` and `GET /v1/admin/exposure`. */
import type { Exposure, System } from '@lorekeep/dashboard';
import type { Engine } from '@lorekeep/recommender';
import { shownItems } from '../items.ts';
import { type ExposureCounts, mostShown, shareOfTop } from '../recorder/exposure.ts';
import type { Traffic } from '../recorder/traffic.ts';
import type { DashboardWorkspace } from '../source.ts';
import { sourceOf } from '../sources.ts';

/** Items that are listed by name. */
const MOST_SHOWN = 10;

export function systemView(
  traffic: Traffic,
  engine: Engine | undefined,
  publication: { createdAt: number; index: { queries: number } } | undefined,
): System {
  const { rss, heapUsed, external } = process.memoryUsage();
  const stats = engine?.stats();
  return {
    at: Date.now() / 1000,
    since: traffic.since,
    process: {
      pid: process.pid,
      node: process.version,
      residentBytes: rss,
      heapBytes: heapUsed,
      externalBytes: external,
    },
    eventLoop: traffic.eventLoop(),
    routes: traffic.routes(),
    history: traffic.history(),
    index:
      stats === undefined || publication === undefined
        ? null
        : {
            ...stats.index,
            size: stats.indexed,
            queries: publication.index.queries,
            measuredAt: publication.createdAt,
          },
    pendingWrites: stats?.pendingWrites ?? null,
  };
}

export async function exposureView(
  counts: ExposureCounts,
  engine: Engine | undefined,
  { store }: DashboardWorkspace,
): Promise<Exposure> {
  const catalogue = engine?.stats().items ?? null;
  const topItems = Math.max(1, Math.round((catalogue ?? counts.items.size) / 100));
  const most = mostShown(counts, MOST_SHOWN);
  const items = await shownItems(
    store,
    most.map(({ id }) => id),
  );
  const { since, lists, empty, places, newPlaces, isCapped } = counts;
  return {
    at: Date.now() / 1000,
    since,
    lists,
    empty,
    places,
    newPlaces,
    isCapped,
    distinctItems: counts.items.size,
    catalogue,
    topShare: shareOfTop(counts, topItems),
    topItems,
    sources: [...counts.sources]
      .map(([source, own]) => ({ source, lists: own, ...sourceOf(source) }))
      .sort((a, b) => b.lists - a.lists),
    fallbacks: counts.fallbacks.history(),
    drift: counts.drift.read(),
    most: items.map((item, at) => ({ ...item, places: most[at].places })),
  };
}
