/**
 * A service with everything that a request can reach: a simulated shop with a model, a ranker and
 * knowledge, and a key with all scopes. Prints its address and the key. Argument: an empty folder.
 */
import { join } from 'node:path';
import { createAuditLog, createServer, loadKeys, SCOPES } from '@lorekeep/serving';
import { openWorkspace } from '@lorekeep/workspace';

const [dir] = process.argv.slice(2);
const workspace = await openWorkspace(dir, { create: true });
await workspace.importSimulatedShop({ items: 120, users: 150, events: 6_000 });
await workspace.encode({ model: 'lexical' });
await workspace.train({ preset: 'linear' });
await workspace.publish();
await workspace.knowledgePretrain({ tasks: [{ outcome: 'click' }, { outcome: 'cart' }] });
await workspace.knowledgePublish();
await workspace.rankTrain({ outcomes: [{ outcome: 'click' }] });
const keys = await loadKeys(join(dir, 'keys.jsonl'));
const { secret } = await keys.create({ scopes: SCOPES, name: 'check' });
const audit = createAuditLog(join(dir, 'audit.jsonl'));
const engine = await workspace.engine({ knowledge: join(dir, 'knowledge/centre') });
const server = createServer(engine, { port: 0, logLevel: 'warn', keys, audit, workspace });
console.log(JSON.stringify({ address: await server.listen(), secret }));
process.on('SIGTERM', async () => {
  await server.close();
  await engine.close();
  await workspace.close();
});
