/**
 * The General Knowledge Center (KEEP, section 4.4): knowledge of users, items and pairs of user and
 * category, addressed by (space, version, entity). A space is one kind of knowledge: KEEP's, the
 * towers', the language model's.
 *
 * The knowledge of a pair (u, i, c) is assembled when it is read, from three entries:
 * K̂ = [K̂_u, K̂_i, K̂_u·K̂_i, K̂_uc] (decomposition and degeneration). So N_u + N_i + N_uc entries
 * replace N_u × N_i.
 */

/** One part of an entry. */
export interface KnowledgeBlock {
  name: string;
  /** Numbers of the block. 1 to 4,096. */
  dim: number;
  /** Whether the block is only a factor of an interaction and is not itself part of K̂. Default false. */
  factor?: boolean;
}

/** How a block of the user and a block of the item give a part of K̂. */
export interface KnowledgeInteraction {
  name: string;
  /** Names of blocks of equal `dim`. */
  user: string;
  item: string;
  /** `product`: element by element, `dim` numbers. `dot`: the sum of these, one number. */
  kind: 'product' | 'dot';
}

/** What the entries of a version consist of. Two versions with one fingerprint have the same form. */
export interface KnowledgeSchema {
  user: KnowledgeBlock[];
  item: KnowledgeBlock[];
  interactions: KnowledgeInteraction[];
  userCategory: KnowledgeBlock[];
}

/** Entries of one kind. */
export interface KnowledgeEntries {
  kind: 'user' | 'item' | 'userCategory';
  /** Ids of users or items. For `userCategory`: ids of users. */
  ids: string[];
  /** `[ids.length]`, for `userCategory` only. */
  categories?: string[];
  /** `[ids.length, width]`, the blocks of the kind side by side. */
  values: Float32Array;
}

/** Which pairs to read: three lists of equal length. An item without category has ''. */
export interface KnowledgeQuery {
  users: string[];
  items: string[];
  categories: string[];
}

/** K̂ of each pair of a query. */
export interface KnowledgeBatch {
  /** `[pairs, width]`: user blocks, item blocks, interactions, user-category blocks; factors left out. */
  values: Float32Array;
  /** `[pairs, 3]`: 1 if the entry of the user, of the item, of user and category is there. */
  present: Uint8Array;
  /** The version whose entries were read. */
  version: string;
}
