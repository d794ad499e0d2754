/**
 * The columns of public files that have no header line, recognised by their name, separator and
 * number of columns.
 */
import type { TableSample } from '../formats/detect/detect-dialect.ts';

interface KnownHeader {
  file: RegExp;
  separators: string;
  columns: string[];
}

const GENRES_100K =
  'unknown Action Adventure Animation Children Comedy Crime Documentary Drama Fantasy Film-Noir Horror Musical Mystery Romance Sci-Fi Thriller War Western';

const KNOWN: KnownHeader[] = [
  // MovieLens 1M and 10M.
  { file: /^ratings\.dat/, separators: '::', columns: ['user_id', 'movie_id', 'rating', 'timestamp'] },
  { file: /^movies\.dat/, separators: '::', columns: ['movie_id', 'title', 'genres'] },
  // MovieLens 100K.
  {
    file: /^u(\.data|[1-5ab]\.(base|test))/,
    separators: '\t',
    columns: ['user_id', 'movie_id', 'rating', 'timestamp'],
  },
  {
    file: /^u\.item/,
    separators: '|',
    columns: ['movie_id', 'title', 'release_date', 'video_release_date', 'url', ...GENRES_100K.split(' ')],
  },
  // Taobao.
  {
    file: /^UserBehavior/i,
    separators: ',',
    columns: ['user_id', 'item_id', 'category', 'behavior', 'timestamp'],
  },
  // RecSys Challenge 2015; a session stands for a user.
  {
    file: /^yoochoose-(clicks|test)/,
    separators: ',',
    columns: ['user_id', 'timestamp', 'item_id', 'item_category'],
  },
  {
    file: /^yoochoose-buys/,
    separators: ',',
    columns: ['user_id', 'timestamp', 'item_id', 'item_price', 'quantity'],
  },
  // Amazon 2014 and 2018, ratings only; the second has the product first.
  { file: /^ratings_/, separators: ',', columns: ['user_id', 'item_id', 'rating', 'timestamp'] },
];

export function knownHeader({ path, separator, rows }: TableSample): string[] | undefined {
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  const width = rows[0].length;
  return KNOWN.find(
    (known) => known.file.test(name) && known.separators === separator && known.columns.length === width,
  )?.columns;
}
