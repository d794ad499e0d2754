/** The schemas of requests and their documented types are one contract. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Deleted } from '@lorekeep/store';
import type { z } from 'zod';
import type {
  EventFilterInput,
  EventInput,
  Recommendations,
  RecommendRequest,
  ScenarioSettings,
  SimilarRequest,
} from '../../src/engine/request-types.ts';
import type { deletedSchema, eventFilterSchema, eventSchema } from '../../src/engine/requests.ts';
import type { Filter } from '../../src/filters/filter.ts';
import type { filterRequestSchema } from '../../src/filters/schema.ts';
import type { recommendationsSchema, recommendSchema, settingsSchema, similarSchema } from '../../src/page/schemas.ts';

/** `true` only if each of the two can stand for the other, with the same keys. */
type Same<A, B> = [A, keyof A] extends [B, keyof B] ? ([B, keyof B] extends [A, keyof A] ? true : false) : false;

const same = {
  filter: true satisfies Same<Filter, z.input<typeof filterRequestSchema>>,
  recommend: true satisfies Same<RecommendRequest, z.input<typeof recommendSchema>>,
  settings: true satisfies Same<ScenarioSettings, z.input<typeof settingsSchema>>,
  similar: true satisfies Same<SimilarRequest, z.input<typeof similarSchema>>,
  event: true satisfies Same<EventInput, z.input<typeof eventSchema>>,
  eventFilter: true satisfies Same<EventFilterInput, z.input<typeof eventFilterSchema>>,
  deleted: true satisfies Same<Deleted, z.infer<typeof deletedSchema>>,
  recommendations: true satisfies Same<Recommendations, z.infer<typeof recommendationsSchema>>,
};

// `pnpm typecheck` is the test: this file does not compile if a type and its schema differ.
test('the types of requests are those of the schemas', () => {
  assert.ok(Object.values(same).every((isSame) => isSame));
});
