/**
 * Choose a model: two presets on the same test cases, and the better one live
 * (docs/guides/choose-a-model.md).
 *
 *     npx -y pnpm@12 exec node examples/choose-a-model.ts
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWorkspace } from 'lorekeep';

const dir = await mkdtemp(join(tmpdir(), 'lorekeep-choose-'));
const workspace = await openWorkspace(dir, { create: true });
try {
  await workspace.importSimulatedShop({ events: 15_000, users: 200, items: 300 });
  await workspace.encode({ model: 'lexical' });
  const learn = await workspace.train({ preset: 'learn' });
  const linear = await workspace.train({ preset: 'linear' });
  for (const { manifest, seconds } of [learn, linear])
    console.log(`${manifest.preset.padEnd(8)} ${manifest.version}, trained in ${seconds.toFixed(1)} s`);

  const { differences } = await workspace.evaluate({ model: learn.version, against: linear.version });
  const { difference, interval } = differences[linear.version]['ndcg@10'];
  const [low, high] = interval.map((value) => value.toFixed(4));
  console.log(`ndcg@10  learn − linear = ${difference.toFixed(4)}, 95 % interval ${low} to ${high}`);

  // `linear` is the simpler model. It loses only if the whole interval is above zero.
  const chosen = interval[0] > 0 ? learn : linear;
  const why =
    chosen === learn ? 'the whole interval is above zero' : 'learn is not clearly better, and linear is simpler';
  console.log(`chosen   ${chosen.manifest.preset}: ${why}`);

  // `publish` would take the newest version, which is `linear`, so name the chosen one.
  const { manifest } = await workspace.publish({ model: chosen.version });
  console.log(`live     ${manifest.model}`);
} finally {
  await workspace.close();
  await rm(dir, { recursive: true });
}
