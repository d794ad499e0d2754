/** The knowledge store over any adapter: what all of them have in common. */
import { errors } from '../../errors.ts';
import { type BlockMaps, mapEntries, mapsFromBytes } from '../alignment/maps.ts';
import { checkEntries, checkInto, checkName, checkQuery } from '../contract/checks.ts';
import type { KnowledgeQuery } from '../contract/data.ts';
import type { KnowledgeAnswer, KnowledgeStore, ReadOptions } from '../contract/store.ts';
import type { KnowledgeTables, RemovedIds } from '../contract/tables.ts';
import { assemble } from '../entries/assemble.ts';
import { optionsOf, type StoreOptions } from '../options.ts';
import { encodeEntries } from '../publication/encode.ts';
import { publishVersion } from '../publication/publish.ts';
import type { Kind } from '../schema/layout.ts';
import { createCatalogue, type OpenVersion } from './catalogue.ts';
import { residualTo, resolveVersion } from './resolve.ts';
import { createStatistics } from './statistics.ts';

/**
 * @throws LorekeepError `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export function createKnowledgeStore(tables: KnowledgeTables, options: StoreOptions = {}): KnowledgeStore {
  const { keep, refreshSeconds } = optionsOf('store', options);
  const catalogue = createCatalogue(tables, refreshSeconds);
  const statistics = createStatistics();
  const maps = new WeakMap<OpenVersion, Promise<BlockMaps>>();
  const running = new Set<RemovedIds[]>();
  let isClosed = false;

  const enter = (space: string) => {
    if (isClosed) throw errors.KNOWLEDGE_STORE_CLOSED();
    checkName('space', space);
  };

  async function resolve(space: string, wanted: string, { maxResidual, atLeast }: ReadOptions): Promise<OpenVersion> {
    const { maxResidual: bound } = optionsOf('read', { maxResidual });
    if (atLeast !== undefined) await catalogue.get(space, atLeast);
    const pick = (versions: OpenVersion[]) => {
      const records = versions.map(({ record }) => record);
      const found = resolveVersion(records, wanted, bound, atLeast);
      return versions.find(({ record }) => record === found);
    };
    const found = pick(await catalogue.known(space)) ?? pick(await catalogue.read(space));
    if (found !== undefined) return found;
    const versions = (await catalogue.read(space)).map(({ record }) => record.version);
    throw errors.KNOWLEDGE_VERSION_MISMATCH({ space, version: wanted, maxResidual: bound, versions });
  }

  async function readVersion(
    space: string,
    wanted: string,
    open: OpenVersion,
    query: KnowledgeQuery,
    into: Float32Array | undefined,
  ): Promise<KnowledgeAnswer> {
    const { record, layout, codecs } = open;
    const { version } = record;
    const pairs = query.users.length;
    checkInto(into, pairs, layout.width);
    const kinds = {
      user: layout.widths.user > 0,
      item: layout.widths.item > 0,
      userCategory: layout.widths.userCategory > 0,
    };
    const found = await tables.find(space, version, query, kinds);
    if (found === undefined) throw await catalogue.unknown(space, version);
    const foreign = (kind: Kind, pair: number) => {
      const id = kind === 'item' ? query.items[pair] : query.users[pair];
      throw errors.KNOWLEDGE_OTHER_SCHEMA({ space, version, kind, id });
    };
    const assembled = assemble(layout, codecs, found, pairs, foreign, into);
    const ageSeconds = Math.max(0, Date.now() / 1000 - record.publishedAt);
    const answer = { ...assembled, version, ageSeconds, residual: residualTo(record, wanted) ?? 0 };
    statistics.add(answer, version !== wanted);
    return answer;
  }

  function mapsOf(space: string, open: OpenVersion): Promise<BlockMaps> {
    let found = maps.get(open);
    if (found === undefined) {
      found = open.record.alignment
        ? tables.maps(space, open.record.version).then(mapsFromBytes)
        : Promise.resolve(new Map());
      maps.set(open, found);
      found.catch(() => maps.delete(open));
    }
    return found;
  }

  return {
    async publish(space, publication) {
      enter(space);
      const erased: RemovedIds[] = [];
      running.add(erased);
      try {
        const published = await publishVersion({ tables, catalogue, erased }, space, publication);
        const versions = (await catalogue.read(space)).map(({ record }) => record.version);
        await tables.collect(space, versions.slice(0, -keep));
        await catalogue.read(space);
        return published;
      } finally {
        running.delete(erased);
      }
    },

    async versions(space) {
      enter(space);
      return (await catalogue.read(space)).map(({ record }) => record);
    },

    async resolve(space, wanted, given = {}) {
      enter(space);
      return (await resolve(space, wanted, given)).record;
    },

    async read(space, version, query, given) {
      enter(space);
      checkQuery(query);
      const { into, ...bounds } = given ?? {};
      const isExact = given === undefined || (into !== undefined && Object.keys(bounds).length === 0);
      const open = isExact ? await catalogue.get(space, version) : await resolve(space, version, bounds);
      return readVersion(space, version, open, query, into);
    },

    async updateUsers(space, version, entries) {
      enter(space);
      const open = await catalogue.get(space, version);
      const blockMaps = await mapsOf(space, open);
      for await (const batch of entries) {
        if (batch.kind === 'item')
          throw errors.KNOWLEDGE_ENTRIES_INVALID({ kind: 'item', reason: 'only entries of users can be updated' });
        checkEntries(open.layout, open.record.precision, batch);
        if (batch.ids.length === 0) continue;
        const rows = encodeEntries(open, mapEntries(open.layout, blockMaps, batch));
        if (!(await tables.update(space, version, rows))) throw await catalogue.unknown(space, version);
      }
    },

    async remove(space, { users = [], items = [] }) {
      enter(space);
      for (const erased of running) erased.push({ users, items });
      if (users.length + items.length > 0) await tables.remove(space, { users, items });
    },

    stats: () => statistics.read(tables.cacheStats()),

    async close() {
      if (isClosed) return;
      isClosed = true;
      await tables.close();
    },
  };
}
