/**
 * Numbers for the ids that a running ranker meets. Ids of the log keep their numbers, new ones get the
 * next number, and the fields of items and users follow the catalogue.
 */
import {
  type Field,
  type RankingData,
  type RankingEntities,
  updateItemFields,
  updateUserFields,
} from '@lorekeep/ranking';
import type { Item, UserRecord } from '@lorekeep/store';
import type { EventNumbers } from './sequences.ts';

export interface LiveEntities extends EventNumbers {
  /** What the ranker reads. It grows. */
  readonly entities: RankingEntities;
  /** The number of a surface; that of an unknown one has no name. */
  findSurface(name: string): number;
  /** Erases a user: the next request with this id is of an unknown one. Returns its number, if it had one. */
  forgetUser(id: string): number | undefined;
  updateItems(items: readonly Item[]): void;
  updateUsers(users: readonly UserRecord[]): void;
  /**
   * Numbers for one request. Ids that are not known get numbers that are free again after `release`,
   * so that requests with random ids take no memory.
   */
  borrow(user: string | undefined, items: readonly string[]): Borrowed;
}

export interface Borrowed {
  /** −1 without a user. */
  user: number;
  items: Int32Array;
  /** Whether the user, and each item, was known. */
  knowsUser: boolean;
  knowsItems: boolean[];
  release(): void;
}

/** No id is empty, so no vocabulary has it. */
const ERASED_OR_NEW = '';

export function createLiveEntities({ log, items, users }: RankingData): LiveEntities {
  const names = {
    userIds: [...log.userIds],
    itemIds: [...log.itemIds],
    surfaceNames: [...log.surfaceNames],
    outcomeNames: [...log.outcomeNames],
  };
  const fields = { items: items.map(copyOf), users: users.map(copyOf) };
  const numberOf = {
    user: new Map(names.userIds.map((id, at) => [id, at])),
    item: new Map(names.itemIds.map((id, at) => [id, at])),
  };
  // A user that the log does not have is unknown to the ranker, or was erased after it was trained: its
  // embedding must not be found by the id.
  const nameOf = (kind: 'user' | 'item', id: string) => (kind === 'user' ? ERASED_OR_NEW : id);
  const number = (kind: 'user' | 'item', list: string[], id: string) => {
    let at = numberOf[kind].get(id);
    if (at === undefined) {
      at = list.push(nameOf(kind, id)) - 1;
      numberOf[kind].set(id, at);
      clear(fields[`${kind}s`], at);
    }
    return at;
  };
  const position = (list: string[], name: string) => {
    const at = list.indexOf(name);
    return at >= 0 ? at : list.push(name) - 1;
  };
  const user = (id: string) => number('user', names.userIds, id);
  const item = (id: string) => number('item', names.itemIds, id);
  return {
    entities: { names, items: fields.items, users: fields.users },
    user,
    item,
    surface: (name) => position(names.surfaceNames, name),
    findSurface(name) {
      const at = names.surfaceNames.indexOf(name);
      return at >= 0 ? at : names.surfaceNames.length;
    },
    outcome: (type) => position(names.outcomeNames, type),
    forgetUser(id) {
      const at = numberOf.user.get(id);
      if (at === undefined) return undefined;
      numberOf.user.delete(id);
      names.userIds[at] = ERASED_OR_NEW;
      clear(fields.users, at);
      return at;
    },
    updateItems(given) {
      for (const one of given) updateItemFields(fields.items, item(one.id), one);
    },
    updateUsers(given) {
      for (const one of given) updateUserFields(fields.users, user(one.id), one);
    },
    borrow(id, ids) {
      const own = { users: names.userIds.length, items: names.itemIds.length };
      const known = id === undefined ? undefined : numberOf.user.get(id);
      if (id !== undefined && known === undefined) clear(fields.users, names.userIds.push(nameOf('user', id)) - 1);
      const knowsItems = ids.map((one) => numberOf.item.has(one));
      const numbers = Int32Array.from(ids, (one) => {
        const at = numberOf.item.get(one) ?? names.itemIds.push(one) - 1;
        if (at >= own.items) clear(fields.items, at);
        return at;
      });
      return {
        user: id === undefined ? -1 : (known ?? own.users),
        items: numbers,
        knowsUser: known !== undefined,
        knowsItems,
        release() {
          names.userIds.length = own.users;
          names.itemIds.length = own.items;
        },
      };
    },
  };
}

const copyOf = (field: Field): Field => ({ ...field, codes: field.codes.slice(), values: [...field.values] });

/** A number may have belonged to another id of an earlier request. */
function clear(fields: readonly Field[], at: number): void {
  for (const { codes } of fields) if (at < codes.length) codes[at] = -1;
}
