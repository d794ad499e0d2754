/**
 * The metrics for Prometheus. One registry per server, so that two servers in one process do not
 * mix.
 */

import type { Engine, RankingStats } from '@lorekeep/recommender';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export interface ServiceMetrics {
  /**
   * Labels are route templates and statuses only, so that their number does not grow with what
   * clients send.
   */
  request(route: string, method: string, status: number, seconds: number): void;
  recommendation(source: string): void;
  encoded(texts: number, seconds: number): void;
  /** What an upload did, at its end. */
  uploaded(kind: 'items' | 'events', counts: Readonly<Record<string, number>>): void;
  /** For metrics of other parts of the service. */
  readonly registry: Registry;
  readonly contentType: string;
  text(): Promise<string>;
}

export function createMetrics(
  engine: () => Engine | undefined,
  ranking: () => RankingStats | undefined,
): ServiceMetrics {
  const registry = new Registry();
  const registers = [registry];
  // Memory (process_resident_memory_bytes), event-loop lag, garbage collection.
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'lorekeep_http_request_duration_seconds',
    help: 'Time to answer a request.',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const recommendations = new Counter({
    name: 'lorekeep_recommendations_total',
    help: 'Recommendation lists, by what ordered them.',
    labelNames: ['source'],
    registers,
  });
  const encoding = new Histogram({
    name: 'lorekeep_encode_duration_seconds',
    help: 'Time to add the new texts of one upsert to the index.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const texts = new Counter({
    name: 'lorekeep_encoded_items_total',
    help: 'New or changed texts upserted.',
    registers,
  });
  const uploads = new Counter({
    name: 'lorekeep_bulk_records_total',
    help: 'Items and events of bulk uploads, by what became of them.',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  const gauge = (name: string, help: string, value: (engine: Engine) => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        const live = engine();
        this.set(live === undefined ? 0 : value(live));
      },
    });
  gauge('lorekeep_ready', '1 if the model is loaded, else 0.', () => 1);
  gauge('lorekeep_index_size', 'Items in the index.', (live) => live.stats().indexed);
  gauge('lorekeep_catalogue_size', 'Items in the catalogue.', (live) => live.stats().items);
  gauge('lorekeep_pending_writes', 'Writes in progress or waiting.', (live) => live.stats().pendingWrites);

  const ofRanking = (name: string, help: string, value: (stats: RankingStats) => number | undefined) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        const stats = ranking();
        this.set((stats && value(stats)) ?? 0);
      },
    });
  ofRanking('lorekeep_ranker', '1 if a ranker is loaded, else 0.', ({ ranker }) => Number(ranker !== null));
  ofRanking(
    'lorekeep_knowledge_age_seconds',
    'Age of the knowledge of the newest answer.',
    ({ knowledge }) => knowledge?.ageSeconds,
  );
  ofRanking(
    'lorekeep_knowledge_residual',
    'Residual of the knowledge of the newest answer.',
    ({ knowledge }) => knowledge?.residual,
  );
  ofRanking(
    'lorekeep_knowledge_user_hit_ratio',
    'Share of the pairs whose user had an entry.',
    ({ knowledge }) => knowledge?.hitRate.user,
  );
  ofRanking(
    'lorekeep_knowledge_item_hit_ratio',
    'Share of the pairs whose item had an entry.',
    ({ knowledge }) => knowledge?.hitRate.item,
  );
  ofRanking(
    'lorekeep_ranked_without_knowledge',
    'Ranked lists without the knowledge that the ranker was trained with.',
    ({ knowledge }) => knowledge?.withoutKnowledge,
  );

  return {
    request: (route, method, status, seconds) => requests.observe({ route, method, status }, seconds),
    recommendation: (source) => recommendations.inc({ source }),
    encoded(count, seconds) {
      if (count === 0) return;
      texts.inc(count);
      encoding.observe(seconds);
    },
    uploaded(kind, counts) {
      for (const [outcome, count] of Object.entries(counts)) uploads.inc({ kind, outcome }, count);
    },
    registry,
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}
