/**
 * The conformance suite: what every store adapter must do. An adapter runs it from a test file of
 * its own with `node --test`.
 *
 * @module @lorekeep/store/conformance
 */
import { describe, test } from 'node:test';
import { catalogueChecks } from './catalogue.ts';
import { deletionChecks } from './deletion.ts';
import { embeddingsChecks } from './embeddings.ts';
import { eventsChecks } from './events.ts';
import { exposuresChecks } from './exposures.ts';
import { importsChecks } from './imports.ts';
import { impressionsChecks } from './impressions.ts';
import { lifecycleChecks } from './lifecycle.ts';
import { meaningChecks } from './meaning.ts';
import { randomDeletionChecks } from './random-deletions.ts';
import { replacingImportsChecks } from './replacing-imports.ts';
import type { Check, StoreUnderTest } from './support.ts';
import { usersChecks } from './users.ts';
import { writesDuringImportsChecks } from './writes-during-imports.ts';

export type { StoreUnderTest };

/**
 * Declares the tests of one adapter.
 * @param open opens an empty store; called once per test
 * @example
 * storeConformance('my adapter', async () => {
 *   const store = await openMyStore(await createEmptyDatabase());
 *   return { store, dispose: () => store.close() };
 * });
 */
export function storeConformance(name: string, open: () => Promise<StoreUnderTest>): void {
  const check: Check = (title, run) =>
    test(title, async () => {
      const under = await open();
      try {
        await run(under);
      } finally {
        await under.dispose();
      }
    });

  describe(`store conformance: ${name}`, () => {
    lifecycleChecks(check);
    catalogueChecks(check);
    usersChecks(check);
    eventsChecks(check);
    meaningChecks(check);
    impressionsChecks(check);
    exposuresChecks(check);
    importsChecks(check);
    writesDuringImportsChecks(check);
    deletionChecks(check);
    randomDeletionChecks(check);
    replacingImportsChecks(check);
    embeddingsChecks(check);
  });
}
