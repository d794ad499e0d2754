/** Writes one version: checks, alignment, precision, and the record that makes it visible. */
import { newVersion } from '@lorekeep/core';
import { errors } from '../../errors.ts';
import { mapEntries, mapsToBytes } from '../alignment/maps.ts';
import { checkEntries, checkName } from '../contract/checks.ts';
import type { KnowledgeEntries } from '../contract/data.ts';
import type { KnowledgeVersion, PublishOptions } from '../contract/store.ts';
import type { KnowledgeTables, RemovedIds, VersionWriter } from '../contract/tables.ts';
import { optionsOf } from '../options.ts';
import { type OpenVersion, openVersion, type VersionCatalogue } from '../store/catalogue.ts';
import { alignSpool } from './align.ts';
import { encodeEntries } from './encode.ts';
import { createSpool } from './spool.ts';

/** Rows that are encoded and written at once. */
const SLICE = 4_096;

export interface PublicationContext {
  tables: KnowledgeTables;
  catalogue: VersionCatalogue;
  /** What is erased while the publication runs; read before it becomes visible. */
  erased: RemovedIds[];
}

export async function publishVersion(
  { tables, catalogue, erased }: PublicationContext,
  space: string,
  options: PublishOptions,
): Promise<KnowledgeVersion> {
  const { version = newVersion(), schema, entries, align } = options;
  const { precision } = optionsOf('publish', { precision: options.precision });
  const { ridgeAbove } = optionsOf('align', { ridgeAbove: align?.ridgeAbove });
  checkName('version', version);
  const existing = await catalogue.read(space);
  if (existing.some(({ record }) => record.version === version))
    throw errors.KNOWLEDGE_VERSION_EXISTS({ space, version });
  const counts = { user: 0, item: 0, userCategory: 0 };
  const latest = existing.at(-1)?.record.publishedAt ?? 0;
  const draft = openVersion({ version, publishedAt: 0, schema, fingerprint: '', precision, entries: counts });
  let published: KnowledgeVersion | undefined;

  const write = async (writer: VersionWriter, batch: KnowledgeEntries) => {
    for (const slice of slicesOf(batch, draft)) await writer.put(encodeEntries(draft, slice));
    counts[batch.kind] += batch.ids.length;
  };
  await tables.publish(space, version, async (writer) => {
    let alignment: KnowledgeVersion['alignment'];
    const target = align === undefined ? undefined : await alignmentTarget(catalogue, space, existing, align.to);
    if (target === undefined) {
      for await (const batch of entries) {
        checkEntries(draft.layout, precision, batch);
        await write(writer, batch);
      }
    } else {
      const spool = await createSpool();
      try {
        for await (const batch of entries) {
          checkEntries(draft.layout, precision, batch);
          await spool.add(batch);
        }
        const aligned = await alignSpool(tables, space, draft.layout, spool, target, ridgeAbove);
        alignment = aligned.alignment;
        await writer.putMaps(mapsToBytes(aligned.blockMaps));
        for await (const batch of spool.batches())
          await write(writer, mapEntries(draft.layout, aligned.blockMaps, batch));
      } finally {
        await spool.close();
      }
    }
    for (const ids of erased) await writer.remove(ids);
    // Versions are ordered by time, so two never have the same.
    const publishedAt = Math.max(Date.now() / 1000, latest + 0.001);
    const { fingerprint } = draft.layout;
    published = { ...draft.record, publishedAt, fingerprint, ...(alignment && { alignment }) };
    return published;
  });
  return published as KnowledgeVersion;
}

/** The version to align to; none if the space is empty. */
async function alignmentTarget(
  catalogue: VersionCatalogue,
  space: string,
  existing: OpenVersion[],
  to: string | undefined,
): Promise<OpenVersion | undefined> {
  return to === undefined ? existing.at(-1) : catalogue.get(space, to);
}

function* slicesOf({ kind, ids, categories, values }: KnowledgeEntries, { layout }: OpenVersion) {
  const width = layout.widths[kind];
  for (let from = 0; from < ids.length; from += SLICE) {
    const to = Math.min(ids.length, from + SLICE);
    yield {
      kind,
      ids: ids.slice(from, to),
      ...(categories && { categories: categories.slice(from, to) }),
      values: values.subarray(from * width, to * width),
    };
  }
}
