/** The options of the commands that print a list: `recommend`, `similar`, `search`. */
import type { Boost, Filter } from '@lorekeep/recommender';
import { Option } from 'commander';
import { boosts, filters } from './conditions.ts';
import * as option from './options.ts';
import { integer, number } from './parsers.ts';

export interface ListCommandOptions {
  k?: number;
  exclude?: string[];
  filter?: Filter;
  boost?: Boost[];
  diversity?: number;
  scenario?: string;
  explain?: boolean;
  threads?: number;
}

const k = () =>
  new Option('-k <n>', 'number of items, 1 to 1000 (default: 10, or that of --scenario)').argParser(
    integer([1, 1_000]),
  );
export const filter = () =>
  new Option(
    '--filter <condition>',
    'only items that pass: brand=Acme, categories=toys|games, price<=20, title~blue kettle, colour!=red, several with &; or JSON as POST /v1/recommend takes it (repeatable)',
  ).argParser(filters);
const boost = () =>
  new Option(
    '--boost <condition*factor>',
    'move items that pass up (*2) or down (*0.5): brand=Acme*2; or JSON (repeatable)',
  ).argParser(boosts);
const diversity = () =>
  new Option('--diversity <lambda>', 'items unlike those before them first: 1 is off, 0 is most').argParser(
    number([0, 1]),
  );
const scenario = () => new Option('--scenario <name>', 'a stored scenario, or name@3 for a version of it');
const explain = () => new Option('--explain', 'show what each item has its score from');

/** Of all three. */
export const listOptions = () => [k(), filter(), option.exclude(), boost(), diversity(), scenario(), option.threads()];
export const explained = () => [...listOptions(), explain()];

/** What the request says. */
export function listRequestOf({ k, exclude, filter, boost, diversity, scenario }: ListCommandOptions) {
  return {
    ...{ k, exclude, filter, boosts: boost, scenario, withItems: true },
    diversity: diversity === undefined ? undefined : { lambda: diversity },
  };
}
