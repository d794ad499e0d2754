/**
 * Runs every fast test and ends with `N passed, N failed, N skipped`, the counts of the test
 * runner. `pnpm test packages/graph` runs the tests of one package; arguments are folders or files.
 */
import { globSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { finished } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

const places = process.argv.slice(2);
const roots = places.length > 0 ? places : ['packages', 'datasets', 'benchmarks'];
const files = roots
  .flatMap((place) => (statSync(place).isFile() ? [place] : globSync(`${place.replace(/\/$/, '')}/**/*.test.ts`)))
  .filter((file) => !file.includes('node_modules'))
  .sort();
if (files.length === 0) {
  console.error(`No test files under ${roots.join(', ')}.`);
  process.exit(2);
}

let closing: { tests: number; passed: number; skipped: number; todo: number } | undefined;
const stream = run({ files, concurrency: Math.max(1, availableParallelism()) });
stream.on('test:summary', (summary) => {
  if (summary.file === undefined) closing = summary.counts;
});
stream.on('test:fail', () => {
  process.exitCode = 1;
});
const report = stream.compose(spec());
report.pipe(process.stdout, { end: false });
await finished(report);
if (closing === undefined) throw new Error('the test runner gave no summary');
// Cancelled tests (a file that crashed, a hook that failed) are failures too.
const skipped = closing.skipped + closing.todo;
const failed = closing.tests - closing.passed - skipped;
if (failed > 0 || closing.passed === 0) process.exitCode = 1;
console.log(`\n${closing.passed} passed, ${failed} failed, ${skipped} skipped`);
