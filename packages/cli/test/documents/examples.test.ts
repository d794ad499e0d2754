/**
 * The programs of examples/ print what their guides say. Each runs in a process of its own, as a
 * reader starts it. What must come out is known from the data: a user of the included shop stays
 * with one topic, and the topic is in every item's id.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { topicOf } from '@lorekeep/testing';
import { linkTargets } from './markdown.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const MAX_LINES = 60;
const run = promisify(execFile);
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
/** The data lines of a file of the included shop, split at commas. */
const dataLines = (file: string) =>
  read(`examples/data/${file}`)
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));

async function output(program: string, ...flags: string[]): Promise<string> {
  // Nothing may be downloaded, and the tests of a program are its own, not part of this run.
  const { NODE_TEST_CONTEXT: _, ...rest } = process.env;
  const env = { ...rest, HF_HUB_OFFLINE: '1', NO_COLOR: '1' };
  const { stdout, stderr } = await run(process.execPath, [...flags, join(ROOT, 'examples', program)], { env });
  assert.equal(stderr, '');
  return stdout;
}

/** The groups of an expression that must match. */
function found(text: string, expression: RegExp): string[] {
  const match = expression.exec(text);
  assert.ok(match !== null, `${expression} does not match:\n${text}`);
  return match.slice(1);
}

/** The ids of items in a text. */
const itemsIn = (text: string) => text.match(/\b(?:coffee|garden|cycling|music)-\d\d\b/g) ?? [];

/** Name of a row → its cells, from the tables of `console.table`. */
const tableRows = (text: string) =>
  new Map(
    text
      .split('\n')
      .filter((line) => line.startsWith('│') && !line.includes('(index)'))
      .map((line) => line.slice(1, -1).split('│'))
      .map(([name, ...cells]) => [name.trim(), cells.map(Number)] as const),
  );

test('own-data imports every line and recommends items of the user’s topic', async () => {
  const text = await output('own-data.ts');
  const events = dataLines('events.csv');
  const users = new Set(events.map(([user]) => user)).size;
  const counts = `${dataLines('items.csv').length} items and ${events.length} events of ${users} users`;
  assert.ok(text.includes(counts), text);
  const [ndcg, popularity] = found(text, /ndcg@10 +(\S+), popularity (\S+)/).map(Number);
  assert.ok(ndcg > 3 * popularity, `users stay with a topic of a quarter of the items: ${ndcg}, ${popularity}`);
  const topic = topicOf(events.find(([user]) => user === 'user-01')![1]);
  const ids = itemsIn(text);
  assert.equal(new Set(ids).size, 5);
  assert.deepEqual(new Set(ids.map(topicOf)), new Set([topic]));
});

test('read-the-report shows the model and all baselines on the same users, and a verdict of each', async () => {
  const text = await output('read-the-report.ts');
  const rows = tableRows(text);
  const models = ['learn', 'popularity', 'repeat-last', 'last-item-knn', 'decayed-history-knn'];
  const [users, recall, ndcg] = rows.get('learn')!;
  for (const model of models) assert.equal(rows.get(model)![0], users, model);
  // The groups of items, and those of histories, each contain every user once.
  const groups = [...rows].filter(([name]) => !models.includes(name)).map(([name, [size]]) => ({ name, size }));
  assert.deepEqual(
    groups
      .slice(0, 3)
      .map(({ name }) => name)
      .sort(),
    ['cold', 'head', 'tail'],
  );
  for (const kind of [groups.slice(0, 3), groups.slice(3)])
    assert.equal(
      kind.reduce((sum, { size }) => sum + size, 0),
      users,
    );
  const [low, high] = found(text, /lies between (\S+) and (\S+),/).map(Number);
  assert.ok(low < recall && recall < high);
  for (const model of models.slice(1)) {
    const [from, to, verdict] = found(text, new RegExp(`against ${model}: ndcg@10 (\\S+) to (\\S+), (.+)`));
    const expected = Number(from) > 0 ? 'better' : Number(to) < 0 ? 'worse' : 'cannot tell';
    // A bound that is printed as zero may have had either sign.
    if (Number(from) !== 0 && Number(to) !== 0) assert.equal(verdict, expected, model);
    const difference = ndcg - rows.get(model)![2];
    assert.ok(Number(from) <= difference && difference <= Number(to), `${model}: ${difference}`);
  }
});

test('choose-a-model publishes the better preset, or the simpler one if the data cannot tell', async () => {
  const text = await output('choose-a-model.ts');
  const [learn] = found(text, /^learn +([^,]+),/m);
  const [linear] = found(text, /^linear +([^,]+),/m);
  assert.notEqual(learn, linear);
  const [low] = found(text, /interval (\S+) to/).map(Number);
  const [live] = found(text, /^live +(\S+)$/m);
  assert.ok(live === (low > 0 ? learn : linear) || low === 0, text);
});

test('plug-knowledge orders the items that are clicked often first', async () => {
  const text = await output('plug-knowledge.ts');
  found(text, /^learned from (30000) impressions of all places$/m);
  found(text, /^ranker +(6000) impressions of home, 6000 with knowledge$/m);
  // Numbers that end in 0 to 3 are clicked often.
  const places = itemsIn(text).map((id) => Number(id.at(-1)) < 4);
  assert.deepEqual(places, [true, true, false, false]);
});

test('retrain makes another version live, which has learned from the new events', async () => {
  const text = await output('retrain.ts');
  const nights = text.split(/^(?=\S+\.csv: )/m);
  assert.equal(nights.length, 3);
  const [first, second, again] = nights.map((night) => ({
    model: found(night, /model +([^,]+),/)[0],
    events: Number(found(night, /on (\d+) events/)[0]),
    live: found(night, /live +([^,]+),/)[0],
  }));
  assert.equal(first.events, dataLines('events.csv').length);
  assert.equal(second.events, first.events + dataLines('new-events.csv').length);
  assert.notEqual(second.model, first.model);
  assert.notEqual(second.live, first.live);
  assert.deepEqual(again, second);
  const answering = [...text.matchAll(/answers from (\S+)$/gm)].map(([, version]) => version);
  assert.deepEqual(answering, [first.live, first.live, second.live]);
  const topic = topicOf(dataLines('new-events.csv').find(([user]) => user === 'new-user-02')![1]);
  assert.deepEqual(new Set(itemsIn(text).map(topicOf)), new Set([topic]));
});

test('deploy answers over HTTP, and an event changes the next answer', async () => {
  const text = await output('deploy.ts');
  const answers = [...text.matchAll(/^(?:GET|POST) (\S+) +(\d+) (.+)$/gm)];
  assert.deepEqual(
    answers.map(([, path, status]) => [path, status]),
    ['/readyz', '/v1/recommend', '/v1/events', '/v1/recommend'].map((path) => [path, '200']),
  );
  const [ready, before, appended, after] = answers.map(([, , , body]) => JSON.parse(body));
  assert.equal(ready.status, 'ready');
  assert.equal(before.version, ready.version);
  assert.equal(before.source, 'popularity');
  assert.equal(appended.appended, 2);
  assert.equal(after.source, 'linear');
  assert.deepEqual(new Set(after.items.map(({ id }: { id: string }) => topicOf(id))), new Set(['music']));
  assert.ok(text.endsWith('closed\n'));
});

/** Runs a test file of the examples. */
async function passes(file: string, least: number): Promise<void> {
  const text = await output(file, '--test', '--test-reporter=tap');
  const [tests, passed, skipped] = ['tests', 'pass', 'skipped'].map((word) =>
    Number(found(text, new RegExp(`^# ${word} (\\d+)$`, 'm'))[0]),
  );
  assert.ok(passed >= least, text);
  assert.equal(passed + skipped, tests);
}

describe('own-text-encoder', () => {
  test('gives a new item neighbours of its topic', async () => {
    const text = await output('own-text-encoder.ts');
    assert.ok(text.startsWith(`hashed-words: ${dataLines('items.csv').length} texts, 256 numbers each`), text);
    const ids = itemsIn(text);
    assert.equal(ids.length, 3);
    assert.deepEqual(new Set(ids.map(topicOf)), new Set(['garden']));
  });

  test('passes the conformance suite', () => passes('text-encoder/hashed-words.test.ts', 7));
});

describe('own-vector-index', () => {
  test('recommends items of the user’s topic from the index', async () => {
    const text = await output('own-vector-index.ts');
    assert.deepEqual(found(text, /index +(\w+), recall@10 (\S+)/), ['map', '1']);
    const topic = topicOf(dataLines('events.csv').find(([user]) => user === 'user-02')![1]);
    const ids = itemsIn(text);
    assert.equal(ids.length, 5);
    assert.deepEqual(new Set(ids.map(topicOf)), new Set([topic]));
    assert.ok(text.includes('ordered by: towers'), 'the other sources do not read the index');
  });

  test('passes the conformance suite', () => passes('vector-index/map-index.test.ts', 21));
});

test('send-events attributes a click to the list that was shown', async () => {
  const text = await output('send-events.ts');
  assert.match(text, /^GA4 log +200 .*"accepted":1,/m);
  const rows = [...text.matchAll(/^position (\d) +(shown|clicked)$/gm)].map(([, at, what]) => [at, what]);
  assert.deepEqual(
    rows,
    ['0', '1', '2', '3', '4'].map((at) => [at, at === '1' ? 'clicked' : 'shown']),
  );
});

test('experiments finds the arm with the more clicks', async () => {
  const text = await output('experiments.ts');
  const [first, second] = [...text.matchAll(/, ([\d.]+) % with a click$/gm)].map(([, share]) => Number(share));
  assert.ok(Math.abs(first - 10) < 3 && Math.abs(second - 30) < 3, text);
  assert.match(text, /^decision: ship$/m);
});

describe('examples', () => {
  const programs = globSync('examples/*.ts', { cwd: ROOT }).map((file) => basename(file));

  test('have a test each', () => {
    const source = read('packages/cli/test/documents/examples.test.ts');
    assert.deepEqual(
      programs.filter((program) => !source.includes(`output('${program}')`)),
      [],
    );
  });

  test(`are short: at most ${MAX_LINES} lines`, () => {
    const long = programs.filter((program) => read(`examples/${program}`).split('\n').length - 1 > MAX_LINES);
    assert.deepEqual(long, []);
  });

  test('are linked from the guides, and every guide has one', () => {
    const guides = globSync('docs/guides/*.md', { cwd: ROOT });
    const linked = guides.map((guide) =>
      linkTargets(read(guide))
        .map((target) => /^\.\.\/\.\.\/examples\/(.+)$/.exec(target)?.[1])
        .filter((target) => target !== undefined),
    );
    assert.deepEqual(
      guides.filter((_, at) => linked[at].length === 0),
      [],
    );
    assert.deepEqual(
      programs.filter((program) => !linked.flat().includes(program)),
      [],
    );
  });
});
