/**
 * Which column of a file holds which field, before the file is read as a whole: the names that the
 * caller gives, a known layout, the known names in their order, and then names whose words say what
 * they are. Values decide only where they are decisive. What stays open is a question to the
 * caller, never a guess.
 */
import { errors } from '../errors.ts';
import { isMissing } from '../values/missing.ts';
import { type ColumnNames, EVENT_FIELDS, type FieldName, ITEM_FIELDS, isUnread, plainName } from './columns.ts';
import { findItemColumn, findUserColumn } from './find-ids.ts';
import { findTimeColumn } from './find-time.ts';
import { type Layout, layoutOf } from './layouts.ts';
import { examplesOf, type FileSample, valuesOf } from './sample.ts';
import { type FileRole, type Finding, knownName, type Search, type Surroundings } from './search.ts';
import { looksImportant, wordsOf } from './words.ts';

export interface Recognised {
  layout?: Layout;
  columns: ReadonlyMap<FieldName, string>;
  /** Columns that are not read and whose names look as if they mattered. */
  unread: string[];
  /** Of these, numbers of pieces that are negative in some lines, as those of returns. */
  negative: string[];
}

/** A column that may hold a field; `values` are examples. */
export interface Candidate {
  column: string;
  values: string[];
}

const FIELDS: Readonly<Record<FileRole, readonly FieldName[]>> = {
  items: ITEM_FIELDS,
  events: EVENT_FIELDS,
  users: ['user'],
};

/** @throws LorekeepError `IMPORT_COLUMN_QUESTION` */
export async function recogniseColumns(
  sample: FileSample,
  role: FileRole,
  given: ColumnNames,
  surroundings: Surroundings,
): Promise<Recognised> {
  const fields = FIELDS[role];
  const layout = layoutOf(role, sample.names);
  const columns = new Map<FieldName, string>();
  const free = () => sample.names.filter((name) => ![...columns.values()].includes(name));
  const reserved = Object.values(given);
  for (const field of fields) {
    const name = given[field];
    if (name !== undefined && sample.names.includes(name)) columns.set(field, name);
  }
  const open = (field: FieldName) => !columns.has(field) && !isUnread(given[field]);
  for (const field of fields) {
    const named = layout?.fields?.[field];
    if (named === undefined || !open(field)) continue;
    // Each record must have an id, if the layout does not say which ones have none.
    const isId = role === 'items' && field === 'item' && layout?.required === undefined;
    const column = inLayout(sample, named, free(), isId ? sample.rows.length : 1);
    if (column !== undefined) columns.set(field, column);
  }
  for (const field of fields) {
    if (!open(field)) continue;
    const search = { sample, role, free: free().filter((name) => !reserved.includes(name)), surroundings };
    const found = await find(field, search);
    if (found === undefined) continue;
    if ('candidates' in found) {
      const candidates = found.candidates.map((column) => ({ column, values: examplesOf(sample, column) }));
      throw errors.IMPORT_COLUMN_QUESTION({ file: sample.file, field, candidates });
    }
    columns.set(field, found.column);
  }
  const unread = role !== 'events' ? [] : free().filter((name) => matters(sample, name));
  const inOrder = fields.flatMap((field) => (columns.has(field) ? [[field, columns.get(field)!] as const] : []));
  const negative = unread.filter(
    (name) => isQuantity(name) && valuesOf(sample, name).some((value) => /^-\d/.test(value)),
  );
  return { ...(layout === undefined ? {} : { layout }), columns: new Map(inOrder), unread, negative };
}

const isQuantity = (name: string) =>
  /\b(quantity|qty|units|pieces|menge|anzahl|cantidad|quantite|quantidade|quantita)\b/.test(wordsOf(name).join(' '));

/** The first column of a layout that has at least `least` values, or else the first that is there. */
function inLayout(
  sample: FileSample,
  named: readonly string[],
  free: readonly string[],
  least: number,
): string | undefined {
  const found = named
    .map((name) => free.find((column) => plainName(column) === plainName(name)))
    .filter((column) => column !== undefined);
  return found.find((column) => valuesOf(sample, column, least).length >= least) ?? found[0];
}

async function find(field: FieldName, search: Search): Promise<Finding> {
  if (field === 'item') return findItemColumn(search);
  if (field === 'user') return findUserColumn(search);
  if (field === 'timestamp') return findTimeColumn(search);
  const column = knownName(field, search.free) ?? byWords(field, search);
  // An id that repeats is not that of an event: the events would be taken for one.
  if (column !== undefined && field === 'id' && !isUnique(search.sample, column)) return undefined;
  return column === undefined ? undefined : { column };
}

/** Words that make a name that of a field which need not be there. */
const FIELD_WORDS: Partial<Record<FieldName, RegExp>> = {
  title:
    /^((product|item|book|movie|song|track|video|article|game|recipe|course|artikel|produkt) )?(title|name|titel|titulo|titre|nombre|nome|nom|bezeichnung)$/,
  brand: /^(\w+ )?(brand|vendor|manufacturer|hersteller|fabricante|marque|marke|marca)$/,
  categories: /^(\w+ )?(categor(y|ies|ie|ia|ias)|genres?|kategorien?|warengruppe)$/,
  description: /^(\w+ )?(description|beschreibung|descripcion|descricao)$/,
  price:
    /^((unit|list|regular|item|product|variant|current|selling) )?(price|preis|precio|prix|preco|prezzo)( (usd|eur|gbp))?$/,
  type: /^(user )?(event|action|interaction|feedback|behaviou?r|activity) ?(type|name|kind)?$/,
  rating:
    /^((book|movie|user|review|item|product|star|my) )?(rating|stars|score|bewertung|note|calificacion|avaliacao)$/,
};

function byWords(field: FieldName, { free }: Search): string | undefined {
  const pattern = FIELD_WORDS[field];
  return pattern && free.find((name) => pattern.test(wordsOf(name).join(' ')));
}

function isUnique(sample: FileSample, name: string): boolean {
  const values = valuesOf(sample, name);
  return values.length > 1 && new Set(values).size === values.length;
}

function matters(sample: FileSample, name: string): boolean {
  if (!looksImportant(wordsOf(name))) return false;
  const values = valuesOf(sample, name).filter((value) => !isMissing(value));
  return new Set(values).size > 1 || (values.length === 1 && sample.rows.length === 1);
}
