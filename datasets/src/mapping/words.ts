/**
 * Names of columns as words: `user_pseudo_id`, `CustomerID` and `visitorid` all say that the column
 * has ids of people. English, and the usual words of German, Spanish, French and Portuguese.
 */

const list = (words: string) => new Set(words.split(/\s+/));

export const USER_WORDS = list(
  `user users customer customers visitor buyer reviewer member client shopper person patron borrower
  reader listener player viewer subscriber guest consumer purchaser rater student learner account
  anonymous kunde kunden kundin benutzer nutzer kaufer besucher cliente usuario usuaria comprador
  utilisateur acheteur visiteur abonne`,
);

export const ITEM_WORDS = list(
  `item items product products article articles sku movie book song track album video game app anime
  show film recipe news restaurant business hotel place venue poi listing offer course content media
  document post asin isbn gtin ean upc goods merchandise stock beer wine lineitem prod
  artikel produkt produkte ware buch producto articulo pelicula libro produit livre produto livro artigo`,
);

/** Words that make a name that of an identifier. */
const ID_WORDS = list(
  `id ids key no nr num number code uuid guid hash ref identifier pk kennung nummer numero codigo
  sku asin isbn gtin ean upc idx oid pseudo anonymous external internal`,
);

/** Ids of these are neither of items nor of people. */
const OTHER_ID_WORDS = list(
  `order orders transaction invoice session event request category categories brand store shop seller
  vendor merchant author city country region device cart basket payment coupon campaign row log record
  index line rating review visit tag genre department supplier warehouse group location type status
  search query impression slate list message cookie ip postal zip phone tax channel currency message`,
);

const TIME_WORDS = list(
  `time timestamp date datetime ts at updated created modified occurred day when epoch unix utc dat datum zeit zeitpunkt zeitstempel
  fecha momento heure quand horodatage data hora`,
);

/** With these, a word for time is a length of time, or the time of something else than the event. */
const NO_EVENT_TIME_WORDS = list(
  `watch play dwell spent duration elapsed delivery birth birthday expiry expires expiration zone
  format valid stay listening response load week month`,
);

const MATTERS_WORDS = list(
  `price amount revenue cost category categories genre rating stars score quantity qty count preis
  precio prix preco menge cantidad quantite quantidade`,
);

/** Words in front of `id`, `date`, `time` … in names without a sign between the words. */
const STEMS = new Set([
  ...USER_WORDS,
  ...ITEM_WORDS,
  ...OTHER_ID_WORDS,
  ...list('created updated purchase click view unix started ended'),
]);
const GLUED = /^(.+?)(id|ids|date|time|timestamp|code|name|number|no|key|nummer|nr|datum)$/;

/**
 * The words of a name in lower case, without accents. Of a path, the last name counts if its own
 * words say enough (`line_items.product_id`), or else the last two (`user.id`).
 */
export function wordsOf(name: string): string[] {
  const plain = name
    .replace(/:(token|float|token_seq|float_seq)$/, '')
    .replace(/\.\$(oid|date|numberLong|numberInt)$/i, '');
  const [last = plain, parent] = plain.split('.').filter(Boolean).reverse();
  const words = wordsOfName(last);
  return parent === undefined || saysEnough(words) ? words : [...wordsOfName(parent), ...words];
}

/** `product_id`, `created_at`; also `sku`, which names an item and says that it is an id. */
const saysEnough = (words: readonly string[]) =>
  words.length > 1
    ? has(words, USER_WORDS) || has(words, ITEM_WORDS) || has(words, TIME_WORDS)
    : ITEM_WORDS.has(words[0]) && ID_WORDS.has(words[0]);

function wordsOfName(name: string): string[] {
  const words = name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}$]+/u)
    .filter((word) => word !== '');
  return words.flatMap((word) => {
    const [, stem, rest] = GLUED.exec(word) ?? [];
    return stem !== undefined && STEMS.has(stem) ? [stem, rest] : [word];
  });
}

const has = (words: readonly string[], set: ReadonlySet<string>) => words.some((word) => set.has(word));

/** The last word says that the values are identifiers, or the first, as in `id_producto`. */
export function namesId(words: readonly string[]): boolean {
  return words.length > 0 && (ID_WORDS.has(words[words.length - 1]) || /^(id|codigo)$/.test(words[0]));
}

export function namesUser(words: readonly string[]): boolean {
  return has(words, USER_WORDS) && words.every((word) => USER_WORDS.has(word) || ID_WORDS.has(word));
}

/** The address of a person stands for the person where there is no id. */
export function namesUserMail(words: readonly string[]): boolean {
  const isMail = (word: string) => word === 'email' || word === 'mail';
  return words.some(isMail) && words.every((word) => isMail(word) || USER_WORDS.has(word) || word === 'e');
}

/** The words are of an item's id: `book_id`, `productCode`, `sku`. */
export function namesItemId(words: readonly string[]): boolean {
  return namesId(words) && has(words, ITEM_WORDS) && !has(words, USER_WORDS) && !has(words, OTHER_ID_WORDS);
}

/** The words are of an id that may be an item's: `recipe_id`, `xyz_id`, but not `order_id`. */
export function mayNameItemId(words: readonly string[]): boolean {
  return words.length > 1 && namesId(words) && !has(words, USER_WORDS) && !has(words, OTHER_ID_WORDS);
}

export function namesTime(words: readonly string[]): boolean {
  return has(words, TIME_WORDS) && !has(words, NO_EVENT_TIME_WORDS) && !(words.length === 1 && words[0] === 'at');
}

/** The name looks as if the column mattered: a time, an id, a price, a category, a rating, a number. */
export function looksImportant(words: readonly string[]): boolean {
  return namesTime(words) || namesId(words) || has(words, MATTERS_WORDS);
}

/** Whether one of the words is the noun in the singular or plural: `book` of `books.csv`. */
export function mentions(words: readonly string[], noun: string): boolean {
  return words.some((word) => singular(word) === singular(noun));
}

const singular = (word: string) =>
  word.endsWith('ies') ? `${word.slice(0, -3)}y` : word.length > 3 ? word.replace(/(?<=[sxz]|ch|sh)es$|s$/, '') : word;
