/**
 * Plug knowledge into a ranker: what all places of a shop have learned helps the ranker of one place
 * (docs/guides/plug-knowledge.md).
 *
 *     npx -y pnpm@12 exec node examples/plug-knowledge.ts
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWorkspace } from 'lorekeep';

const dir = await mkdtemp(join(tmpdir(), 'lorekeep-rank-'));
const workspace = await openWorkspace(join(dir, 'shop'), { create: true });

/** A log with one row per impression. Items whose number ends in 0 to 3 are clicked often. Days are 3,000 rows. */
function impressions(): string {
  const lines = ['user,item,timestamp,place,is_click'];
  for (let row = 0; row < 30_000; row++) {
    const chance = (Math.imul(row + 1, 2_654_435_761) >>> 8) / 2 ** 24;
    const item = 1 + (Math.floor(chance * 4000) % 19);
    const isClicked = (Math.imul(row + 7, 1_597_334_677) >>> 8) / 2 ** 24 < (item % 10 < 4 ? 0.8 : 0.1);
    const place = row % 5 === 0 ? 'home' : 'search';
    lines.push(
      `user-${row % 50},coffee-${String(item).padStart(2, '0')},${1_700_000_000 + row * 28.8},${place},${Number(isClicked)}`,
    );
  }
  return lines.join('\n');
}

try {
  await writeFile(join(dir, 'shown.csv'), impressions());
  const items = [join(import.meta.dirname, 'data', 'items.csv')];
  await workspace.import({
    items,
    events: [join(dir, 'shown.csv')],
    columns: { surface: 'place' },
    outcomes: { click: 'is_click' },
  });
  const pretrained = await workspace.knowledgePretrain();
  const { published } = await workspace.knowledgePublish();
  console.log(`learned from ${pretrained.learned} impressions of all places`);
  console.log(`published    ${published.entries.user} users, ${published.entries.item} items`);

  const ranker = await workspace.rankTrain({ outcomes: [{ outcome: 'click' }], surfaces: ['home'] });
  console.log(`ranker       ${ranker.learned} impressions of home, ${ranker.withKnowledge} with knowledge`);

  const candidates = ['coffee-06', 'coffee-12', 'coffee-17', 'coffee-03'];
  const answer = await workspace.rankScore({ user: 'user-7', items: candidates, surface: 'home' });
  for (const { id, probabilities } of answer.items) console.log(`${id} ${probabilities.click.toFixed(2)}`);
} finally {
  await workspace.close();
  await rm(dir, { recursive: true });
}
