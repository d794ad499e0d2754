/**
 * Send events: what was shown and what was clicked, with the id of the list (docs/guides/send-events.md).
 *
 *     npx -y pnpm@12 exec node examples/send-events.ts
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, createTracker } from '@lorekeep/client';
import { createServer } from '@lorekeep/serving';
import { openWorkspace } from 'lorekeep';

const data = join(import.meta.dirname, 'data');
const dir = await mkdtemp(join(tmpdir(), 'lorekeep-send-events-'));
const workspace = await openWorkspace(dir, { create: true });
try {
  await workspace.import({ items: [join(data, 'items.csv')], events: [join(data, 'events.csv')] });
  await workspace.encode({ model: 'lexical' });
  await workspace.train({ preset: 'linear', refit: 'all' });
  await workspace.publish();
  const engine = await workspace.engine();
  const server = createServer(engine, { port: 0, logLevel: 'warn' });
  const address = await server.listen();
  const client = createClient({ url: address });

  // The list is shown to a visitor, who clicks on the second item.
  const tracker = createTracker(client);
  const { request, items } = await client.recommend({ body: { user: 'user-01', k: 5 } });
  tracker.impressions({ user: 'user-01', request, items, surface: 'home' });
  tracker.event({ user: 'user-01', item: items[1].id, type: 'click', request, position: 1 });
  await tracker.close();

  // A log of another program: here GA4, as its Measurement Protocol sends it.
  const line = {
    ...{ user_id: 'user-02', timestamp_micros: Date.now() * 1000 },
    events: [{ name: 'select_item', params: { items: [{ item_id: items[2].id }] } }],
  };
  const headers = { 'content-type': 'application/x-ndjson' };
  const upload = { method: 'POST', headers, body: `${JSON.stringify(line)}\n` };
  const answer = await fetch(`${address}/v1/bulk/events?format=ga4`, upload);
  console.log(`GA4 log        ${answer.status} ${await answer.text()}`);

  // The impression log has each item that was shown, and what came of it.
  for await (const { positions, outcomes } of workspace.store.impressions({ outcomes: ['click'] }))
    for (let at = 0; at < positions.length; at++)
      console.log(`position ${positions[at]}     ${outcomes[at] === 1 ? 'clicked' : 'shown'}`);

  await server.close();
  await engine.close();
} finally {
  await workspace.close();
  await rm(dir, { recursive: true });
}
