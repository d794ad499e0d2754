/**
 * The documentation is true: every error code, command, option, route and column name that exists is documented, with
 * its default, exit code or status, and nothing is documented that does not exist.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { contentErrors, definitionsOf, type ErrorKind, optionErrors } from '@lorekeep/core';
import { COLUMN_SYNONYMS, resolveShopOptions } from '@lorekeep/datasets';
import { presets } from '@lorekeep/recommender';
import { createServer } from '@lorekeep/serving';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const DOCS = join(ROOT, 'docs');

const page = (name: string) => readFileSync(join(DOCS, name), 'utf8');

/** Rows of all tables, cells trimmed; `\|` inside a cell stays one character. */
function rows(markdown: string): string[][] {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[-|: ]+\|$/.test(line))
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
}

/** What stands in backticks in a cell. */
const quoted = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]);

/** The text under a heading, up to the next heading of the same or a higher level. */
function section(markdown: string, heading: string): string | undefined {
  const start = markdown.indexOf(`\n${heading}\n`);
  if (start < 0) return undefined;
  const level = heading.indexOf(' ');
  const rest = markdown.slice(start + heading.length + 2);
  const end = rest.search(new RegExp(`^#{1,${level}} `, 'm'));
  return end < 0 ? rest : rest.slice(0, end);
}

describe('docs/errors.md', () => {
  /** Code → its kind and status, from the tables of all packages. */
  const definitions = new Map<string, { kind: ErrorKind; http?: number }>();
  const documented = rows(page('errors.md')).filter(([first]) => /^`[A-Z][A-Z0-9_]*`$/.test(first));
  const codes = documented.map(([first]) => first.slice(1, -1));

  before(async () => {
    const files = globSync(
      ['packages/*/src/**/errors.ts', 'datasets/src/**/errors.ts', 'benchmarks/src/**/errors.ts'],
      {
        cwd: ROOT,
      },
    ).filter((file) => !file.includes(join('packages', 'core')));
    assert.ok(files.length >= 8, `only ${files.length} errors.ts found`);
    const tables = await Promise.all(files.map(async (file) => (await import(join(ROOT, file))).errors));
    for (const table of [...tables, contentErrors, optionErrors])
      for (const [code, { kind, http }] of Object.entries(definitionsOf(table))) definitions.set(code, { kind, http });
  });

  test('explains every code that a source has, once', () => {
    const missing = [...definitions.keys()].filter((code) => !codes.includes(code));
    assert.deepEqual(missing, []);
    assert.deepEqual(
      codes.filter((code, at) => codes.indexOf(code) !== at),
      [],
    );
  });

  test('names no code that no source has', () => {
    assert.deepEqual(
      codes.filter((code) => !definitions.has(code)),
      [],
    );
  });

  test('gives each code the exit code of its kind', () => {
    for (const [first, meaning, remedy, exit] of documented) {
      assert.ok(meaning !== '' && remedy !== '', first);
      if (exit === '–') continue;
      assert.equal(
        exit,
        definitions.get(first.slice(1, -1))?.kind === 'usage' ? '2' : '1',
        `${first} ends with exit code ${exit}`,
      );
    }
  });

  test('gives the statuses that the service answers with', () => {
    const told = [...definitions].filter(([, { http }]) => http !== undefined);
    assert.ok(told.length > 15);
    for (const [code, { http }] of told) {
      const row = documented.find(([first]) => first === `\`${code}\``);
      assert.ok(row?.[4].split(', ').includes(String(http)), `${code}: ${row?.[4]}, not ${http}`);
    }
  });

  test('other pages name only codes that exist', () => {
    const environment = /^(LOREKEEP|HF)_|^NO_COLOR$|^INIT_CWD$|^OPENAI_API_KEY$/;
    for (const name of readdirSync(DOCS)) {
      const named = [...page(name).matchAll(/`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)`/g)].map((match) => match[1]);
      const unknown = named.filter(
        (code) => !definitions.has(code) && !environment.test(code) && !/^(FST|E)_/.test(code),
      );
      assert.deepEqual(unknown, [], name);
    }
  });
});

describe('docs/command-line.md', () => {
  const SHARED = ['--workspace <dir>', '--json'];
  const markdown = page('command-line.md');

  async function help(...words: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(process.execPath, [MAIN, ...words, '--help']);
    return stdout;
  }

  interface HelpOption {
    flags: string;
    text: string;
    fallback: string | undefined;
    choices: string[];
  }

  /** The options as `--help` prints them, wrapped lines joined. */
  function optionsOf(text: string): HelpOption[] {
    const listed = text.slice(text.indexOf('\nOptions:\n') + 10).split(/\n(?! {10})/);
    return listed.flatMap((entry) => {
      const [, flags, words] = /^ {2}(-.+?)(?: {2,}([\s\S]*))?$/.exec(entry) ?? [];
      if (flags === undefined || flags.endsWith('--help')) return [];
      const joined = (words ?? '').replace(/\s+/g, ' ');
      const fallback = /default: ([^()]+)\)/.exec(joined)?.[1].replaceAll('"', '');
      const choices = /choices: ((?:"[^"]+"(?:, )?)+)/.exec(joined)?.[1] ?? '';
      return [{ flags, text: joined, fallback, choices: [...choices.matchAll(/"([^"]+)"/g)].map((match) => match[1]) }];
    });
  }

  let commands: string[] = [];
  const options = new Map<string, HelpOption[]>();
  before(async () => {
    const text = await help();
    commands = [...text.slice(text.indexOf('\nCommands:\n')).matchAll(/^ {2}(\w+)/gm)].map((match) => match[1]);
    commands = commands.filter((name) => name !== 'help');
    assert.ok(commands.length >= 10);
    const texts = await Promise.all(commands.map((name) => help(name)));
    commands.forEach((name, at) => {
      options.set(name, optionsOf(texts[at]));
    });
  });

  test('has a section for every command, and for no other', () => {
    const listed = rows(section(markdown, '# The command line') ?? markdown)
      .map(([first]) => /^\[`(\w+)`\]\(#\w+\)$/.exec(first)?.[1])
      .filter((name) => name !== undefined);
    assert.deepEqual(listed, commands);
    for (const name of commands) assert.ok(section(markdown, `## ${name}`) !== undefined, name);
  });

  test('lists every option of every command with its default and its choices, and no other', () => {
    const common = rows(section(markdown, '## What all commands share') ?? '');
    for (const name of commands) {
      const own = (section(markdown, `## ${name}`) ?? '').split('\n### ')[0];
      const table = rows(own).filter(([first]) => /^`-/.test(first));
      const found = options.get(name)!;
      const expected = found.map(({ flags }) => flags).filter((flags) => !SHARED.includes(flags));
      assert.deepEqual(
        table.map(([first]) => quoted(first)[0]),
        expected,
        name,
      );
      for (const { flags, fallback, choices } of found) {
        const row = [...table, ...common].find(([first]) => first === `\`${flags}\``);
        assert.ok(row !== undefined, `${name} ${flags}`);
        assert.equal(row[1].replaceAll('`', ''), fallback ?? '–', `default of ${name} ${flags}`);
        for (const choice of choices) assert.ok(quoted(row[2]).includes(choice), `${name} ${flags} ${choice}`);
      }
    }
  });

  test('lists every training option with its default', () => {
    const table = rows(section(markdown, '### Training options') ?? '').slice(1);
    assert.deepEqual(
      Object.fromEntries(table.map(([key, fallback]) => [quoted(key)[0], quoted(fallback)[0]])),
      Object.fromEntries(Object.entries(presets.learn).map(([key, value]) => [key, String(value)])),
      'the table under "Training options" is not the preset `learn`',
    );
  });
});

describe('docs/http-api.md', () => {
  const markdown = page('http-api.md');
  let openapi: any;

  before(async () => {
    // The document needs no model: it is there while the engine is loading.
    const server = createServer(new Promise(() => {}), { port: 0, logLevel: 'silent', watchInterval: 0 });
    const address = await server.listen();
    try {
      openapi = await (await fetch(`${address}/openapi.json`)).json();
    } finally {
      await server.close();
    }
  });

  const routes = () =>
    Object.entries<Record<string, unknown>>(openapi.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, route]) => ({ name: `${method.toUpperCase()} ${path}`, route })),
    );

  test('has a section for every route, and for no other', () => {
    const headings = [...markdown.matchAll(/^## ((?:GET|POST|PUT|PATCH|DELETE) .+)$/gm)].map((match) => match[1]);
    // The document does not describe itself.
    assert.deepEqual(headings.sort(), [...routes().map(({ name }) => name), 'GET /openapi.json'].sort());
  });

  test('names every key of every request', () => {
    for (const { name, route } of routes()) {
      const text = section(markdown, `## ${name}`)!;
      const { requestBody, parameters = [] } = route as Record<string, any>;
      const query = parameters.filter((parameter: { in: string }) => parameter.in === 'query');
      const keys = new Set<string>(query.map((parameter: { name: string }) => parameter.name));
      const body = requestBody?.content['application/json'].schema;
      collectKeys(body, keys);
      for (const key of keys) assert.ok(text.includes(`\`${key}\``) || text.includes(`"${key}":`), `${name}: ${key}`);
      // The keys of the body itself stand in its table, one row each and no others.
      const table = rows(text.split('\n### ')[0]).filter(([first]) => /^`\w+`$/.test(first));
      if (body === undefined) continue;
      const { properties } = [body, ...(body.anyOf ?? [])].find((schema) => schema.properties !== undefined);
      assert.deepEqual(table.map(([first]) => quoted(first)[0]).sort(), Object.keys(properties).sort(), name);
    }
  });

  test('names every status of every answer', () => {
    for (const { name, route } of routes()) {
      const text = section(markdown, `## ${name}`)!;
      const { responses } = route as Record<string, any>;
      const last = text.split(/Status(?:es)?:/).at(-1)!;
      for (const status of Object.keys(responses)) assert.ok(last.includes(status), `${name}: ${status}`);
    }
  });

  function collectKeys(schema: unknown, keys: Set<string>): void {
    if (typeof schema !== 'object' || schema === null) return;
    for (const [name, value] of Object.entries(schema)) {
      if (name === 'properties') for (const key of Object.keys(value)) keys.add(key);
      collectKeys(name === '$ref' ? openapi.components?.schemas[String(value).split('/').at(-1)!] : value, keys);
    }
  }
});

describe('docs/data-formats.md', () => {
  const markdown = page('data-formats.md');

  test('lists every name of every column, in the order that decides', () => {
    const table = rows(section(markdown, '## Columns') ?? '').slice(1);
    const listed = Object.fromEntries(table.map(([field, , names]) => [quoted(field)[0], quoted(names)]));
    assert.deepEqual(listed, COLUMN_SYNONYMS);
  });

  test('lists every option of the simulated shop', () => {
    const table = rows(section(markdown, '## The simulated shop') ?? '').slice(1);
    assert.deepEqual(table.map(([key]) => quoted(key)[0]).sort(), Object.keys(resolveShopOptions()).sort());
  });
});

describe('all pages', () => {
  test('the rooms that docs/design.md lists are those there are', () => {
    const folders = readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}`);
    const listed = rows(page('design.md')).flatMap(([first]) => quoted(first));
    for (const room of [...folders, 'datasets', 'benchmarks']) assert.ok(listed.includes(room), room);
    for (const room of listed.filter((name) => name.startsWith('packages/'))) assert.ok(folders.includes(room), room);
  });

  test('no link leads nowhere', () => {
    const anchorsOf = (markdown: string) =>
      [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
        heading
          .toLowerCase()
          .replace(/[^\p{L}\p{N} _-]/gu, '')
          .replaceAll(' ', '-'),
      );
    for (const file of ['README.md', ...readdirSync(DOCS).map((name) => `docs/${name}`)]) {
      const text = readFileSync(join(ROOT, file), 'utf8');
      for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^[a-z]+:/.test(target)) continue;
        const [path, anchor] = target.split('#');
        const aim = path === '' ? join(ROOT, file) : join(ROOT, dirname(file), path);
        assert.ok(existsSync(aim), `${file}: ${target}`);
        if (anchor !== undefined)
          assert.ok(anchorsOf(readFileSync(aim, 'utf8')).includes(anchor), `${file}: ${target}`);
      }
    }
  });
});
