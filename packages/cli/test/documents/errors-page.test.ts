/**
 * docs/reference/errors.md agrees with the code: every error code is explained, with its exit code and
 * status, and no page names a code that does not exist.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { contentErrors, definitionsOf, type ErrorKind, optionErrors, systemErrors } from '@lorekeep/core';
import { codeSpans, tableRows } from './markdown.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const page = (name: string) => read(`docs/${name}`);
const files = (...patterns: string[]) => globSync(patterns, { cwd: ROOT }).sort();
const READMES = files('packages/*/README.md', 'datasets/README.md', 'benchmarks/README.md');
const PAGES = [...files('docs/**/*.md'), 'README.md', 'examples/README.md', ...READMES];

/** Code → kind and HTTP status, from the error tables of all packages. */
async function errorDefinitions(): Promise<Map<string, { kind: ErrorKind; http?: number }>> {
  const sources = files('packages/*/src/**/errors.ts', 'datasets/src/**/errors.ts', 'benchmarks/src/**/errors.ts');
  // In core, errors.ts defines what a table is.
  const withTable = sources.filter((file) => !file.startsWith('packages/core/'));
  const tables = [contentErrors, optionErrors, systemErrors];
  for (const file of withTable) {
    const { errors } = await import(join(ROOT, file));
    assert.ok(errors !== undefined, `${file} exports no table "errors"`);
    tables.push(errors);
  }
  return new Map(tables.flatMap((table) => Object.entries(definitionsOf(table))));
}

describe('docs/reference/errors.md', () => {
  const rows = tableRows(page('reference/errors.md')).filter(([code]) => /^`[A-Z][A-Z0-9_]*`$/.test(code));
  const codes = rows.map(([code]) => code.slice(1, -1));
  let definitions: Awaited<ReturnType<typeof errorDefinitions>>;

  before(async () => {
    definitions = await errorDefinitions();
  });

  test('explains every code once', () => {
    assert.deepEqual(
      [...definitions.keys()].filter((code) => !codes.includes(code)),
      [],
      'codes without a row',
    );
    assert.deepEqual(
      codes.filter((code, at) => codes.indexOf(code) !== at),
      [],
      'codes with two rows',
    );
  });

  test('explains only codes that exist', () => {
    assert.deepEqual(
      codes.filter((code) => !definitions.has(code)),
      [],
    );
  });

  test('gives the exit code and the HTTP status of each code', () => {
    for (const [cell, meaning, remedy, exit, status] of rows) {
      const { kind, http } = definitions.get(cell.slice(1, -1))!;
      assert.ok(meaning !== '' && remedy !== '', cell);
      assert.deepEqual([exit, status], [kind === 'usage' ? '2' : '1', String(http ?? '–')], cell);
    }
  });

  test('other pages name only codes that exist', () => {
    const variables = /^(LOREKEEP|HF)_|^(NO_COLOR|INIT_CWD|OPENAI_API_KEY|XDG_CACHE_HOME|HUGGINGFACE_HUB_CACHE)$/;
    const constants = new Set(
      files('packages/*/src/**/*.ts', 'datasets/src/**/*.ts').flatMap((file) =>
        // Constants, and the codes of warnings.
        [...read(file).matchAll(/(?:^export const |\bcode: ')([A-Z0-9_]+)\b/gm)].map((match) => match[1]),
      ),
    );
    for (const file of PAGES) {
      const named = codeSpans(read(file)).filter((word) => /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/.test(word));
      assert.deepEqual(
        named.filter((code) => !definitions.has(code) && !constants.has(code) && !variables.test(code)),
        [],
        file,
      );
    }
  });
});
