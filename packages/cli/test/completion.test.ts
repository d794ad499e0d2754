/** The completion scripts work in real shells. A shell that is not installed is skipped. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { lorekeep } from './command.ts';

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lorekeep-completion-'));
  await writeFile(join(dir, 'items.csv'), '');
  await writeFile(join(dir, 'my events.csv'), '');
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout, stderr } = await lorekeep(['completion', shell], dir);
    assert.equal(code, 0, stderr);
    await writeFile(join(dir, `lorekeep.${shell}`), stdout);
  }
});
after(() => rm(dir, { recursive: true }));

const missing = (shell: string) => spawnSync(shell, ['-c', 'true']).status !== 0 && `${shell} is not installed`;

/** A line as typed so far, and some of what the shell must offer, and what it must not. */
const CASES: [line: string, offered: string[], absent: string[]][] = [
  ['lorekeep ', ['status', 'quickstart', 'completion'], ['--seed', 'items.csv']],
  ['lorekeep tr', ['train'], ['import']],
  ['lorekeep train --pre', ['--preset'], ['--index']],
  ['lorekeep train --preset li', ['linear'], ['learn']],
  ['lorekeep publish --workspace shop --index ', ['usearch', 'exact'], ['linear', 'items.csv']],
  ['lorekeep completion ', ['bash', 'zsh', 'fish'], ['items.csv']],
];
const FILES: typeof CASES = [
  ['lorekeep import --items it', ['items.csv'], ['--items']],
  ['lorekeep import --events a.csv my', ['my events.csv'], ['items.csv']],
  ['lorekeep train --config it', ['items.csv'], ['--init-from']],
];

function check(complete: (line: string) => string[], cases = [...CASES, ...FILES]): void {
  for (const [line, offered, absent] of cases) {
    const words = complete(line);
    for (const word of offered) assert.ok(words.includes(word), `${line} → ${words.join(', ')}`);
    for (const word of absent) assert.ok(!words.includes(word), `${line} → ${words.join(', ')}`);
  }
}

const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

describe('the completion script', () => {
  test('of bash offers commands, options, values and files', { skip: missing('bash') }, () => {
    check((line) => {
      const words = line.split(' ').map((word) => `'${word}'`);
      const script = [
        'set -u; source ./lorekeep.bash',
        'complete -p lorekeep > /dev/null || exit 1',
        `COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}`,
        `_lorekeep; printf "%s\\n" "\${COMPREPLY[@]-}"`,
      ].join('\n');
      return linesOf(execFileSync('bash', ['--norc', '-c', script], { cwd: dir, encoding: 'utf8' }));
    });
  });

  test('of fish offers commands, options, values and files', { skip: missing('fish') }, () => {
    check((line) => {
      const script = `source lorekeep.fish; complete -C '${line}'`;
      const env = { ...process.env, HOME: dir };
      const text = execFileSync('fish', ['--no-config', '-c', script], { cwd: dir, encoding: 'utf8', env });
      return linesOf(text).map((one) => one.split('\t')[0]);
    });
  });

  test('of zsh offers commands, options and values', { skip: missing('zsh') }, () => {
    // The completion system runs only in a line editor. Here its functions print what they are given.
    check((line) => {
      const words = line.split(' ').map((word) => `'${word}'`);
      const script = [
        'autoload -Uz compinit; compinit -u -D 2> /dev/null; source ./lorekeep.zsh',
        '[[ "$_comps[lorekeep]" == _lorekeep ]] || exit 1',
        `_describe() { print -l -- "\${(@)\${(@P)2}%%:*}" }`,
        '_arguments() { print -l -- "$@" }',
        `words=(${words.join(' ')}); CURRENT=${words.length}`,
        '_lorekeep',
      ].join('\n');
      const text = execFileSync('zsh', ['-f', '-c', script], { cwd: dir, encoding: 'utf8' });
      const typed = line.split(' ').at(-1)!;
      // A specification: `--preset[what to train]:value:(learn linear)`.
      const option = line.split(' ').at(-2)!;
      const specs = linesOf(text);
      const valued = specs.find((spec) => spec.startsWith(`${option}[`) || spec.startsWith(`${option}:`));
      const values = [valued, specs.find((spec) => spec.startsWith('1:'))].map((spec) =>
        /\(([^()]*)\)$/.exec(spec ?? ''),
      );
      const choices = values.flatMap((match) => match?.[1].split(' ') ?? []);
      const names = specs.map((spec) => spec.replace(/\[.*/, ''));
      return (choices.length > 0 ? choices : names).filter((word) => word.startsWith(typed));
    }, CASES);
  });
});

test('an unknown shell is refused with the ones that are known', async () => {
  const { code, stderr } = await lorekeep(['completion', 'tcsh'], dir);
  assert.equal(code, 2);
  assert.match(stderr, /bash, zsh, fish/);
});
