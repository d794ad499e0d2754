/**
 * A small shop as it is meant, and the same as cells: every value in one of the forms in which shops
 * write it. The reader is not used here, so that both can be compared.
 */
import type { Random } from '@lorekeep/core';

export interface Meant {
  items: { id: string; title?: string; price?: number; categories?: string[] }[];
  events: { user: string; item: string; seconds?: number; type?: string; rating?: number }[];
}

/** One file before it is written: the names of its columns, and the cells of its rows. */
export interface Cells {
  names: string[];
  rows: string[][];
  /** Columns whose cells are numbers in JSON and Parquet. */
  numbers: Set<string>;
  /** Rows that are malformed on purpose. */
  malformed: number;
}

export const pick = <T>(random: Random, list: readonly T[]): T => list[random.int(list.length)];
const chance = (random: Random, percent: number) => random.int(100) < percent;

const WORDS = ['lamp', 'Café', 'naïve', 'red', '6" wide', 'a, b', 'p|q', 'c; d', 'über', '10%', "it's", '<b>x</b>'];
const WIDE = ['灯', '茶碗', 'مرحبا', '🙂', 'tab\there', 'two\nlines'];
const GENRES = ['Drama', 'Film-Noir', 'Home & Garden', 'Sci-Fi', 'Kinder'];
const MISSING = ['', '', 'nan', 'NaN', 'None', 'NULL', 'null', 'undefined', 'N/A', '\\N'];

const ID_KINDS = {
  int: (n: number) => `${100 + n}`,
  padded: (n: number) => `000${12 + n}`,
  long: (n: number) => `12345678901234${500 + n}`,
  sku: (n: number) => `AB-${n}/x.${n}`,
  composed: (n: number) => `Crème-Ångström ${n}`,
  wide: (n: number) => `商品-${n}🙂`,
  digest: (n: number) => `${n}e${n}0a${n}ff`,
} satisfies Record<string, (n: number) => string>;
type IdKind = keyof typeof ID_KINDS;

/** How the ids of one column are written. */
function idForm(random: Random, kind: IdKind): { write: (id: string) => string; isNumber: boolean } {
  if (kind === 'int') {
    const form = pick(random, ['text', 'number', 'float']);
    return { write: (id) => (form === 'float' ? `${id}.0` : id), isNumber: form !== 'text' };
  }
  if (kind === 'long') return { write: (id) => id, isNumber: chance(random, 50) };
  const form = pick(random, ['plain', 'blanks', 'NFD']);
  return {
    write(id) {
      if (form === 'NFD') return id.normalize(chance(random, 50) ? 'NFD' : 'NFC');
      return form === 'blanks' && chance(random, 50) ? `${id} ` : id;
    },
    isNumber: false,
  };
}

const pad = (n: number) => String(n).padStart(2, '0');
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

const day = (d: Date) => `${d.getUTCFullYear()}-${pad(d.getUTCMonth() + 1)}-${pad(d.getUTCDate())}`;
const clock = (d: Date) => `${pad(d.getUTCHours())}:${pad(d.getUTCMinutes())}:${pad(d.getUTCSeconds())}`;
const shifted = (d: Date, hours: number) => new Date(d.getTime() + 3_600_000 * hours);
const half = (d: Date) =>
  `${d.getUTCHours() % 12 || 12}:${pad(d.getUTCMinutes())}:${pad(d.getUTCSeconds())} ${d.getUTCHours() < 12 ? 'AM' : 'PM'}`;

interface TimeForm {
  write: (d: Date, random: Random) => string;
  /** What is left of the seconds. Default: all of them. */
  unit?: number;
  isNumber?: boolean;
}

const TIME_FORMS: Record<string, TimeForm> = {
  s: { write: (d) => `${d.getTime() / 1000}`, isNumber: true },
  ms: { write: (d) => `${d.getTime()}`, isNumber: true },
  us: { write: (d) => `${d.getTime()}000`, isNumber: true },
  ns: { write: (d) => `${d.getTime()}000000`, isNumber: true },
  'float s': { write: (d) => `${(d.getTime() / 1000).toFixed(1)}`, isNumber: true },
  'ISO Z': { write: (d) => d.toISOString() },
  'ISO blank': { write: (d) => `${day(d)} ${clock(d)}` },
  'ISO offset': { write: (d) => `${day(shifted(d, 2))}T${clock(shifted(d, 2))}+02:00` },
  'ISO offset apart': { write: (d) => `${day(shifted(d, -5))} ${clock(shifted(d, -5))} -0500` },
  'ISO mixed': { write: (d, random) => (chance(random, 50) ? d.toISOString() : `${day(d)} ${clock(d)}`) },
  'ISO UTC': { write: (d) => `${day(d)} ${clock(d)} UTC` },
  day: { write: day, unit: 86_400 },
  'digits of a day': { write: (d) => day(d).replaceAll('-', ''), unit: 86_400, isNumber: true },
  digits: { write: (d) => `${day(d)}${clock(d)}`.replace(/[-:]/g, ''), isNumber: true },
  basic: { write: (d) => `${day(d).replaceAll('-', '')}T${clock(d).replaceAll(':', '')}Z` },
  'RFC 2822': { write: (d) => d.toUTCString() },
  ctime: {
    write: (d) =>
      `${DAYS[d.getUTCDay()]} ${MONTHS[d.getUTCMonth()]} ${pad(d.getUTCDate())} ${clock(d)} +0000 ${d.getUTCFullYear()}`,
  },
  named: { write: (d) => `${MONTHS[d.getUTCMonth()]} ${d.getUTCDate()}, ${d.getUTCFullYear()}`, unit: 86_400 },
  'day first': { write: (d) => `${day(d).split('-').reverse().join('/')} ${clock(d)}` },
  'day first, dots': { write: (d) => day(d).split('-').reverse().join('.'), unit: 86_400 },
  'month first': { write: (d) => `${d.getUTCMonth() + 1}/${d.getUTCDate()}/${d.getUTCFullYear()} ${half(d)}` },
  'year of two digits': {
    write: (d) => `${pad(d.getUTCDate())}/${pad(d.getUTCMonth() + 1)}/${String(d.getUTCFullYear()).slice(2)}`,
    unit: 86_400,
  },
  Excel: { write: (d) => String(d.getTime() / 86_400_000 + 25_569), isNumber: true },
};

const grouped = (price: number, thousands: string, decimal: string) => {
  const [whole, cents] = price.toFixed(2).split('.');
  return whole.replace(/\B(?=(\d{3})+$)/g, thousands) + decimal + cents;
};
const PRICE_FORMS: [name: string, write: (price: number) => string, isNumber?: boolean][] = [
  ['number', (price) => String(price), true],
  ['decimals', (price) => price.toFixed(2), true],
  ['decimal comma', (price) => price.toFixed(2).replace('.', ',')],
  ['thousands', (price) => grouped(price, ',', '.')],
  ['European', (price) => grouped(price, '.', ',')],
  ['dollars', (price) => `$${grouped(price, ',', '.')}`],
  ['euros', (price) => `${grouped(price, '.', ',')} €`],
  ['code', (price) => `${price.toFixed(2)} EUR`],
  ['code first', (price) => `USD ${grouped(price, ',', '.')}`],
  ['francs', (price) => `CHF ${grouped(price, "'", '.')}`],
  ['whole', (price) => String(Math.floor(price)), true],
  ['whole thousands', (price) => grouped(Math.floor(price), ',', '.').replace('.00', '')],
];

export interface Shop {
  meant: Meant;
  items: Cells;
  events: Cells;
  /** The forms that were drawn, for messages. */
  forms: Record<string, string>;
}

/** @param wide characters beyond Windows-1252, tabs and line breaks occur */
export function createShop(random: Random, wide: boolean): Shop {
  const kinds = (Object.keys(ID_KINDS) as IdKind[]).filter((kind) => wide || kind !== 'wide');
  const [itemKind, userKind] = [pick(random, kinds), pick(random, kinds)];
  const items = createItems(random, itemKind, wide);
  const events = createEvents(random, itemKind, userKind, items.meant.length);
  return {
    meant: { items: items.meant, events: events.meant },
    items: items.cells,
    events: events.cells,
    forms: { itemKind, userKind, price: items.price, time: events.time },
  };
}

const NAMES = {
  item: ['item_id', 'product_id', 'sku', 'movieId', 'article_id'],
  title: ['title', 'name', 'product_name', 'Title'],
  price: ['price', 'Variant Price', 'regular_price', 'preis'],
  categories: ['categories', 'genres', 'category'],
  user: ['user_id', 'userId', 'customer_id', 'visitorid', 'Kundennummer'],
  time: ['timestamp', 'event_time', 'created_at', 'date', 'ts', 'Datum'],
  type: ['event_type', 'event', 'behavior', 'action'],
  rating: ['rating', 'overall', 'stars'],
};

function createItems(random: Random, kind: IdKind, wide: boolean) {
  const form = idForm(random, kind);
  const [price, writePrice, isNumber] = pick(random, PRICE_FORMS);
  const isWhole = price.startsWith('whole');
  const words = wide ? [...WORDS, ...WIDE] : WORDS;
  const divider = pick(random, ['|', ' > ', 'JSON', 'Python']);
  const names = {
    id: pick(random, NAMES.item),
    title: pick(random, NAMES.title),
    price: pick(random, NAMES.price),
    categories: pick(random, NAMES.categories),
  };
  const meant: Meant['items'] = [];
  const rows = Array.from({ length: 3 + random.int(6) }, (_, n) => {
    const id = ID_KINDS[kind](n);
    const title = chance(random, 90) ? [`Thing ${n}`, pick(random, words), pick(random, words)].join(' ') : undefined;
    const cents = pick(random, [5, 199, 1990, 129_910, 112_500, 1_234_567]) + random.int(3) * 100;
    const amount = chance(random, 90) ? (isWhole ? Math.floor(cents / 100) : cents / 100) : undefined;
    const categories = chance(random, 90) ? GENRES.filter(() => chance(random, 40)) : [];
    meant.push({ id, title, price: amount, categories: categories.length === 0 ? undefined : categories });
    const list =
      divider === 'JSON'
        ? JSON.stringify(categories)
        : divider === 'Python'
          ? `['${categories.join("', '")}']`
          : categories.join(divider);
    return [
      form.write(id),
      title ?? '',
      amount === undefined ? pick(random, MISSING) : writePrice(amount),
      categories.length === 0 ? '' : list,
    ];
  });
  const numbers = new Set([...(form.isNumber ? [names.id] : []), ...(isNumber ? [names.price] : [])]);
  return { meant, price, cells: { names: Object.values(names), rows, numbers, malformed: 0 } };
}

function createEvents(random: Random, itemKind: IdKind, userKind: IdKind, items: number) {
  const [itemForm, userForm] = [idForm(random, itemKind), idForm(random, userKind)];
  const time = chance(random, 5) ? 'none' : pick(random, Object.keys(TIME_FORMS));
  const names = {
    user: pick(random, NAMES.user),
    item: pick(random, NAMES.item),
    time: pick(random, NAMES.time),
    type: pick(random, NAMES.type),
    rating: pick(random, NAMES.rating),
  };
  const meant: Meant['events'] = [];
  let malformed = 0;
  const { write, unit = 1, isNumber }: TimeForm = TIME_FORMS[time] ?? { write: () => '' };
  const rows = Array.from({ length: 4 + random.int(9) }, () => {
    const seconds = 1_300_000_000 + random.int(400_000_000);
    const [user, item] = [ID_KINDS[userKind](random.int(4)), ID_KINDS[itemKind](random.int(items))];
    const type = pick(random, ['view', 'purchase', 'add_to_cart']);
    const rating = chance(random, 80) ? pick(random, [1, 2.5, 5]) : undefined;
    const isBad = chance(random, 4);
    if (isBad) malformed++;
    else
      meant.push({
        user,
        item,
        type,
        rating,
        seconds: time === 'none' ? undefined : Math.floor(seconds / unit) * unit,
      });
    return [
      isBad ? pick(random, MISSING) : userForm.write(user),
      itemForm.write(item),
      write(new Date(seconds * 1000), random),
      type,
      rating === undefined ? pick(random, MISSING) : String(rating),
    ];
  });
  const numbers = new Set([names.rating]);
  if (userForm.isNumber) numbers.add(names.user);
  if (itemForm.isNumber) numbers.add(names.item);
  if (isNumber) numbers.add(names.time);
  const kept = time === 'none' ? [0, 1, 3, 4] : [0, 1, 2, 3, 4];
  const cells = {
    names: kept.map((at) => Object.values(names)[at]),
    rows: rows.map((row) => kept.map((at) => row[at])),
    numbers,
    malformed,
  };
  return { meant, time, cells };
}
