/** The columns of items and of users. */
import { isMissing } from '../values/missing.ts';
import { COLUMN_SYNONYMS, plainName } from './columns.ts';
import { valuesOf } from './sample.ts';
import { type Finding, knownName, type Search, stemOf } from './search.ts';
import {
  mayNameItemId,
  mentions,
  namesId,
  namesItemId,
  namesTime,
  namesUser,
  namesUserMail,
  wordsOf,
} from './words.ts';

/** Of the sampled values, the share that makes the catalogue's ids a proof, and that excludes them. */
const DECISIVE = 0.9;
const EXCLUDED = 0.5;
/** With fewer distinct values, ids may agree by chance. */
const MIN_VALUES = 3;

const PLAIN_ID = 'id';
const isPlainId = (name: string) => plainName(name) === PLAIN_ID;

/** Names that a catalogue may have beside the id that its log uses. */
const WEAK_NAMES = new Set(
  ['sku', 'isbn', 'stock_code', 'product_code', 'variant_sku', 'lineitem_sku', 'id'].map(plainName),
);
const isWeak = (name: string) => WEAK_NAMES.has(plainName(name));

export async function findItemColumn(search: Search): Promise<Finding> {
  return search.role === 'items' ? findCatalogueId(search) : findEventItem(search);
}

async function findEventItem(search: Search): Promise<Finding> {
  const { free, surroundings, sample } = search;
  const otherIds = sample.names.some((name) => !isPlainId(name) && namesId(wordsOf(name)));
  // The `id` of a row is that of the event, not of the item, if other columns have ids too.
  const candidates = otherIds ? free.filter((name) => !isPlainId(name)) : free;
  // The column that the catalogue has too: its ids are those of the catalogue.
  const shared = candidates.filter(
    (name) =>
      surroundings.catalogueColumns.some((column) => plainName(column) === plainName(name)) && namesId(wordsOf(name)),
  );
  if (shared.length === 1) return { column: shared[0] };
  const inside = knownName('item', candidates) === undefined ? findInside(candidates, sample) : undefined;
  if (inside !== undefined && 'candidates' in inside) return inside;
  const known = knownName('item', candidates) ?? inside?.column;
  if (known !== undefined && !isWeak(known)) return { column: known };
  const ids = candidates.filter((name) => mayNameItemId(wordsOf(name)) || namesItemId(wordsOf(name)));
  const stems = surroundings.catalogueFiles.map(stemOf);
  const ofFile = ids.filter((name) => stems.some((stem) => mentions(wordsOf(name), stem)));
  if (ofFile.length === 1) return { column: ofFile[0] };
  if (known !== undefined) {
    // A log of orders may have the id and the SKU; the catalogue shows which of them is its own.
    const others = candidates.filter((name) => namesId(wordsOf(name)) && !namesUser(wordsOf(name)));
    const columns = [...new Set([known, ...others])];
    const shown = await byCatalogue(search, columns, columns);
    return shown !== undefined && 'column' in shown ? shown : { column: known };
  }
  const ofItem = ids.filter((name) => namesItemId(wordsOf(name)));
  if (ofItem.length === 1) return { column: ofItem[0] };
  const plausible = ids.length > 0 ? ids : candidates.filter((name) => !isOtherwiseNamed(name));
  return byCatalogue(search, plausible, ids);
}

/**
 * A path whose last name is a known one: `line_items.product_id`. Of several, the one that has a value
 * in every record in which another has one. Without such a path, each has items of its own.
 */
function findInside(names: readonly string[], sample: Search['sample']): Finding {
  const paths = names.filter((name) => name.includes('.'));
  const lastOf = (path: string) => path.replace(/^.*\./, '');
  const last = knownName(
    'item',
    paths.map(lastOf).filter((name) => namesItemId(wordsOf(name))),
  );
  if (last === undefined) return undefined;
  const candidates = paths.filter((path) => lastOf(path) === last);
  const filled = candidates.map((path) => {
    const at = sample.names.indexOf(path);
    return new Set(sample.rows.keys().filter((row) => !isMissing(sample.rows[row][at])));
  });
  const widest = filled.findIndex((rows) => filled.every((others) => others.isSubsetOf(rows)));
  return widest < 0 ? { candidates } : { column: candidates[widest] };
}

const isOtherwiseNamed = (name: string) => {
  const words = wordsOf(name);
  return namesUser(words) || namesTime(words) || /\b(type|rating|quantity|price|count|session)\b/.test(words.join(' '));
};

/** The only column of which nearly all values are ids of the catalogue. */
async function byCatalogue({ sample, surroundings }: Search, columns: string[], ids: string[]): Promise<Finding> {
  const { knownShare } = surroundings;
  if (knownShare === undefined) {
    if (ids.length === 1) return { column: ids[0] };
    return ids.length > 1 ? { candidates: ids } : undefined;
  }
  const shares = new Map<string, number>();
  for (const column of columns) {
    const values = [...new Set(valuesOf(sample, column))];
    shares.set(column, values.length < MIN_VALUES && !ids.includes(column) ? 0 : await knownShare(values));
  }
  const decisive = columns.filter((column) => shares.get(column)! >= DECISIVE);
  const excluded = columns.filter((column) => shares.get(column)! < EXCLUDED);
  if (decisive.length === 1 && excluded.length === columns.length - 1) return { column: decisive[0] };
  const open = columns.filter((column) => shares.get(column)! > 0);
  if (open.length > 0) return { candidates: open };
  return ids.length > 0 ? { candidates: ids } : undefined;
}

async function findCatalogueId({ sample, free, surroundings }: Search): Promise<Finding> {
  const known = knownName('item', free);
  if (known !== undefined && !isWeak(known)) return { column: known };
  const unique = free.filter((name) => namesId(wordsOf(name)) && identifies(sample, name));
  const inLog = idOfLog(known, unique, surroundings.logColumns ?? []);
  if (inLog !== undefined) return { column: inLog };
  const stems = [...surroundings.catalogueFiles, sample.file].map(stemOf);
  const ofFile = unique.filter((name) => stems.some((stem) => mentions(wordsOf(name), stem)));
  if (ofFile.length === 1 && known !== undefined && isPlainId(known) && !haveSameValues(sample, [known, ofFile[0]])) {
    return { candidates: [known, ofFile[0]] };
  }
  if (ofFile.length === 1) return { column: ofFile[0] };
  if (known !== undefined) return { column: known };
  const ofItem = unique.filter((name) => namesItemId(wordsOf(name)));
  if (ofItem.length === 1) return { column: ofItem[0] };
  if (unique.length === 1) return { column: unique[0] };
  return unique.length > 1 ? { candidates: unique } : undefined;
}

/**
 * The id by which the log knows the items: the one that both name. If the log has an item's id under
 * another name than the catalogue's SKU, it is the plain id: `product_id` is the `id` of a product.
 */
function idOfLog(known: string | undefined, unique: readonly string[], log: readonly string[]): string | undefined {
  const isInLog = (name: string) => log.some((column) => plainName(column) === plainName(name));
  const shared = unique.filter((name) => !isPlainId(name) && isInLog(name));
  if (shared.length > 0) return shared.length === 1 ? shared[0] : undefined;
  if (known === undefined || isPlainId(known) || !log.some((name) => namesItemId(wordsOf(name)))) return undefined;
  const isSkuInLog = log.some((name) => wordsOf(name).at(-1) === wordsOf(known).at(-1) && isWeak(name));
  return isInLog(known) || isSkuInLog ? undefined : unique.find(isPlainId);
}

/** Whether each row has a value of its own. */
function identifies(sample: Search['sample'], name: string): boolean {
  const values = valuesOf(sample, name);
  return values.length > 0 && new Set(values).size === Math.min(sample.rows.length, 1000);
}

/** Of these names, the first that a file has is the user; the others name people in other roles too. */
const CLEAR_USERS = COLUMN_SYNONYMS.user.slice(0, 5);

export function findUserColumn({ sample, free, role }: Search): Finding {
  if (role === 'items') return undefined;
  const present = CLEAR_USERS.flatMap((synonym) => free.filter((name) => plainName(name) === plainName(synonym)));
  // An export leaves `user_id` empty if the shop has no accounts.
  const first = present.find((name) => hasValues(sample, name));
  if (first !== undefined) return { column: first };
  const named = free.filter((name) => namesUser(wordsOf(name)) && hasValues(sample, name));
  const ids = named.filter((name) => namesId(wordsOf(name)));
  const people = ids.length > 0 ? ids : named;
  if (people.length > 0) return oneOf(sample, people);
  const login = LOGINS.map((word) => free.find((name) => plainName(name) === word)).find((name) => name !== undefined);
  if (login !== undefined && hasValues(sample, login)) return { column: login };
  const mails = free.filter((name) => namesUserMail(wordsOf(name)));
  if (mails.length > 0) return oneOf(sample, mails);
  const empty = free.filter((name) => namesUser(wordsOf(name)));
  if (present.length > 0) return { column: present[0] };
  if (empty.length === 1) return { column: empty[0] };
  const ownId = role === 'users' ? free.find(isPlainId) : undefined;
  if (ownId !== undefined) return { column: ownId };
  const visits = free.filter((name) => /^(session|device|cookie|fingerprint|ip)\b/.test(wordsOf(name).join(' ')));
  return visits.length > 0 ? { candidates: visits } : undefined;
}

/** Names by which sites know their users, or their browsers, where there is no id of a user. */
const LOGINS = ['username', 'nickname', 'login', 'domainuserid', 'networkuserid'];

const hasValues = (sample: Search['sample'], name: string) => valuesOf(sample, name).some((value) => !isMissing(value));

/** The only column, or the first if all have the same values. */
function oneOf(sample: Search['sample'], columns: string[]): Finding {
  return haveSameValues(sample, columns) ? { column: columns[0] } : { candidates: columns };
}

function haveSameValues(sample: Search['sample'], columns: string[]): boolean {
  return new Set(columns.map((column) => valuesOf(sample, column).join('\n'))).size === 1;
}
