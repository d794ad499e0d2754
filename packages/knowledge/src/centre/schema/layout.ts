/** Where each part of a schema lies: in the entries, and in K̂. */
import { sha256 } from '@lorekeep/core';
import type { KnowledgeBlock, KnowledgeSchema } from '../contract/data.ts';
import { checkSchema } from './check-schema.ts';

export const KINDS = ['user', 'item', 'userCategory'] as const;
export type Kind = (typeof KINDS)[number];

/** A block of a kind of entry. */
export interface PlacedBlock {
  name: string;
  dim: number;
  /** Among the blocks of its kind. */
  index: number;
  /** First number within the entry. */
  offset: number;
  /** First number within K̂; -1 for a factor, which is no part of it. */
  target: number;
}

export interface PlacedInteraction {
  name: string;
  kind: 'product' | 'dot';
  user: PlacedBlock;
  item: PlacedBlock;
  dim: number;
  target: number;
}

export interface KnowledgeLayout {
  schema: KnowledgeSchema;
  /** 16 hexadecimal digits. Equal for two schemas of the same form. */
  fingerprint: string;
  blocks: Record<Kind, PlacedBlock[]>;
  /** Numbers of one entry. */
  widths: Record<Kind, number>;
  interactions: PlacedInteraction[];
  /** Numbers of K̂. */
  width: number;
}

/** @throws LorekeepError `KNOWLEDGE_SCHEMA_INVALID` */
export function knowledgeLayout(schema: KnowledgeSchema): KnowledgeLayout {
  checkSchema(schema);
  let target = 0;
  const place = (blocks: KnowledgeBlock[]): PlacedBlock[] => {
    let offset = 0;
    return blocks.map(({ name, dim, factor = false }, index) => {
      const placed = { name, dim, index, offset, target: factor ? -1 : target };
      offset += dim;
      if (!factor) target += dim;
      return placed;
    });
  };
  const user = place(schema.user);
  const item = place(schema.item);
  const interactions = schema.interactions.map(({ name, kind, user: left, item: right }) => {
    const [userBlock, itemBlock] = [find(user, left), find(item, right)];
    const dim = kind === 'dot' ? 1 : userBlock.dim;
    const placed = { name, kind, user: userBlock, item: itemBlock, dim, target };
    target += dim;
    return placed;
  });
  const userCategory = place(schema.userCategory);
  const blocks = { user, item, userCategory };
  const width = (kind: Kind) => blocks[kind].reduce((sum, { dim }) => sum + dim, 0);
  return {
    schema,
    fingerprint: schemaFingerprint(schema),
    blocks,
    widths: { user: width('user'), item: width('item'), userCategory: width('userCategory') },
    interactions,
    width: target,
  };
}

const find = (blocks: PlacedBlock[], name: string) => blocks.find((block) => block.name === name) as PlacedBlock;

function schemaFingerprint(schema: KnowledgeSchema): string {
  const blocks = (list: KnowledgeBlock[]) => list.map(({ name, dim, factor = false }) => [name, dim, factor]);
  const form = [
    blocks(schema.user),
    blocks(schema.item),
    schema.interactions.map(({ name, user, item, kind }) => [name, user, item, kind]),
    blocks(schema.userCategory),
  ];
  return sha256(JSON.stringify(form)).slice(0, 16);
}
