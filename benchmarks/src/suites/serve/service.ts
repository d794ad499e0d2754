/**
 * Our service in a process of its own. It tells its address, answers each line of its input with the
 * processor time since its start and the busy time of its event loop since the line before, and ends
 * with its input.
 */
import { createInterface } from 'node:readline';
import { createServer } from '@lorekeep/serving';
import { openWorkspace } from '@lorekeep/workspace';
import { raisePriority } from '../../measure/priority.ts';

export interface Usage {
  cpuSeconds: number;
  /** Share of the time since the last answer in which the event loop was busy. */
  eventLoop: number;
}

const [dir] = process.argv.slice(2);
raisePriority();
await using workspace = await openWorkspace(dir);
const engine = await workspace.engine();
const server = createServer(engine, { port: 0, logLevel: 'error' });
console.log(JSON.stringify({ address: await server.listen() }));
let before = performance.eventLoopUtilization();
for await (const _ of createInterface({ input: process.stdin })) {
  const now = performance.eventLoopUtilization();
  const { user, system } = process.cpuUsage();
  const usage: Usage = {
    cpuSeconds: (user + system) / 1e6,
    eventLoop: performance.eventLoopUtilization(now, before).utilization,
  };
  before = now;
  console.log(JSON.stringify(usage));
}
await server.close();
await engine.close();
