/**
 * The conformance suite of knowledge stores, on `node:test`. Every adapter runs it, and so can one of
 * your own: it implements `KnowledgeTables` and is opened with `createKnowledgeStore`.
 *
 * @module @lorekeep/knowledge/conformance
 */
import { describe, test } from 'node:test';
import { alignmentChecks } from './alignment.ts';
import { publicationChecks } from './publication.ts';
import { randomChecks } from './random.ts';
import { readingChecks } from './reading.ts';
import { refusalChecks } from './refusals.ts';
import { removalChecks } from './removal.ts';
import type { Check, KnowledgePlace } from './support.ts';
import { updateChecks } from './updates.ts';

export type { KnowledgePlace };

/**
 * Declares the tests of one adapter.
 *
 * @param create an empty place; called once per test
 * @example
 * knowledgeConformance('my adapter', async () => ({
 *   open: async (options) => createKnowledgeStore(await openMyTables(), options),
 *   dispose: () => removeMyTables(),
 * }));
 */
export function knowledgeConformance(name: string, create: () => Promise<KnowledgePlace>): void {
  const check: Check = (title, run) =>
    test(title, async () => {
      const place = await create();
      try {
        await run(place);
      } finally {
        await place.dispose();
      }
    });

  describe(`knowledge store conformance: ${name}`, () => {
    readingChecks(check);
    publicationChecks(check);
    updateChecks(check);
    removalChecks(check);
    randomChecks(check);
    alignmentChecks(check);
    refusalChecks(check);
  });
}
