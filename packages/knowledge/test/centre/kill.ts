/** Starts a child, kills it after some lines of its output, and returns the last line. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export async function killAfter(script: string, parts: string[], lines: number): Promise<string> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, [path, ...parts], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let last = '';
  let count = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    last = line;
    if (++count === lines) child.kill('SIGKILL');
  }
  assert.equal((await exited)[1], 'SIGKILL');
  return last;
}
