/** The options of `rank` and `knowledge`, each with its default and its limits in one place. */
import { DEFAULT_SEED, LIMITS } from '@lorekeep/workspace';
import { Option } from 'commander';
import { idList, integer, integerList, number, time } from './parsers.ts';

/** What a list of ids that contain commas looks like. */
const COMMAS = `one with a comma in double quotes: '"a,b",c'`;

const MAX_WINDOWS = 10_000;

export const outcome = () =>
  new Option(
    '--outcome <type>',
    'what is predicted: a type of events that follow impressions; purchase:click for a purchase among clicks',
  );
export const outcomes = (fallback: string) =>
  new Option(
    '--outcome <type,type,…>',
    `what is predicted: types of events that follow impressions; purchase:click for a purchase among clicks (default: ${fallback})`,
  ).argParser(idList);
export const surfaces = (fallback = 'all') =>
  new Option(
    '--surface <name,name,…>',
    `only impressions on these surfaces; ${COMMAS} (default: ${fallback})`,
  ).argParser(idList);
export const surface = () => new Option('--surface <name>', 'where the list is shown');
export const share = () =>
  new Option('--share <share>', 'share of the impressions that the ranker may train on, above 0 and up to 1')
    .argParser(number([1e-6, 1]))
    .default(1);
export const windowDays = () =>
  new Option('--window-days <n>', 'length of a window, which is scored before it is learned')
    .argParser(number([1e-3, 3650]))
    .default(2);
export const start = () =>
  new Option(
    '--start <time>',
    'start of the first window, a date (2026-03-01) or Unix seconds; earlier impressions are history (default: the first impression)',
  ).argParser(time);
export const warmUp = () =>
  new Option(
    '--warm-up <n>',
    'windows at the start that are learned and not scored (default: 2, or 1 of two)',
  ).argParser(integer([1, MAX_WINDOWS]));
export const seeds = () =>
  new Option('--seeds <n,n,…>', 'one run of everything per seed')
    .argParser(integerList(LIMITS.seed))
    .default([DEFAULT_SEED, DEFAULT_SEED + 1, DEFAULT_SEED + 2], '42,43,44');
export const evaluatedKnowledge = () =>
  new Option(
    '--knowledge <version>',
    'a published version, which has learned from none of the impressions that are scored (default: knowledge is pre-trained for each window)',
  );
export const withoutKnowledge = () => new Option('--no-knowledge', 'measure the ranker alone');
export const report = () => new Option('--report <file>', 'also write an HTML page with tables and plots');
export const usedKnowledge = () =>
  new Option('--knowledge <version>', 'a pre-trained version, or none (default: the newest, else none)');
export const model = () => new Option('--knowledge <version>', 'a pre-trained version (default: the newest)');
export const published = () => new Option('--knowledge <version>', 'a published version (default: the newest)');
export const fresh = () =>
  new Option('--fresh', 'learn the whole log anew, in place of the days since the last version').default(false);
export const historyUntil = () =>
  new Option(
    '--history-until <time>',
    'earlier impressions have an order but no times of their own: a date (2026-03-01) or Unix seconds (default: none)',
  ).argParser(time);
export const ranker = () => new Option('--ranker <version>', 'a trained version (default: the newest)');
export const rankedItems = () =>
  new Option('--items <id,id,…>', `what to rank; ${COMMAS}`).argParser(idList).makeOptionMandatory();
export const shown = () =>
  new Option('--history <id,id,…>', 'items shown before, oldest first, in place of the stored behaviours').argParser(
    idList,
  );
export const by = () => new Option('--by <outcome>', 'which outcome orders the items (default: the first)');
export const at = () =>
  new Option(
    '--at <time>',
    'time of the request, a date (2026-03-01) or Unix seconds, later than all that the ranker has learned (default: now)',
  ).argParser(time);
export const store = () =>
  new Option(
    '--store <place>',
    'General Knowledge Center: a folder, redis://HOST:PORT or redis+cluster://HOST:PORT,HOST:PORT (default: knowledge/centre in the workspace)',
  );
export const maxResidual = () =>
  new Option('--max-residual <n>', 'allow a version that is aligned to the wanted one with residuals up to this sum')
    .argParser(number([0, 10]))
    .default(0);
export const align = () =>
  new Option(
    '--align [version]',
    'map the entries onto this published version (default: the newest), for rankers that were trained with it',
  );
export const precision = () =>
  new Option('--precision <name>', 'how numbers are stored').choices(['fp32', 'fp16', 'int8']).default('fp32');
export const out = () => new Option('--out <file>', 'file to write: .parquet, .csv or .ndjson').makeOptionMandatory();
export const knownUsers = () =>
  new Option('--user <id,id,…>', `users; ${COMMAS}`).argParser(idList).makeOptionMandatory();
export const knownItems = () =>
  new Option('--items <id,id,…>', `items; ${COMMAS}`).argParser(idList).makeOptionMandatory();
export const knownCategories = () =>
  new Option(
    '--categories <name,name,…>',
    `also the knowledge of the user and a category: the first level of that of each item, or one for all; ${COMMAS}`,
  ).argParser(idList);
export const categoriesPerUser = () =>
  new Option(
    '--categories-per-user <n>',
    'entries by user and category: for the categories of the newest behaviours of each user; 0 for none',
  )
    .argParser(integer([0, 200]))
    .default(10);
export const categoryHalfLife = () =>
  new Option('--category-half-life <days>', 'age in days at which a behaviour counts half as much in its category')
    .argParser(number([0.01, 3650]))
    .default(30);
export const space = () => new Option('--space <name>', 'which kind of knowledge').default('keep');
export const seed = () =>
  new Option('--seed <n>', 'seed of every random choice').argParser(integer(LIMITS.seed)).default(DEFAULT_SEED);
export const threads = () => new Option('--threads <n>', 'CPU threads').argParser(integer(LIMITS.threads)).default(1);
export const publishedSpace = () =>
  new Option('--space <name>', 'what is published: knowledge of stage 1, vectors of texts, or the towers of a model')
    .choices(['keep', 'text', 'towers'])
    .default('keep');
export const publishedVersion = () =>
  new Option(
    '--knowledge <version>',
    'a pre-trained version; with --space towers, a trained model (default: the newest)',
  );
