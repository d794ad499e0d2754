/** What a person types for rankers and knowledge, and what is named next. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { optionErrors } from '@lorekeep/core';
import { recommenderErrors } from '@lorekeep/recommender';
import { openWorkspace } from '@lorekeep/workspace';
import { hintOf } from '../../src/guidance/hints.ts';
import { idList } from '../../src/options/parsers.ts';
import { lorekeep } from '../command.ts';

let dir = '';
const shop = ['--workspace', 'shop'];
const [RICE, HOME] = ['Rice, "long"', 'home, top'];

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lorekeep-typing-'));
  const workspace = await openWorkspace(join(dir, 'shop'), { create: true });
  await workspace.store.upsertItems([{ id: RICE }, { id: 'plain' }]);

  await workspace.store.appendEvents(
    [0, 1, 2, 3].flatMap((night) =>
      ['ann', 'bob'].flatMap((user, u) =>
        [RICE, 'plain'].flatMap((item, i) => {
          const timestamp = 1_700_000_000 + night * 86_400 + 600 * u + 60 * i;
          const shown = { user, item, timestamp, type: 'impression', surface: HOME };
          return (u + i + night) % 2 === 0 ? [shown, { user, item, timestamp: timestamp + 1, type: 'click' }] : [shown];
        }),
      ),
    ),
  );
  await workspace.close();
});
after(() => rm(dir, { recursive: true }));

test('lists take parts with commas in double quotes', () => {
  const cases: [string, string[]][] = [
    ['a, b ,c', ['a', 'b', 'c']],
    ['a,,b,', ['a', 'b']],
    ['"a,b",c', ['a,b', 'c']],
    ['c , "a,b"', ['c', 'a,b']],
    ['"say ""hi"", twice"', ['say "hi", twice']],
    ['" kept "', [' kept ']],
    ['5" nail,6"', ['5" nail', '6"']],
    ['"a"b,c', ['"a"b', 'c']],
    ['"open,end', ['"open', 'end']],
  ];
  for (const [typed, ids] of cases) assert.deepEqual(idList(typed), ids, typed);
  assert.throws(() => idList(' , '), /at least one id/);
});

test('ids and surfaces with commas can be typed; the next step is what is missing', async () => {
  const run = async (words: string[]) => {
    const { code, stdout, stderr } = await lorekeep([...words, ...shop], dir);
    assert.equal(code, 0, stderr);
    return stdout + stderr;
  };
  assert.match(await run(['knowledge', 'versions']), /Next: lorekeep knowledge pretrain/);
  await run(['knowledge', 'pretrain']);
  assert.match(await run(['knowledge', 'versions']), /Next: lorekeep knowledge publish/);
  const trained = await run(['rank', 'train', '--outcome', 'click', '--surface', '"home, top"']);
  assert.match(trained, /on home, top/);
  assert.match(trained, /Next: lorekeep knowledge publish/);
  assert.match(await run(['knowledge', 'publish']), /: 2 users, 2 items\./);
  assert.match(await run(['rank', 'train']), /Next: lorekeep knowledge serve/);
  assert.match(await run(['knowledge', 'versions']), /2 users, 2 items[\s\S]*Next: lorekeep rank train/);
  const list = '"Rice, ""long""",plain';
  const scored = await run(['rank', 'score', '--user', 'ann', '--items', list]);
  assert.ok(scored.includes(RICE) && !scored.includes('not stored'), scored);
  assert.match(await run(['knowledge', 'get', '--user', 'ann', '--items', list]), /entry of the item +yes +yes/);
});

test('refusals name the option that was typed', async () => {
  const words = ['rank', 'evaluate', ...shop];
  const missing = await lorekeep(words, dir);
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /OUTCOME_MISSING[\s\S]*--outcome.*click/);
  const place = await lorekeep(['knowledge', 'get', '--user', 'a', '--items', 'b', '--store', 'typo', ...shop], dir);
  assert.equal(place.code, 2);
  assert.match(place.stderr, /KNOWLEDGE_STORE_MISSING[\s\S]*--store/);
  const hint = (name: string) => hintOf(optionErrors.OPTION_INVALID({ name, value: 0, allowed: 'x' })) ?? '';
  assert.equal(hint('warmUp'), 'Correct --warm-up.');
  assert.equal(hint('seeds'), 'Correct --seeds.');
  assert.match(hint('training.epochs'), /--config/);
  const by = recommenderErrors.REQUEST_INVALID({ issues: [{ path: 'by', message: 'x' }] });
  assert.equal(hintOf(by), 'Correct --by.');
});
