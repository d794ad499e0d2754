import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { indexConformance } from '../../src/conformance/conformance.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
process.chdir(root);

let installed = true;
try {
  createRequire(join(root, '.extras', 'package.json')).resolve('hnswlib-node');
} catch {
  installed = false;
}

if (installed) indexConformance('hnswlib');
else if (process.env.LOREKEEP_TEST_EXTRAS === 'required') {
  test('hnswlib-node is installed', () => assert.fail('Run "pnpm extras" before the tests.'));
} else {
  const reason = 'hnswlib-node is not installed; run "pnpm extras" to test the hnswlib index as well';
  console.warn(`\nSKIPPED: ${reason}\n`);
  test('hnswlib index', { skip: reason }, () => {});
}

test('without hnswlib-node, the error names the package and how to install it', () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'lorekeep-hnswlib-'));
  try {
    const entry = pathToFileURL(join(root, 'packages/vector-index/src/index.ts')).href;
    const script = `
      const { openIndexAdapter } = await import(${JSON.stringify(entry)});
      const adapter = await openIndexAdapter('hnswlib');
      await adapter.create({ dim: 2 }).catch((error) => console.log(JSON.stringify(error)));`;
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: elsewhere });
    const error = JSON.parse(output.toString());
    assert.equal(error.code, 'INDEX_ADAPTER_MISSING');
    assert.equal(error.details.package, 'hnswlib-node');
    assert.match(error.hint, /hnswlib-node 3\.0\.0/);
  } finally {
    rmSync(elsewhere, { recursive: true, force: true });
  }
});
