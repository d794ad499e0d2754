/** A filter as data: which items may be listed. `schema.ts` validates it; a test compares the two. */

/** A value of a field of an item that a filter compares with. */
export type FilterValue = string | number | boolean;

/** At least one is needed, and all that are given must hold. */
export interface NumberRange {
  gt?: number;
  gte?: number;
  lt?: number;
  lte?: number;
  /** The same as `gte`. */
  min?: number;
  /** The same as `lte`. */
  max?: number;
  /** Whether the item has the field. */
  exists?: boolean;
}

/** A condition on words. At least one is needed. */
export interface WordMatch {
  /** All words of this text occur in the field, in any order and case. Words are letters and digits. */
  match?: string;
  /** Whether the item has the field. */
  exists?: boolean;
}

/** A condition on a text that has one of several values. At least one is needed. */
export interface TextMatch extends WordMatch {
  /** Any of these. At most 1,000. */
  in?: string[];
}

/** At least one is needed, and all that are given must hold. */
export interface FieldMatch {
  /** Any of these. At most 1,000. */
  in?: FilterValue[];
  /** A number, or a date such as `2026-03-01` or `2026-03-01T12:00:00Z`. */
  gt?: number | string;
  gte?: number | string;
  lt?: number | string;
  lte?: number | string;
  /** The same as `gte`. */
  min?: number;
  /** The same as `lte`. */
  max?: number;
  match?: string;
  exists?: boolean;
}

/**
 * Which items may be recommended. All conditions must hold. A single value tests for equality, a
 * list for any of its values. If an item has a list (its categories, or a field of texts), one
 * matching element is enough. An item without the field passes only `exists: false`.
 */
export interface Filter {
  /** At most 1,000 ids. */
  id?: string | string[];
  title?: WordMatch;
  brand?: string | string[] | TextMatch;
  categories?: string | string[] | TextMatch;
  description?: WordMatch;
  price?: number | NumberRange;
  /** Conditions on `Item.fields`, by name. At most 20. */
  fields?: Record<string, FilterValue | FilterValue[] | FieldMatch>;
  /** All of these hold. 1 to 20. */
  and?: Filter[];
  /** At least one of these holds. 1 to 20. */
  or?: Filter[];
  /** This does not hold. */
  not?: Filter;
}
