/** The versions of a space as this process knows them, with what reading each of them needs. */
import { errors } from '../../errors.ts';
import type { KnowledgeVersion } from '../contract/store.ts';
import type { KnowledgeTables } from '../contract/tables.ts';
import { type BlobCodec, blobCodec } from '../entries/blob.ts';
import { type Kind, type KnowledgeLayout, knowledgeLayout } from '../schema/layout.ts';

export interface OpenVersion {
  record: KnowledgeVersion;
  layout: KnowledgeLayout;
  codecs: Record<Kind, BlobCodec>;
}

export interface VersionCatalogue {
  /** Oldest first, read now. */
  read(space: string): Promise<OpenVersion[]>;
  /** Oldest first, as of a moment ago. Versions of other processes are read in the background. */
  known(space: string): Promise<OpenVersion[]>;
  /** @throws LorekeepError `KNOWLEDGE_VERSION_UNKNOWN` */
  get(space: string, version: string): Promise<OpenVersion>;
  /** The error of a version that is not there, with those that are. */
  unknown(space: string, version: string): Promise<Error>;
}

interface Space {
  versions: Promise<OpenVersion[]>;
  readAt: number;
  isReading: boolean;
}

export function openVersion(record: KnowledgeVersion): OpenVersion {
  const layout = knowledgeLayout(record.schema);
  const codec = (kind: Kind) => blobCodec(layout, kind, record.precision);
  return { record, layout, codecs: { user: codec('user'), item: codec('item'), userCategory: codec('userCategory') } };
}

export function createCatalogue(tables: KnowledgeTables, refreshSeconds: number): VersionCatalogue {
  const spaces = new Map<string, Space>();

  async function readNow(name: string): Promise<OpenVersion[]> {
    const before = await spaces.get(name)?.versions.catch(() => []);
    const records = await tables.records(name);
    records.sort((a, b) => a.publishedAt - b.publishedAt);
    const isSame = (a: KnowledgeVersion, b: KnowledgeVersion) =>
      a.version === b.version && a.publishedAt === b.publishedAt;
    return records.map((record) => before?.find((open) => isSame(open.record, record)) ?? openVersion(record));
  }

  function read(name: string): Promise<OpenVersion[]> {
    const space = { versions: readNow(name), readAt: performance.now(), isReading: false };
    spaces.set(name, space);
    space.versions.catch(() => spaces.get(name) === space && spaces.delete(name));
    return space.versions;
  }

  function refresh(name: string, space: Space): void {
    space.isReading = true;
    readNow(name)
      .then((versions) => {
        space.versions = Promise.resolve(versions);
        space.readAt = performance.now();
      })
      // A read of entries reports a store that does not answer.
      .catch(() => {})
      .finally(() => {
        space.isReading = false;
      });
  }

  async function known(name: string): Promise<OpenVersion[]> {
    const space = spaces.get(name);
    if (space === undefined) return read(name);
    if (!space.isReading && performance.now() - space.readAt > refreshSeconds * 1000) refresh(name, space);
    return space.versions;
  }

  async function unknown(space: string, version: string): Promise<Error> {
    const versions = (await read(space)).map(({ record }) => record.version);
    return errors.KNOWLEDGE_VERSION_UNKNOWN({ space, version, versions });
  }

  return {
    read,
    known,
    unknown,
    async get(space, version) {
      const isWanted = ({ record }: OpenVersion) => record.version === version;
      const found = (await known(space)).find(isWanted) ?? (await read(space)).find(isWanted);
      if (found === undefined) throw await unknown(space, version);
      return found;
    },
  };
}
