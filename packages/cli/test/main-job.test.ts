/**
 * The main job through the command line, on a small simulated shop written as files: exit codes,
 * JSON lines, signals, and what people see. What the steps compute is tested in the package
 * `workspace`.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { writeSimulatedShop } from '@lorekeep/datasets';
import { openWorkspace } from '@lorekeep/workspace';
import { lineOf, lorekeep, start } from './command.ts';

const QUICK = { training: { epochs: 2 }, network: { dim: 32, hidden: 16 } };

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lorekeep-cli-'));
  await writeSimulatedShop(join(dir, 'shop'), { events: 8000, users: 80, items: 200 });
  await writeFile(join(dir, 'quick.json'), JSON.stringify(QUICK));
});
after(() => rm(dir, { recursive: true }));

describe('quickstart', () => {
  const words = ['quickstart', '--data', 'shop', '--model', 'lexical', '--workspace', 'quick', '--json'];

  test('goes from files to recommendations and reports data, metrics, index recall and examples', async () => {
    const { code, last, stderr } = await lorekeep([...words, '--no-serve'], dir);
    assert.equal(code, 0, stderr);
    assert.equal(last.data.items, 200);
    assert.equal(last.encoder.isLanguageModel, false);
    for (const name of ['popularity', 'repeat-last', 'last-item-knn']) assert.ok(last.metrics.baselines[name], name);
    const { test: towers, baselines } = last.metrics;
    assert.ok(towers['ndcg@10'] > baselines.popularity['ndcg@10'], 'the model learns more than popularity');
    assert.ok(last.index.recallAt10 >= 0.99, `index recall ${last.index.recallAt10}`);
    assert.equal(last.examples.length, 3);
    for (const { history, recommendations } of last.examples) {
      assert.ok(history.length > 0 && recommendations.length === 5);
    }
  });

  test('skips every finished step the second time and leaves the service running', async () => {
    const { child, finished } = start([...words, '--port', '0'], dir);
    const report = await lineOf(child, (line) => typeof line.address === 'string');
    const [example] = report.examples;
    const response = await fetch(`${report.address}/v1/recommend`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user: example.user, k: 5, withItems: true }),
    });
    assert.equal(response.status, 200);
    const { items } = (await response.json()) as { items: { id: string; item: { title: string } }[] };
    assert.deepEqual(
      items.map(({ item }) => item.title),
      example.recommendations,
    );
    child.kill('SIGINT');
    const { code, lines } = await finished;
    assert.equal(code, 0);
    const notes = lines.filter((line) => line.event === 'note').map((line) => String(line.text));
    for (const stage of ['import', 'encode', 'train']) {
      assert.ok(
        notes.some((note) => note.startsWith(stage) && note.includes('nothing to do')),
        `${stage} ran again: ${notes.join(' / ')}`,
      );
    }
    assert.equal(lines.filter((line) => line.event === 'progress' && line.stage === 'train').length, 0);
  });

  test('--refit publishes a model trained on all events, and says which version its metrics are from', async () => {
    const before = await lorekeep([...words, '--no-serve'], dir);
    const { code, last, lines, stderr } = await lorekeep([...words, '--no-serve', '--refit', 'all'], dir);
    assert.equal(code, 0, stderr);
    assert.notEqual(last.model.version, before.last.model.version);
    assert.deepEqual(last.metrics, before.last.metrics);
    const status = await lorekeep(['doctor', '--workspace', 'quick', '--json'], dir);
    assert.ok(JSON.stringify(status.last).includes(last.model.version), 'it is live');
    assert.ok(!lines.some((line) => line.event === 'progress' && line.stage === 'import'), 'earlier steps are skipped');
    const people = await lorekeep([...words.filter((word) => word !== '--json'), '--no-serve', '--refit', 'all'], dir);
    assert.match(people.stdout, new RegExp(`measured on model ${before.last.model.version}`));
    const refused = await lorekeep(['evaluate', '--workspace', 'quick', '--json'], dir);
    assert.deepEqual([refused.code, refused.last.error.code], [2, 'MODEL_SAW_EVERYTHING']);
    assert.match(refused.last.error.hint, new RegExp(`lorekeep evaluate --model ${before.last.model.version}`));
  });

  test('refuses a workspace with other data and changes nothing there', async () => {
    await writeSimulatedShop(join(dir, 'other'), { events: 1000, seed: 7 });
    const before = await lorekeep(['doctor', '--workspace', 'quick', '--json'], dir);
    const { code, last } = await lorekeep(
      ['quickstart', '--data', 'other', '--workspace', 'quick', '--no-serve', '--json', '--model', 'lexical'],
      dir,
    );
    assert.equal(code, 2);
    assert.equal(last.error.code, 'IMPORT_OTHER_DATA');
    const simulated = await lorekeep(['quickstart', '--workspace', 'quick', '--no-serve', '--json'], dir);
    assert.deepEqual([simulated.code, simulated.last.error.code], [2, 'WORKSPACE_HOLDS_OTHER_DATA']);
    const after = await lorekeep(['doctor', '--workspace', 'quick', '--json'], dir);
    const workspace = (run: typeof before) => run.last.findings.find((f: { name: string }) => f.name === 'workspace');
    assert.deepEqual(workspace(after), workspace(before));
  });
});

describe('step by step', () => {
  const shop = ['--workspace', 'steps', '--json'];
  const files = ['--items', 'shop/items.jsonl.gz', '--events', 'shop/interactions.tsv.gz'];

  test('a command before its time says which step is missing, with exit code 2', async () => {
    const absent = await lorekeep(['train', ...shop], dir);
    assert.deepEqual([absent.code, absent.last.error.code], [2, 'WORKSPACE_MISSING']);
    assert.equal((await lorekeep(['import', ...files, ...shop], dir)).code, 0);
    const trained = await lorekeep(['train', ...shop], dir);
    assert.deepEqual([trained.code, trained.last.error.code], [2, 'NOTHING_ENCODED']);
    const dry = await lorekeep(
      ['encode', '--model', 'lexical', '--template', '{title}, {brand}', '--dry-run', ...shop],
      dir,
    );
    assert.deepEqual([dry.code, dry.last.dryRun, dry.last.template], [0, true, '{title}, {brand}'], dry.stderr);
    assert.ok(dry.last.missing > 0 && dry.last.seconds > 0 && dry.last.tokens > dry.last.missing);
    assert.equal((await lorekeep(['train', ...shop], dir)).last.error.code, 'NOTHING_ENCODED', 'nothing was stored');
    const malformed = await lorekeep(['encode', '--template', '{title', ...shop], dir);
    assert.deepEqual([malformed.code, malformed.last.error.code], [2, 'ENCODER_BAD_OPTION']);
    assert.equal((await lorekeep(['encode', '--model', 'lexical', ...shop], dir)).code, 0);
    const evaluated = await lorekeep(['evaluate', ...shop], dir);
    assert.deepEqual([evaluated.code, evaluated.last.error.code], [2, 'NOTHING_TRAINED']);
    const asked = await lorekeep(['recommend', '--user', 'x', ...shop], dir);
    assert.equal(asked.last.error.code, 'PUBLICATION_MISSING');
  });

  test('a training stopped by SIGINT resumes and gives what an uninterrupted one gives', async () => {
    const train = ['train', '--config', 'quick.json', ...shop];
    const { child, finished } = start(train, dir);
    await lineOf(child, (line) => line.event === 'progress' && line.stage === 'train' && line.done > 0);
    child.kill('SIGINT');
    const stopped = await finished;
    assert.equal(stopped.code, 1);
    assert.equal(stopped.last.error.code, 'INTERRUPTED');
    const resumed = await lorekeep(train, dir);
    assert.equal(resumed.code, 0, resumed.stderr);

    const workspace = await openWorkspace(join(dir, 'uninterrupted'), { create: true });
    try {
      const [items, events] = [files[1], files[3]].map((file) => join(dir, file));
      await workspace.import({ items: [items], events: [events] });
      await workspace.encode({ model: 'lexical' });
      const other = await workspace.train({ config: QUICK });
      assert.deepEqual(resumed.last.manifest.metrics, other.metrics);
      assert.equal(
        resumed.last.manifest.files['towers.safetensors'],
        other.manifest.files['towers.safetensors'],
        'the very same parameters',
      );
    } finally {
      await workspace.close();
    }
  });

  test('evaluate prints the metrics that training gave and writes a report', async () => {
    const trained = await lorekeep(['train', '--config', 'quick.json', ...shop], dir);
    assert.equal(trained.last.unchanged, true);
    const { version, manifest } = trained.last;
    const words = ['evaluate', '--report', 'reports/shop.html', '--against', version, ...shop];
    const { code, last, lines, stderr } = await lorekeep(words, dir);
    assert.equal(code, 0, stderr);
    assert.match(await readFile(join(dir, 'reports', 'shop.html'), 'utf8'), /<title>Evaluation of learn<\/title>/);
    assert.deepEqual([last.version, last.protocol, last.trainedOnThisData], [version, 'leave-one-out', true]);
    for (const set of ['valid', 'test']) {
      for (const [metric, value] of Object.entries(manifest.metrics[set])) {
        assert.ok(Math.abs(last.metrics[set][metric] - (value as number)) < 2e-3, `${set} ${metric}`);
      }
    }
    assert.deepEqual(last.baselines, manifest.metrics.baselines);
    assert.deepEqual(last.against[version], last.metrics.test);
    assert.deepEqual(last.differences[version].mrr, { difference: 0, interval: [0, 0] });
    assert.deepEqual(Object.keys(last), [
      ...['version', 'protocol', 'trainedOnThisData', 'metrics', 'intervals', 'seenExcluded', 'breakdown', 'coverage'],
      ...['baselines', 'baselineBreakdown', 'against', 'differences'],
    ]);
    assert.ok(lines.some(({ event, stage }) => event === 'progress' && stage === 'report'));
  });

  test('for people, evaluate shows the difference from another model as a table', async () => {
    const trained = await lorekeep(['train', '--preset', 'linear', ...shop], dir);
    const [other] = await readdir(join(dir, 'steps', 'models'));
    assert.notEqual(other, trained.last.version);
    const words = ['evaluate', '--against', other, ...shop.slice(0, 2)];
    const { code, stdout, stderr } = await lorekeep(words, dir);
    assert.equal(code, 0, stderr);
    assert.ok(stdout.includes(`\nModel ${trained.last.version} minus model ${other}, on the same cases:\n`), stdout);
    assert.match(stdout, /^ +difference +95 % interval$/m);
    const { last } = await lorekeep([...words, '--json'], dir);
    for (const metric of ['recall@10', 'ndcg@10', 'mrr']) {
      const { difference, interval } = last.differences[other][metric];
      const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
      const row = stdout.split('\n').find((line) => line.startsWith(metric) && line.includes(' to '));
      assert.deepEqual(row?.split(/ {2,}/), [metric, signed(difference), interval.map(signed).join(' to ')]);
    }
    assert.match(stdout, /If an interval is above zero, the first model is better/);
  });

  test('a warning is a line of its own', async () => {
    const { code, lines, stderr } = await lorekeep(['evaluate', '--protocol', 'temporal', ...shop], dir);
    assert.equal(code, 0, stderr);
    assert.ok(lines.some((line) => line.event === 'warning' && /seen some of the temporal/.test(String(line.text))));
    const people = await lorekeep(['evaluate', '--protocol', 'temporal', ...shop.slice(0, 2)], dir);
    assert.match(people.stderr, /^!! .*seen some of the temporal/m);
  });

  test('publish, recommend and similar answer with items of the catalogue', async () => {
    const published = await lorekeep(['publish', '--index', 'exact', ...shop], dir);
    assert.equal(published.code, 0, published.stderr);
    const history = ['sim-item-000003', 'no-such-item'];
    const { last } = await lorekeep(['recommend', '--history', history.join(), '-k', '7', ...shop], dir);
    assert.equal(last.items.length, 7);
    assert.deepEqual(last.unknownItems, ['no-such-item']);
    assert.ok(!last.items.some((item: { id: string }) => item.id === 'sim-item-000003'));
    const text = await lorekeep(['publish', '--index', 'exact', ...shop.slice(0, 2)], dir);
    assert.match(text.stdout, /^Live: publication \S+ of model \S+; 200 items in exact/);
    const confused = await lorekeep(['publish', '--model', published.last.manifest.version, ...shop], dir);
    assert.equal(confused.last.error.code, 'MODEL_VERSION_UNKNOWN');
    assert.match(confused.last.error.message, /is a publication, not a model/);
    assert.ok(confused.last.error.hint.includes(published.last.manifest.model), confused.last.error.hint);
    const nobody = await lorekeep(['recommend', ...shop], dir);
    assert.match(nobody.last.error.hint, /--user ID .*for example --user sim-user-\d+, or --history/);
    const unknownUser = await lorekeep(['recommend', '--user', 'unknown-user', ...shop], dir);
    assert.equal(unknownUser.last.source, 'popularity');
    const similar = await lorekeep(['similar', '--item', 'sim-item-000003', '-k', '3', ...shop], dir);
    assert.equal(similar.last.items.length, 3);
    const unknown = await lorekeep(['similar', '--item', 'nothing', ...shop], dir);
    assert.deepEqual([unknown.code, unknown.last.error.code], [2, 'ITEM_NOT_FOUND']);
  });

  test('serve answers over HTTP and ends with exit code 0 when SIGTERM stops it', async () => {
    const { child, finished } = start(['serve', '--port', '0', '--allow-host', 'shop.example', ...shop], dir);
    const { address } = await lineOf(child, (line) => line.event === 'listening');
    assert.equal((await fetch(`${address}/readyz`)).status, 200);
    for (const [host, expected] of Object.entries({ 'shop.example': 200, 'other.example': 403 })) {
      const request = get(`${address}/readyz`, { headers: { host } });
      const [response] = await once(request, 'response');
      response.resume();
      assert.equal(response.statusCode, expected, host);
    }
    child.kill('SIGTERM');
    assert.equal((await finished).code, 0);
  });
});

test('doctor ends with exit code 1 if something needed is broken, and says how to fix it', async () => {
  await mkdir(join(dir, 'broken'));
  await writeFile(join(dir, 'broken', 'lorekeep.sqlite'), 'This text file is not a database.');
  const { code, lines, last } = await lorekeep(['doctor', '--workspace', 'broken', '--json'], dir);
  assert.deepEqual([code, lines.length, last.healthy], [1, 1, false]);
  const finding = (name: string) => last.findings.find((one: { name: string }) => one.name === name);
  assert.equal(finding('workspace').state, 'missing');
  assert.deepEqual([finding('SQLite').state, finding('SQLite').fix], ['ok', undefined]);
  assert.match(finding('endpoint').fix, /LOREKEEP_ENDPOINT/);
  const people = await lorekeep(['doctor', '--workspace', 'absent'], dir);
  assert.equal(people.code, 0, people.stdout);
  assert.match(people.stdout, /^ok {2}SQLite/m);
  assert.match(people.stdout, /^-- {2}workspace/m);
});

test('import reads columns of outcomes and files of users, and status counts impressions', async () => {
  await writeFile(
    join(dir, 'log.csv'),
    'user,item,time,tab,is_click,like\nu,sim-item-000001,1,3,1,0\nu,sim-item-000002,2,3,0,0\n',
  );
  await writeFile(join(dir, 'users.csv'), 'user,country\nu,fi\nnew,ee\n');
  const words = ['import', '--workspace', 'shown', '--items', 'shop/items.jsonl.gz', '--events', 'log.csv'];
  const how = ['--users', 'users.csv', '--outcomes', 'click=is_click,like', '--column', 'surface=tab'];
  const { code, stdout, stderr } = await lorekeep([...words, ...how], dir);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /Imported 2 impressions; of these click 50\.00 %, like 0\.00 %\.\n/);
  assert.match(stdout, /Imported the attributes of 2 users\.\n/);
  const status = await lorekeep(['status', '--workspace', 'shown'], dir);
  assert.match(status.stdout, /^Imported {3}200 items, 2 users, 3 events \(2 impressions\)$/m);
  const again = await lorekeep([...words, ...how, '--json'], dir);
  assert.deepEqual([again.last.unchanged, again.last.outcomes], [true, {}]);
  const wrong = await lorekeep([...words, '--outcomes', 'click=clicked', '--json'], dir);
  assert.equal(wrong.last.error.code, 'IMPORT_OUTCOME_MISSING');
  assert.match(wrong.last.error.hint, /--outcomes.*is_click, like/);
});

describe('wrong usage', () => {
  const cases: [string[], string][] = [
    [['no-such-command'], 'USAGE'],
    [['train', '--seed', 'many'], 'USAGE'],
    [['recommend', '-k', '0', '--user', 'a'], 'USAGE'],
    [['recommend', '-k', '1001', '--user', 'a'], 'USAGE'],
    [['import'], 'NOTHING_TO_IMPORT'],
    [['import', '--items', 'absent.csv'], 'IMPORT_FILE_MISSING'],
    [['import', '--items', 'shop/items.jsonl.gz', '--column', 'colour=x'], 'COLUMN_FIELD_UNKNOWN'],
    [['recommend', '--workspace', 'quick'], 'OPTIONS_CONFLICT'],
    [['evaluate', '--workspace', 'quick', '--model', 'v9'], 'MODEL_VERSION_UNKNOWN'],
    [['train', '--workspace', 'quick', '--config', 'shop'], 'CONFIG_FILE_INVALID'],
    [['quickstart', '--data', 'absent', '--workspace', 'w2'], 'IMPORT_FILE_MISSING'],
    [['quickstart', '--data', 'quick.json', '--workspace', 'w2'], 'IMPORT_DIRECTORY'],
    [['evaluate', '--workspace', 'quick', '--report', 'shop'], 'REPORT_UNWRITABLE'],
    [['evaluate', '--workspace', 'quick', '--report', 'quick.json/report.html'], 'REPORT_UNWRITABLE'],
    [['import', '--items', 'shop/items.jsonl.gz', '--workspace', 'quick.json'], 'PATH_NOT_A_FOLDER'],
    [['status', '--workspace', 'quick.json'], 'PATH_NOT_A_FOLDER'],
  ];
  for (const [words, code] of cases) {
    test(`\`lorekeep ${words.join(' ')}\` ends with exit code 2 and ${code}`, async () => {
      const run = await lorekeep([...words, '--json'], dir);
      assert.equal(run.last?.error?.code, code, run.stderr);
      assert.equal(run.code, 2);
    });
  }

  test('without --json, code, message and hint go to stderr and nothing to stdout', async () => {
    const { code, stdout, stderr } = await lorekeep(['train', '--workspace', 'nowhere'], dir);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /error WORKSPACE_MISSING: .*nowhere"[\s\S]*→ Run `lorekeep import`/);
  });

  test('malformed lines are named with file and line, and nothing is imported', async () => {
    await writeFile(
      join(dir, 'bad.csv'),
      'user,item,timestamp\nann,sim-item-000001,5\nann,,6\nann,sim-item-000001,soon\n',
    );
    const words = ['import', '--items', 'shop/items.jsonl.gz', '--events', 'bad.csv', '--workspace', 'bad'];
    const { code, stderr } = await lorekeep(words, dir);
    assert.equal(code, 2);
    assert.match(stderr, /bad\.csv:3/);
    assert.match(stderr, /bad\.csv:4/);
    await writeFile(join(dir, 'unknown.csv'), 'user,item,timestamp\nann,no-such-item,5\n');
    const unknown = await lorekeep(
      words.map((word) => (word === 'bad.csv' ? 'unknown.csv' : word)),
      dir,
    );
    assert.match(
      unknown.stderr,
      /→ .*--unknown-items skip, or add their items by id alone with --unknown-items add\.$/m,
    );
    const left = await lorekeep([...words, '--skip-bad', '2', '--json'], dir);
    assert.equal(left.last.counts.events, 1);
    assert.equal(left.last.skipped, 2);
  });
});
