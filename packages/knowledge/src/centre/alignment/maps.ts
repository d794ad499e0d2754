/** The maps of a version: applied to entries, and as bytes. */
import type { KnowledgeEntries } from '../contract/data.ts';
import type { KnowledgeLayout } from '../schema/layout.ts';

/** Block → `[dim, dim]`; a row of the block is multiplied from the left. */
export type BlockMaps = Map<string, Float64Array>;

/** The entries with each block mapped; they themselves if there is no map. */
export function mapEntries(layout: KnowledgeLayout, maps: BlockMaps, entries: KnowledgeEntries): KnowledgeEntries {
  const { kind, ids } = entries;
  if (maps.size === 0) return entries;
  const width = layout.widths[kind];
  const values = Float32Array.from(entries.values);
  for (const { name, dim, offset } of layout.blocks[kind]) {
    const map = maps.get(name);
    if (map === undefined) continue;
    for (let row = 0; row < ids.length; row++) {
      const start = row * width + offset;
      values.set(mapRow(entries.values, start, dim, map), start);
    }
  }
  return { ...entries, values };
}

/** `dim` numbers from `start` on, times the map. */
export function mapRow(values: Float32Array, start: number, dim: number, map: Float64Array): Float64Array {
  const sums = new Float64Array(dim);
  for (let i = 0; i < dim; i++) {
    const value = values[start + i];
    if (value !== 0) for (let j = 0; j < dim; j++) sums[j] += value * map[i * dim + j];
  }
  return sums;
}

/** A line of JSON with names and sizes, then the numbers. */
export function mapsToBytes(maps: BlockMaps): Uint8Array {
  const head = `${JSON.stringify([...maps].map(([name, { length }]) => [name, length]))}\n`;
  return Buffer.concat([
    Buffer.from(head),
    ...[...maps.values()].map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  ]);
}

export function mapsFromBytes(bytes: Uint8Array | undefined): BlockMaps {
  const maps: BlockMaps = new Map();
  if (bytes === undefined) return maps;
  let at = bytes.indexOf(10) + 1;
  for (const [name, length] of JSON.parse(Buffer.from(bytes.subarray(0, at)).toString()) as [string, number][]) {
    maps.set(name, new Float64Array(Uint8Array.from(bytes.subarray(at, (at += 8 * length))).buffer));
  }
  return maps;
}
