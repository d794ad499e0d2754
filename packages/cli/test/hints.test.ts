/** Hints name commands and options that exist, for errors that exist. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { LorekeepError } from '@lorekeep/core';
import { workspaceErrors } from '@lorekeep/workspace';
import { ERROR_HINTS, fixOf, hintOf, warningText } from '../src/hints.ts';

const page = (name: string) => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');
const source = readFileSync(new URL('../src/hints.ts', import.meta.url), 'utf8');

describe('hints', () => {
  test('are for codes that exist', () => {
    const documented = [...page('errors.md').matchAll(/^\| `([A-Z0-9_]+)`/gm)].map(([, code]) => code);
    assert.deepEqual(
      Object.keys(ERROR_HINTS).filter((code) => !documented.includes(code)),
      [],
    );
  });

  test('name commands and options that exist', () => {
    const commands = page('command-line.md');
    const named = [...source.matchAll(/lorekeep (\w+)/g)].map(([, command]) => `## ${command}\n`);
    const options = [...source.matchAll(/(?<= )--[a-z-]+/g)].map(([option]) => option);
    assert.ok(named.length > 10 && options.length > 10);
    assert.deepEqual(
      named.filter((heading) => !commands.includes(`\n${heading}`)),
      [],
    );
    assert.deepEqual(
      options.filter((option) => option !== '--force' && !commands.includes(`| \`${option}`)),
      [],
    );
  });

  test('are made from the details of an error, and fall back to what the error itself says', () => {
    const unknown = (known: string[]) => hintOf(workspaceErrors.MODEL_VERSION_UNKNOWN({ version: 'v9', known }));
    assert.equal(unknown([]), 'Run `lorekeep train` first.');
    assert.equal(unknown(['v1', 'v2']), 'Known versions: v1, v2.');
    assert.equal(hintOf(new LorekeepError('OTHER', 'It failed.', { hint: 'Try again.' })), 'Try again.');
    assert.equal(hintOf(new LorekeepError('OTHER', 'It failed.')), undefined);
  });

  test('are added to warnings and findings', () => {
    assert.match(warningText({ code: 'ENCODER_FALLBACK', message: 'No model.' }), /^No model\.\nRun `lorekeep doctor`/);
    assert.equal(warningText({ code: 'LOG_CHANGED', message: 'It changed.' }), 'It changed.');
    assert.equal(fixOf({ name: 'SQLite', state: 'ok', found: 'works' }), undefined);
    assert.match(fixOf({ name: 'SQLite', state: 'missing', found: 'no' }) ?? '', /pnpm install/);
    assert.equal(fixOf({ name: 'disk', state: 'missing', found: 'full', fix: 'Free some.' }), 'Free some.');
  });
});
