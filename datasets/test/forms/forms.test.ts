/**
 * Shops whose catalogue and log are written in drawn forms: what is stored is what was meant, or the
 * import refuses it or tells it. `main.ts` does the same with thousands of files.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { folder } from '../import/harness.ts';
import { checkForms } from './check.ts';

test('catalogues and logs in any form are stored as they were meant, or refused', async () => {
  const { files, equal, different } = await checkForms(150, 7, folder);
  assert.deepEqual(different, []);
  assert.ok(equal > files / 2, `${equal} of ${files} files were read`);
});
