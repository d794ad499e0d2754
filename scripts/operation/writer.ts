/**
 * Writes items and events with ids, one after another in each of four loops, and notes each one that
 * the service acknowledges. An answer that does not come leaves open whether the write was done: the
 * same write is sent again, with the same id. Arguments: port, file of what was acknowledged.
 */
import { appendFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const [port, file] = process.argv.slice(2);
const RETRY_MS = 50;

async function post(path: string, value: unknown): Promise<void> {
  const body = JSON.stringify(value);
  for (;;) {
    try {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body, headers });
      const answer = await response.text();
      if (response.status === 200) return;
      if (response.status !== 503) throw new TypeError(`${response.status} ${answer}`, { cause: 'wrong' });
    } catch (error) {
      if ((error as Error).cause === 'wrong') throw error;
    }
    await pause(RETRY_MS);
  }
}

async function write(loop: number): Promise<void> {
  for (let n = 0; ; n++) {
    const id = `w${loop}-${n}`;
    await post('/v1/items', { id, title: `written item ${n} of loop ${loop}` });
    appendFileSync(file, `item ${id}\n`);
    await post('/v1/events', { id: `e-${id}`, user: `u-${id}`, item: id });
    appendFileSync(file, `event ${id}\n`);
  }
}

await Promise.all([0, 1, 2, 3].map(write));
