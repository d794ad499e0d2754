/**
 * Imports thousands of files in drawn forms and counts what became of them.
 * Usage: node datasets/test/forms/main.ts [FILES] [SEED]. Default: 5,000 files, seed 1.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkForms } from './check.ts';

const [files = 5000, seed = 1] = process.argv.slice(2).map(Number);
const folder = await mkdtemp(join(tmpdir(), 'lorekeep-forms-'));
const { different, ...tally } = await checkForms(files, seed, folder, (sofar) => {
  if (sofar.files % 500 === 0) console.error(`${sofar.files} files, ${sofar.different.length} silently different`);
});
await rm(folder, { recursive: true });
console.log(JSON.stringify({ ...tally, silentlyDifferent: different.length }, null, 2));
for (const line of different.slice(0, 40)) console.log(line);
if (different.length > 0) process.exitCode = 1;
