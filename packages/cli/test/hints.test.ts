/** Hints name commands and options that exist, for errors that exist. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { LorekeepError, optionErrors } from '@lorekeep/core';
import { encoderErrors } from '@lorekeep/encoder';
import { workspaceErrors } from '@lorekeep/workspace';
import { errors } from '../src/errors.ts';
import { ERROR_HINTS, fixOf, hintOf, warningText } from '../src/guidance/hints.ts';
import { tableRows } from './documents/markdown.ts';

const page = (name: string) => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');
const source = readFileSync(new URL('../src/guidance/hints.ts', import.meta.url), 'utf8');

/** Their `--data` is an option of `pnpm bench`. */
const BENCHMARKS = /^(BENCH|PEER)_/;

describe('hints', () => {
  test('are for codes that exist', () => {
    const documented = [...page('reference/errors.md').matchAll(/^\| `([A-Z0-9_]+)`/gm)].map(([, code]) => code);
    assert.deepEqual(
      Object.keys(ERROR_HINTS).filter((code) => !documented.includes(code)),
      [],
    );
  });

  test('name commands and options that exist', () => {
    const commands = page('reference/command-line.md');
    const named = [...source.matchAll(/lorekeep ((?:(?:rank|knowledge|keys|jobs|scenarios|experiments) )?\w+)/g)].map(
      ([, command]) => `## ${command}\n`,
    );
    const options = [...source.matchAll(/(?<= )--[a-z-]+/g)].map(([option]) => option);
    assert.ok(named.length > 10 && options.length > 10);
    assert.deepEqual(
      named.filter((heading) => !commands.includes(`\n${heading}`)),
      [],
    );
    assert.deepEqual(
      options.filter(
        (option) => !['--force', '--help', '--import'].includes(option) && !commands.includes(`| \`${option}`),
      ),
      [],
    );
  });

  test('exist for every error whose remedy is a command or an option', () => {
    const rows = tableRows(page('reference/errors.md')).filter(([code]) => /^`[A-Z0-9_]+`$/.test(code));
    const typed = rows.filter(([, , remedy]) => /`(lorekeep |--)/.test(remedy)).map(([code]) => code.slice(1, -1));
    assert.ok(typed.length > 40, `${typed.length}`);
    assert.deepEqual(
      typed.filter((code) => !(code in ERROR_HINTS) && !BENCHMARKS.test(code)),
      [],
    );
  });

  test('say which option to correct', () => {
    const cases: [LorekeepError, RegExp][] = [
      [errors.USAGE({ problem: 'x', command: 'train' }), /`lorekeep train --help`/],
      [errors.USAGE({ problem: 'x' }), /`lorekeep --help`/],
      [errors.COLUMN_FIELD_UNKNOWN({ field: 'colour', fields: ['item', 'user'] }), /--column FIELD=NAME .*item, user/],
      [encoderErrors.ENCODER_BAD_OPTION({ option: 'keyVariable', value: '', expected: 'x' }), /--endpoint-key/],
      [encoderErrors.ENCODER_BAD_OPTION({ option: 'template', value: '', expected: 'x' }), /--template/],
      [
        optionErrors.OPTION_UNKNOWN({ name: 'epochs', known: [], meant: 'training.epochs' }),
        /\{"training": \{"epochs"/,
      ],
    ];
    const hintFor = (details: object) =>
      hintOf(new LorekeepError('IMPORT_BAD_LINES', 'x', { details: { count: 2, skippable: true, ...details } })) ?? '';
    const mismatch = { events: 2, of: 2, examples: ['x', 'y'], catalogue: ['a'] };
    assert.match(hintFor({ mismatch }), /--unknown-items skip, or add .* --unknown-items add\.$/);
    assert.match(
      hintFor({ mismatch: { ...mismatch, catalogue: [] } }),
      /Add their items by id alone with --unknown-items add\.$/,
    );
    assert.match(hintFor({ repeated: true }), /--repeated-items last or first\.$/);
    assert.match(hintFor({ skippable: false }), /nothing is left to import\.$/);
    assert.equal(hintFor({}), 'Correct the lines, or skip them with --skip-bad 2.');
    assert.match(hintOf(new LorekeepError('HOST_NOT_ALLOWED', 'x')) ?? '', /`lorekeep serve --allow-host HOST`/);
    const question = { options: ['--user', '--history'], example: 'ann' };
    assert.match(hintOf(workspaceErrors.OPTIONS_CONFLICT(question)) ?? '', /--user ID .*for example --user ann/);
    const mistaken = { version: 'p', known: ['m'], published: 'm' };
    assert.match(hintOf(workspaceErrors.MODEL_VERSION_UNKNOWN(mistaken)) ?? '', /model of this publication: m\.$/);
    for (const [error, hint] of cases) assert.match(hintOf(error) ?? '', hint, error.code);
  });

  test('are made from the details of an error, and fall back to what the error itself says', () => {
    const unknown = (known: string[]) => hintOf(workspaceErrors.MODEL_VERSION_UNKNOWN({ version: 'v9', known }));
    assert.equal(unknown([]), 'Run `lorekeep train` first.');
    assert.equal(unknown(['v1', 'v2']), 'Give --model or --against a version that exists: v1, v2.');
    assert.equal(hintOf(new LorekeepError('OTHER', 'It failed.', { hint: 'Try again.' })), 'Try again.');
    assert.equal(hintOf(new LorekeepError('OTHER', 'It failed.')), undefined);
  });

  test('are added to warnings and findings', () => {
    assert.match(warningText({ code: 'ENCODER_FALLBACK', message: 'No model.' }), /^No model\.\nRun `lorekeep doctor`/);
    assert.equal(warningText({ code: 'LOG_CHANGED', message: 'It changed.' }), 'It changed.');
    assert.equal(fixOf({ name: 'SQLite', state: 'ok', found: 'works' }), undefined);
    assert.match(fixOf({ name: 'SQLite', state: 'missing', found: 'no' }) ?? '', /pnpm install/);
    const behind = { name: 'live version', found: 'old', fix: 'Publish.' };
    assert.match(fixOf({ ...behind, state: 'advice' }) ?? '', /`lorekeep train` and `lorekeep publish`/);
    assert.match(fixOf({ ...behind, state: 'missing' }) ?? '', /^Run `lorekeep publish`/);
    assert.equal(fixOf({ name: 'disk', state: 'missing', found: 'full', fix: 'Free some.' }), 'Free some.');
  });
});
