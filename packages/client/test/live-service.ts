/** A service in a process of its own, with keys. Prints its address and the keys by what they may do. */
import { join } from 'node:path';
import { openEngine } from '@lorekeep/recommender';
import { createServer, loadKeys, SCOPES } from '@lorekeep/serving';
import { openShop } from '@lorekeep/testing';

const shop = await openShop();
const keys = await loadKeys(join(shop.workspace, 'keys.jsonl'));
const { secret: all } = await keys.create({ scopes: SCOPES });
const { secret: events } = await keys.create({ scopes: ['events'] });
const { secret: slow } = await keys.create({ scopes: ['read'], rate: { perSecond: 1, burst: 1 } });
const engine = await openEngine(shop);
const server = createServer(engine, { port: 0, logLevel: 'error', keys });
console.log(JSON.stringify({ url: await server.listen(), all, events, slow }));
process.on('SIGTERM', async () => {
  await server.close();
  await engine.close();
  await shop.close();
});
