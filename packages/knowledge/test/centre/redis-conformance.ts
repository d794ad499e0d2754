/** The conformance suite on Redis servers that all of its tests share; each test has a prefix of its own. */
import { after } from 'node:test';
import { type KnowledgeStore, openKnowledgeStore } from '@lorekeep/knowledge';
import { knowledgeConformance } from '@lorekeep/knowledge/conformance';
import { type RedisServers, startRedis } from '@lorekeep/testing/redis';
import { withRedis } from './redis-place.ts';

/** @param nodes more than one make a cluster */
export function redisConformance(name: string, nodes: number): void {
  withRedis(name, (program) => {
    let servers: Promise<RedisServers> | undefined;
    let places = 0;
    after(async () => (await servers)?.close());

    knowledgeConformance(name, async () => {
      servers ??= startRedis(program, { nodes });
      const { url } = await servers;
      const prefix = `place-${places++}`;
      const opened: KnowledgeStore[] = [];
      return {
        async open(options) {
          const store = await openKnowledgeStore(url, { prefix, timeoutMs: 3000, ...options });
          opened.push(store);
          return store;
        },
        dispose: async () => void (await Promise.all(opened.map((store) => store.close()))),
      };
    });
  });
}
