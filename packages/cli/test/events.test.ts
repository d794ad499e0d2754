/** What people and programs see of the meaning of events. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { lorekeep } from './command.ts';

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lorekeep-cli-events-'));
  await writeFile(join(dir, 'items.csv'), 'id,title\na,A\nb,B');
  const events = ['u,a,view,,1', 'u,b,remove_from_cart,,2', 'u,a,rating,-1,3', 'u,a,rating,9,4', 'v,a,tasted,3,5'];
  await writeFile(join(dir, 'events.csv'), ['user,item,type,rating,timestamp', ...events].join('\n'));
});
after(() => rm(dir, { recursive: true }));

test('import and events take the rules, and events shows them', async () => {
  const files = ['--items', 'items.csv', '--events', 'events.csv'];
  const imported = await lorekeep(['import', ...files, '--event-role', 'view=ignored', '--workspace', 'w'], dir);
  assert.equal(imported.code, 0, imported.stderr);
  const { stdout } = await lorekeep(['events', '--workspace', 'w'], dir);
  assert.match(stdout, /^view +ignored +1 +set here$/m);
  assert.match(stdout, /^remove_from_cart +negative +1$/m);
  assert.match(stdout, /^tasted +positive +1 +1 +name not known$/m);
  assert.match(
    stdout,
    /Ratings 1 to 10: 5 and more positive \(1 events\), below 5 negative \(1\), -1 not rated \(1\)\./,
  );
  const changed = ['--event-weight', 'tasted=2', '--ratings', '3:9'];
  const { last } = await lorekeep(['events', ...changed, '--workspace', 'w', '--json'], dir);
  assert.deepEqual(last.ratings.rule, { positiveFrom: 9, negativeBelow: 3, notRated: [-1] });
  assert.equal(last.types.find(({ type }: { type: string }) => type === 'tasted').weight, 2);
  const { last: least } = await lorekeep(['events', '--min-rating', '7', '--workspace', 'w', '--json'], dir);
  assert.deepEqual(least.rules.ratings, { positiveFrom: 7, negativeBelow: 7 });
});

test('wrong rules are refused', async () => {
  for (const words of [
    ['--event-role', 'view=good'],
    ['--event-weight', 'view=0'],
    ['--ratings', '5:3'],
    ['--ratings', '3', '--min-rating', '3'],
  ]) {
    const { code, last } = await lorekeep(['events', ...words, '--workspace', 'w', '--json'], dir);
    assert.deepEqual([code, last.error.code], [2, 'USAGE'], words.join(' '));
  }
});
