/**
 * Deploy: the HTTP service inside a program of your own (docs/guides/deploy.md).
 *
 *     npx -y pnpm@12 exec node examples/deploy.ts
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from '@lorekeep/serving';
import { openWorkspace } from 'lorekeep';

const data = join(import.meta.dirname, 'data');
const dir = await mkdtemp(join(tmpdir(), 'lorekeep-deploy-'));
const workspace = await openWorkspace(dir, { create: true });
try {
  await workspace.import({ items: [join(data, 'items.csv')], events: [join(data, 'events.csv')] });
  await workspace.encode({ model: 'lexical' });
  await workspace.train({ preset: 'linear', refit: 'all' });
  await workspace.publish();

  // `allowedHosts` names the host that a reverse proxy in front of the service passes on.
  // Port 0 takes any free port.
  const engine = await workspace.engine();
  const server = createServer(engine, { port: 0, allowedHosts: ['shop.example'], logLevel: 'warn' });
  const address = await server.listen();
  const post = async (path: string, body: object) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${address}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    return `${answer.status} ${await answer.text()}`;
  };

  const ready = await fetch(`${address}/readyz`);
  console.log(`GET /readyz          ${ready.status} ${await ready.text()}`);

  // An event counts in the next answer: nobody knew `ann` before.
  const request = { user: 'ann', k: 3 };
  console.log(`POST /v1/recommend   ${await post('/v1/recommend', request)}`);
  const events = ['music-01', 'music-04'].map((item) => ({ user: 'ann', item, type: 'view' }));
  console.log(`POST /v1/events      ${await post('/v1/events', events)}`);
  console.log(`POST /v1/recommend   ${await post('/v1/recommend', request)}`);

  // A real service waits for SIGTERM: `await once(process, 'SIGTERM')` of `node:events`.
  // `close` finishes the requests in progress. Then the engine closes, then the workspace.
  await server.close();
  await engine.close();
  console.log('closed');
} finally {
  await workspace.close();
  await rm(dir, { recursive: true });
}
