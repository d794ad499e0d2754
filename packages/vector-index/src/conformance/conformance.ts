/**
 * The conformance suite of `VectorIndex`, on `node:test`. Every built-in kind runs it, and so can
 * an adapter of your own.
 *
 * Put this into a test file and run it with `node --test`:
 *
 * ```ts
 * import { registerIndexAdapter } from '@lorekeep/vector-index';
 * import { indexConformance } from '@lorekeep/vector-index/conformance';
 *
 * registerIndexAdapter('qdrant', async () => (await import('../src/qdrant.ts')).qdrantAdapter);
 * indexConformance('qdrant');
 * ```
 *
 * The suite compares results with a naive scan over 5,000 vectors of dimension 32 around 60 centres.
 * It demands, with the adapter's default `ef`:
 *
 * | What                                                                             | Recall, at least |
 * | -------------------------------------------------------------------------------- | ---------------- |
 * | @1, @10 and @100 of 40 queries                                                   | .99              |
 * | @10 of vectors whose norms differ                                                | .99              |
 * | – with a filter that 50, 10 and 1 % of them and the shorter half pass            | .99              |
 * | @10 with a filter that 100, 50, 20, 5, 1, .1 and 0 % of the keys pass            | .99              |
 * | @10 after keys were replaced, removed, added again, and saved and opened         | .99              |
 * | @10 of every single query without its 1,000 nearest keys, by `filter`            | .9               |
 * | @10 of every single query with its 1, 100, 4,995 and 5,000 nearest in `exclude`  | .9               |
 *
 * An approximate index meets the demands on filters if it asks for more candidates when few keys
 * pass, and scans the vectors when hardly any do (`VectorTable.selectivity` and `VectorTable.scan`).
 * The scores must be inner products in full precision: score the candidates again
 * (`VectorTable.rescore`). The suite imports only public names of Lorekeep's packages.
 *
 * @module @lorekeep/vector-index/conformance
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import { type IndexKind, openIndexAdapter } from '../index.ts';
import { changeTests } from './change-tests.ts';
import { fileTests } from './file-tests.ts';
import { DIM, keys, type Subject, vectors } from './measure.ts';
import { refusalTests } from './refusal-tests.ts';
import { searchTests } from './search-tests.ts';

/** What an adapter of your own may do differently from the built-in ones. */
export interface ConformanceOptions {
  /** Whether `add` lets searches run before it is done. Default true. */
  searchesWhileAdding?: boolean;
}

/**
 * Runs all tests for a built-in or registered kind.
 *
 * @param options what the adapter does differently
 */
export function indexConformance(kind: IndexKind, { searchesWhileAdding = true }: ConformanceOptions = {}): void {
  describe(`${kind} index`, () => {
    const subject = { kind } as Subject;
    before(async () => {
      subject.adapter = await openIndexAdapter(kind);
      subject.directory = await mkdtemp(join(tmpdir(), `lorekeep-index-${kind}-`));
      subject.full = await subject.adapter.create({ dim: DIM, capacity: 100 });
      await subject.full.add(keys, vectors);
    });
    after(async () => {
      await subject.full?.close();
      await rm(subject.directory, { recursive: true, force: true });
    });

    searchTests(subject);
    changeTests(subject, { searchesWhileAdding });
    fileTests(subject);
    refusalTests(subject);
  });
}
