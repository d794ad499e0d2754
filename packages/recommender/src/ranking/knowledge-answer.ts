/** Answers requests for knowledge: pairs from two lists, the names of the numbers, the newest version. */
import { type KnowledgeSchema, type KnowledgeStore, knowledgeErrors } from '@lorekeep/knowledge';
import { requestInvalid } from '../engine/request-invalid.ts';
import { errors } from '../errors.ts';
import { KEEP_SPACE, readKnowledge, type ServedQuery } from './served-knowledge.ts';
import type { KnowledgeAnswer, KnowledgeRequest } from './types.ts';

export const MAX_PAIRS = 10_000;

/**
 * @throws LorekeepError `REQUEST_INVALID`, `KNOWLEDGE_NOT_SERVED` if the space is empty, `KNOWLEDGE_VERSION_UNKNOWN`,
 *   `KNOWLEDGE_VERSION_MISMATCH` if no version can stand for the wanted one, `KNOWLEDGE_…`
 */
export async function knowledgeAnswer(centre: KnowledgeStore, request: KnowledgeRequest): Promise<KnowledgeAnswer> {
  const { space = KEEP_SPACE, version = 'latest', maxResidual } = request;
  const query = pairsOf(request);
  const versions = await centre.versions(space);
  const newest = versions.at(-1);
  if (newest === undefined) throw errors.KNOWLEDGE_NOT_SERVED();
  const wanted = version === 'latest' ? newest.version : version;
  // A version that another one stands for has the same parts: those of a chain have one form.
  const form =
    versions.find((one) => one.version === wanted) ??
    versions.find(({ alignment }) => wanted in (alignment?.chain ?? {}));
  if (form === undefined)
    throw knowledgeErrors.KNOWLEDGE_VERSION_UNKNOWN({
      space,
      version: wanted,
      versions: versions.map((one) => one.version),
    });
  if (request.categories !== undefined && form.schema.userCategory.length === 0)
    throw requestInvalid([
      {
        path: 'categories',
        message: `The version "${wanted}" of the space "${space}" has no entries by user and category: leave them out`,
      },
    ]);
  const { values, present, width, ageSeconds, residual, ...read } = await readKnowledge(centre, space, wanted, query, {
    maxResidual,
  });
  const schema = query.categories === undefined ? { ...form.schema, userCategory: [] } : form.schema;
  return {
    space,
    version: read.version,
    ageSeconds,
    residual,
    width,
    columns: columnNames(schema),
    values,
    present,
  };
}

function pairsOf({ users, items, categories }: KnowledgeRequest): ServedQuery {
  const lists = { users, items, ...(categories && { categories }) };
  const pairs = Math.max(...Object.values(lists).map(({ length }) => length));
  if (pairs > MAX_PAIRS) throw requestInvalid([{ path: '', message: `${pairs} pairs are more than ${MAX_PAIRS}` }]);
  const filled = (name: string, list: string[]) => {
    if (list.length === pairs) return list;
    if (list.length === 1) return Array.from({ length: pairs }, () => list[0]);
    throw requestInvalid([
      {
        path: name,
        message: `Expected 1 or ${pairs} elements, as many as the longest list has; received ${list.length}`,
      },
    ]);
  };
  return {
    users: filled('users', users),
    items: filled('items', items),
    ...(categories && { categories: filled('categories', categories) }),
  };
}

/** Names of the numbers of K̂, in their order: user, item, interactions, user and category. */
export function columnNames({ user, item, interactions, userCategory }: KnowledgeSchema): string[] {
  const named = (name: string, dim: number) =>
    dim === 1 ? [name] : Array.from({ length: dim }, (_, i) => `${name} ${i}`);
  const blocks = (list: KnowledgeSchema['user']) =>
    list.filter(({ factor = false }) => !factor).flatMap(({ name, dim }) => named(name, dim));
  const dimOf = (name: string) => user.find((block) => block.name === name)?.dim ?? 1;
  return [
    ...blocks(user),
    ...blocks(item),
    ...interactions.flatMap(({ name, kind, user: left }) => named(name, kind === 'dot' ? 1 : dimOf(left))),
    ...blocks(userCategory),
  ];
}
