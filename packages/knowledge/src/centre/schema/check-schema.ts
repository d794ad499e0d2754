/** What a schema may be. */
import { errors } from '../../errors.ts';
import type { KnowledgeBlock, KnowledgeSchema } from '../contract/data.ts';

/** Numbers of one entry, all blocks together. */
const MAX_WIDTH = 16_384;
const MAX_DIM = 4_096;
const MAX_BLOCKS = 64;

/** @throws LorekeepError `KNOWLEDGE_SCHEMA_INVALID` */
export function checkSchema(schema: KnowledgeSchema): void {
  const fail: (reason: string) => never = (reason) => {
    throw errors.KNOWLEDGE_SCHEMA_INVALID({ reason });
  };
  if (schema === null || typeof schema !== 'object') fail('it is no object');
  const names = new Set<string>();
  const claim = (name: unknown, what: string) => {
    if (typeof name !== 'string' || name.length < 1 || name.length > 100)
      fail(`the name of ${what} must have 1 to 100 characters`);
    if (names.has(name as string)) fail(`two parts are named "${name}"`);
    names.add(name as string);
  };
  for (const kind of ['user', 'item', 'userCategory'] as const) {
    const blocks = schema[kind];
    if (!Array.isArray(blocks) || blocks.length > MAX_BLOCKS)
      fail(`"${kind}" must be a list of 0 to ${MAX_BLOCKS} blocks`);
    for (const block of blocks) {
      claim(block?.name, `a block of "${kind}"`);
      if (!Number.isInteger(block.dim) || block.dim < 1 || block.dim > MAX_DIM)
        fail(`the dim of the block "${block.name}" must be a whole number from 1 to ${MAX_DIM}`);
      if (kind === 'userCategory' && block.factor)
        fail(`the block "${block.name}" of "userCategory" cannot be a factor`);
    }
    const width = blocks.reduce((sum, { dim }) => sum + dim, 0);
    if (width > MAX_WIDTH) fail(`the blocks of "${kind}" have ${width} numbers, more than ${MAX_WIDTH}`);
  }
  if (!Array.isArray(schema.interactions) || schema.interactions.length > MAX_BLOCKS)
    fail(`"interactions" must be a list of 0 to ${MAX_BLOCKS}`);
  const used = new Set<KnowledgeBlock>();
  for (const { name, user, item, kind } of schema.interactions) {
    claim(name, 'an interaction');
    const left = schema.user.find((block) => block.name === user);
    const right = schema.item.find((block) => block.name === item);
    if (left === undefined) fail(`the interaction "${name}" names the user block "${user}", which is missing`);
    if (right === undefined) fail(`the interaction "${name}" names the item block "${item}", which is missing`);
    if (left.dim !== right.dim) fail(`the interaction "${name}" joins blocks of ${left.dim} and ${right.dim} numbers`);
    if (kind !== 'product' && kind !== 'dot') fail(`the kind of the interaction "${name}" must be "product" or "dot"`);
    used.add(left).add(right);
  }
  const idle = [...schema.user, ...schema.item].find((block) => block.factor && !used.has(block));
  if (idle !== undefined) fail(`the factor "${idle.name}" belongs to no interaction`);
}
