/**
 * The documentation agrees with the code. Every command, option, route and column is documented with
 * its default or status, and nothing is documented that does not exist.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { COLUMN_SYNONYMS, resolveShopOptions } from '@lorekeep/datasets';
import { createServer } from '@lorekeep/serving';
import { anchors, codeBlocks, codeSpans, linkTargets, section, tableRows, withoutCodeBlocks } from './markdown.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

const run = promisify(execFile);
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const page = (name: string) => read(`docs/${name}`);

/** Fails with the first line that differs; a whole page twice would hide it. */
function assertSameLines(found: string, written: string, name: string): void {
  const [lines, expected] = [found.split('\n'), written.split('\n')];
  const at = expected.findIndex((line, row) => line !== lines[row]);
  const differing = at >= 0 ? at : lines.length === expected.length ? -1 : expected.length;
  if (differing < 0) return;
  assert.equal(lines[differing], expected[differing], `${name}:${differing + 1}: run \`pnpm reference\``);
}

const files = (...patterns: string[]) => globSync(patterns, { cwd: ROOT }).sort();

const PACKAGES = files('packages/*/package.json', 'datasets/package.json', 'benchmarks/package.json').map(dirname);
const READMES = files('packages/*/README.md', 'datasets/README.md', 'benchmarks/README.md');
const PAGES = [...files('docs/**/*.md'), 'README.md', 'examples/README.md', ...READMES];

describe('docs/reference/command-line.md', () => {
  const COMMON = ['--workspace <dir>', '--json'];
  const markdown = page('reference/command-line.md');

  interface HelpOption {
    flags: string;
    fallback: string | undefined;
    choices: string[];
  }

  async function help(...words: string[]): Promise<string> {
    const { stdout } = await run(process.execPath, [MAIN, ...words, '--help']);
    return stdout;
  }

  /** The options that `--help` prints. Each starts at column 2; continuation lines are indented. */
  function parseOptions(text: string): HelpOption[] {
    const entries = text.slice(text.indexOf('\nOptions:\n') + 10).split(/\n(?! {10})/);
    return entries.flatMap((entry) => {
      const [, flags, words = ''] = /^ {2}(-.+?)(?: {2,}([\s\S]*))?$/.exec(entry) ?? [];
      if (flags === undefined || flags.endsWith('--help')) return [];
      const description = words.replace(/\s+/g, ' ');
      const fallback = /default: ([^()]+)\)/.exec(description)?.[1].replaceAll('"', '');
      const choices = /choices: ((?:"[^"]+"(?:, )?)+)/.exec(description)?.[1] ?? '';
      return [{ flags, fallback, choices: [...choices.matchAll(/"([^"]+)"/g)].map((match) => match[1]) }];
    });
  }

  /** Commands that a help lists; none for a command that contains no others. */
  function commandsIn(text: string): string[] {
    const at = text.indexOf('\nCommands:\n');
    if (at < 0) return [];
    return [...text.slice(at).matchAll(/^ {2}(\w+)/gm)].map((match) => match[1]).filter((name) => name !== 'help');
  }

  const commands: string[] = [];
  const options = new Map<string, HelpOption[]>();
  before(async () => {
    const text = await help();
    for (const name of commandsIn(text)) {
      const inner = commandsIn(await help(name));
      commands.push(...(inner.length === 0 ? [name] : inner.map((one) => `${name} ${one}`)));
    }
    assert.ok(commands.length >= 10);
    const texts = await Promise.all(commands.map((name) => help(...name.split(' '))));
    for (const [at, name] of commands.entries()) options.set(name, parseOptions(texts[at]));
  });

  test('has a section for every command', () => {
    const listed = tableRows(markdown)
      .map(([first]) => /^\[`([\w ]+)`\]\(#[\w-]+\)$/.exec(first)?.[1])
      .filter((name) => name !== undefined);
    assert.deepEqual(listed, commands);
    for (const name of commands) assert.ok(section(markdown, `## ${name}`) !== undefined, name);
  });

  test('lists the options of every command with their defaults and choices', () => {
    const common = tableRows(section(markdown, '## Conventions') ?? '');
    for (const name of commands) {
      const [own] = (section(markdown, `## ${name}`) ?? '').split('\n### ');
      const table = tableRows(own).filter(([first]) => /^`-/.test(first));
      const expected = options.get(name)!;
      assert.deepEqual(
        table.map(([first]) => codeSpans(first)[0]),
        expected.map(({ flags }) => flags).filter((flags) => !COMMON.includes(flags)),
        name,
      );
      for (const { flags, fallback, choices } of expected) {
        const row = [...table, ...common].find(([first]) => first === `\`${flags}\``);
        assert.ok(row !== undefined, `${name} ${flags}`);
        assert.equal(row[1].replaceAll('`', ''), fallback ?? '–', `default of ${name} ${flags}`);
        for (const choice of choices) assert.ok(codeSpans(row[2]).includes(choice), `${name} ${flags} ${choice}`);
      }
    }
  });

  test('examples on all pages use only commands and options that exist', () => {
    let found = 0;
    for (const file of PAGES) {
      const lines = codeBlocks(read(file)).flatMap(({ text }) => text.split('\n'));
      for (const line of lines) {
        const [, first, second, end] = /^(?:\$ )?lorekeep ([a-z]+)( [a-z]+)?([^#]*)/.exec(line) ?? [];
        if (first === undefined) continue;
        const isInner = options.has(`${first}${second}`);
        const [name, rest] = isInner ? [`${first}${second}`, end] : [first, `${second ?? ''}${end}`];
        found++;
        const known = [...(options.get(name) ?? []).map(({ flags }) => flags), ...COMMON].join(' ').split(/[\s,]+/);
        for (const [flag] of rest.matchAll(/(?<=\s)--?[a-z][\w-]*/g))
          assert.ok(known.includes(flag), `${file}: ${line}`);
        assert.ok(options.has(name), `${file}: ${line}`);
      }
    }
    assert.ok(found > 10);
  });
});

for (const file of ['docs/reference/options.md', 'docs/reference/events.md', 'docs/results.md', 'README.md'])
  test(`${file} is the page that \`pnpm reference\` writes`, async () => {
    const { stdout } = await run(process.execPath, [join(ROOT, 'scripts/reference.ts'), '--print', file]);
    assertSameLines(read(file), stdout, file);
  });

test('docs/reference/api/ has the pages that `pnpm api` writes', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'lorekeep-api-'));
  context.after(() => rm(folder, { recursive: true }));
  await run(process.execPath, [join(ROOT, 'scripts/reference/api/main.ts'), folder]);
  const pages = readdirSync(folder).sort();
  assert.deepEqual(readdirSync(join(ROOT, 'docs/reference/api')).sort(), pages);
  for (const name of pages)
    assertSameLines(page(`reference/api/${name}`), readFileSync(join(folder, name), 'utf8'), name);
});

describe('docs/reference/http-api.md', () => {
  const markdown = page('reference/http-api.md');
  let openapi: any;
  let address: string;

  before(async () => {
    // The server answers /openapi.json while the model is loading; here it never finishes loading.
    const server = createServer(new Promise(() => {}), { port: 0, logLevel: 'silent', watchInterval: 0 });
    address = await server.listen();
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

  /** Adds the keys of an object schema and of all schemas inside it. A schema may contain itself. */
  function collectKeys(schema: unknown, keys: Set<string>, read = new Set<unknown>()): void {
    if (typeof schema !== 'object' || schema === null || read.has(schema)) return;
    read.add(schema);
    for (const [name, value] of Object.entries(schema)) {
      if (name === 'properties') for (const key of Object.keys(value)) keys.add(key);
      collectKeys(name === '$ref' ? openapi.components?.schemas[String(value).split('/').at(-1)!] : value, keys, read);
    }
  }

  test('the service listens on the loopback address by default', () => {
    assert.equal(new URL(address).hostname, '127.0.0.1');
  });

  test('has a section for every route', () => {
    const headings = [...markdown.matchAll(/^## ((?:GET|POST|PUT|PATCH|DELETE) .+)$/gm)].map((match) => match[1]);
    // The OpenAPI document does not describe its own route, nor what browsers load.
    const others = ['GET /openapi.json', 'GET /snippet.js'];
    assert.deepEqual(headings.sort(), [...routes().map(({ name }) => name), ...others].sort());
  });

  test('names every key of every request', () => {
    for (const { name, route } of routes()) {
      const text = section(markdown, `## ${name}`)!;
      const { requestBody, parameters = [] } = route as Record<string, any>;
      // A body that is read as it arrives has no keys of its own.
      const body = requestBody?.content['application/json']?.schema;
      const query = parameters.filter((parameter: { in: string }) => parameter.in === 'query');
      const keys = new Set<string>(query.map((parameter: { name: string }) => parameter.name));
      collectKeys(body, keys);
      for (const key of keys) assert.ok(text.includes(`\`${key}\``) || text.includes(`"${key}":`), `${name}: ${key}`);
      if (body === undefined) continue;
      // The first table of the section lists the keys of the body itself.
      const table = tableRows(text.split('\n### ')[0]).filter(([first]) => /^`\w+`$/.test(first));
      const { properties } = [body, ...(body.anyOf ?? [])].find((schema) => schema.properties !== undefined);
      assert.deepEqual(table.map(([first]) => codeSpans(first)[0]).sort(), Object.keys(properties).sort(), name);
    }
  });

  test('names every status of every answer', () => {
    for (const { name, route } of routes()) {
      const statuses = section(markdown, `## ${name}`)!
        .split(/Status(?:es)?:/)
        .at(-1)!;
      for (const status of Object.keys((route as Record<string, any>).responses))
        assert.ok(statuses.includes(status), `${name}: ${status}`);
    }
  });

  test('explains every source of a list', () => {
    const listed = tableRows(section(markdown, '### Order and scores') ?? '').slice(1);
    const schema = JSON.stringify(openapi);
    const [, names] = /"enum":\[([^\]]*"reranker"[^\]]*"newest"[^\]]*)\]/.exec(schema)!;
    assert.deepEqual(
      listed.map(([first]) => codeSpans(first)[0]),
      JSON.parse(`[${names}]`),
    );
  });
});

describe('docs/reference/data-formats.md', () => {
  const markdown = page('reference/data-formats.md');

  test('lists the names of every column in the order in which they are tried', () => {
    const table = tableRows(section(markdown, '## Columns') ?? '').slice(1);
    const listed = Object.fromEntries(table.map(([field, , names]) => [codeSpans(field)[0], codeSpans(names)]));
    assert.deepEqual(listed, COLUMN_SYNONYMS);
  });

  test('lists every option of the simulated shop', () => {
    const table = tableRows(section(markdown, '## The simulated shop') ?? '').slice(1);
    assert.deepEqual(table.map(([key]) => codeSpans(key)[0]).sort(), Object.keys(resolveShopOptions()).sort());
  });
});

describe('docs/explanation/design.md', () => {
  const table = tableRows(section(page('explanation/design.md'), '## Packages') ?? '').slice(1);
  const folders = table.map(([first]) => codeSpans(first)[0]);

  /**
   * The packages of this repository that a package depends on, as in its package.json, without
   * those for tests.
   */
  const dependenciesOf = (folder: string) =>
    Object.keys(JSON.parse(read(`${folder}/package.json`)).dependencies)
      .filter((name) => name.startsWith('@lorekeep/'))
      .map((name) => name.slice('@lorekeep/'.length));

  test('lists every package with the packages that it imports', () => {
    assert.deepEqual([...folders].sort(), [...PACKAGES].sort());
    for (const [at, folder] of folders.entries()) {
      const [, , , imports] = table[at];
      if (imports !== 'any package') assert.deepEqual(codeSpans(imports).sort(), dependenciesOf(folder).sort(), folder);
    }
  });

  test('gives a package a higher layer than the packages that it imports', () => {
    const layers = new Map(table.map(([folder, layer]) => [codeSpans(folder)[0].split('/').at(-1), Number(layer)]));
    for (const [at, folder] of folders.entries())
      for (const name of dependenciesOf(folder))
        assert.ok(layers.get(name)! < Number(table[at][1]), `${folder} imports ${name}`);
  });
});

describe('README.md', () => {
  test('has at most 80 lines', () => {
    assert.ok(read('README.md').trimEnd().split('\n').length <= 80);
  });
});

describe('README.md of a package', () => {
  for (const file of READMES) {
    test(`${dirname(file)}: examples import what exists`, async () => {
      for (const [, names, module] of read(file).matchAll(/^import \{ ([^}]+) \} from '(.+)';$/gm)) {
        if (!module.startsWith('@lorekeep/') && module !== 'lorekeep') continue;
        const folder =
          module === 'lorekeep'
            ? 'packages/cli'
            : PACKAGES.find((path) => `@lorekeep/${path.split('/').at(-1)}` === module);
        assert.ok(folder !== undefined, `${file}: ${module}`);
        const exported = await import(join(ROOT, folder, 'src/index.ts'));
        for (const name of names.split(', ').filter((word) => !word.startsWith('type ')))
          assert.ok(name in exported, `${file}: ${module} does not export ${name}`);
      }
    });
  }

  test('has at most 60 lines', () => {
    const long = READMES.filter((file) => read(file).split('\n').length > 61);
    assert.deepEqual(long, []);
  });
});

describe('all pages', () => {
  test('links lead to files and headings that exist', () => {
    for (const file of PAGES) {
      for (const target of linkTargets(read(file))) {
        if (/^[a-z]+:/.test(target)) continue;
        const [path, anchor] = target.split('#');
        const linked = path === '' ? join(ROOT, file) : join(ROOT, dirname(file), path);
        assert.ok(existsSync(linked), `${file}: ${target}`);
        if (anchor !== undefined)
          assert.ok(anchors(readFileSync(linked, 'utf8')).includes(anchor), `${file}: ${target}`);
      }
    }
  });

  test('paths of sources and tests exist', () => {
    const missing = PAGES.flatMap((file) => {
      const ownPaths = READMES.includes(file) ? '|src|test' : '';
      const isPath = new RegExp(`^(?:packages|datasets|benchmarks|scripts|docs${ownPaths})/[\\w./*-]+$`);
      return codeSpans(withoutCodeBlocks(read(file)))
        .filter((span) => isPath.test(span) && !span.includes('NAME'))
        .filter((path) => files(/^(?:src|test)\//.test(path) ? join(dirname(file), path) : path).length === 0)
        .map((path) => `${file}: ${path}`);
    });
    assert.deepEqual(missing, []);
  });
});
