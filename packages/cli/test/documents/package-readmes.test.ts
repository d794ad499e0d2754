/**
 * The example of every package's README prints what the README shows below it. Each runs in a
 * process of its own, with the packages that examples/ brings. `…` in an output stands for any text
 * within a line.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openWorkspace } from 'lorekeep';
import { codeBlocks } from './markdown.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const EXAMPLES = join(ROOT, 'examples');
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
const READMES = globSync(['packages/*/README.md', 'datasets/README.md', 'benchmarks/README.md'], { cwd: ROOT }).sort();

const run = promisify(execFile);
let dir: string;

/** The folder examples/ after the preparation that its README names: `data`, and the workspace `shop`. */
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lorekeep-readmes-'));
  await symlink(join(EXAMPLES, 'node_modules'), join(dir, 'node_modules'));
  await cp(join(EXAMPLES, 'data'), join(dir, 'data'), { recursive: true });
  const workspace = await openWorkspace(join(dir, 'shop'), { create: true });
  await workspace.import({ items: [join(dir, 'data/items.csv')], events: [join(dir, 'data/events.csv')] });
  await workspace.encode({ model: 'lexical' });
  await workspace.train();
  await workspace.publish();
  await workspace.close();
});
after(() => rm(dir, { recursive: true }));

/** The example of a README as a file, and the output that is shown below it. */
async function writeProgram(readme: string): Promise<{ program: string; shown: string }> {
  const blocks = codeBlocks(await readFile(join(ROOT, readme), 'utf8'));
  const at = blocks.findIndex(({ language }) => language === 'ts');
  assert.ok(at >= 0, `${readme} has no example`);
  const shown = blocks[at + 1];
  assert.equal(shown?.language, 'text', `${readme}: a block "text" with the output follows the example`);
  const program = join(dir, `${dirname(readme).replace('/', '-')}.mts`);
  await writeFile(program, blocks[at].text);
  return { program, shown: shown.text };
}

/** Whether a text is the output that is shown. */
function matches(text: string, shown: string): boolean {
  const parts = shown.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.+')}$`).test(text);
}

test('a strict compiler accepts the examples', async () => {
  const compilerOptions = {
    ...JSON.parse(await readFile(join(ROOT, 'tsconfig.json'), 'utf8')).compilerOptions,
    typeRoots: [join(ROOT, 'node_modules/@types')],
  };
  await writeFile(join(dir, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.mts'] }));
  for (const readme of READMES) await writeProgram(readme);
  await run(process.execPath, [TSC, '--project', dir]).catch(({ stdout }) => assert.fail(stdout));
});

for (const readme of READMES)
  test(`${readme} shows what its example prints`, async () => {
    const { program, shown } = await writeProgram(readme);
    const env = { ...process.env, HF_HUB_OFFLINE: '1', NO_COLOR: '1' };
    const { stdout, stderr } = await run(process.execPath, [program], { cwd: dir, env });
    assert.equal(stderr, '');
    if (!matches(stdout, shown)) assert.equal(stdout, shown);
  });
