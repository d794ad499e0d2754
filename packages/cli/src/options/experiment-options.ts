/** The options of `experiments`. */
import { Option } from 'commander';
import { integer, number } from './parsers.ts';

export interface ExperimentOptions {
  scenario: string;
  arm: string[];
  metric?: 'ctr' | 'cvr' | 'value';
  clicks?: string[];
  conversions?: string[];
  alpha?: number;
  planned?: number;
  minimalEffect?: number;
}

export const experimentOptions = () => [
  new Option('--scenario <name>', 'scenario whose requests take part').makeOptionMandatory(),
  new Option(
    '--arm <version...>',
    'versions of scenarios, such as home@1 or home@2=3 with a weight; the first is the control',
  ).makeOptionMandatory(),
  new Option('--metric <name>', 'what decides (default: ctr)').choices(['ctr', 'cvr', 'value']),
  new Option('--clicks <type...>', 'types of events that are clicks (default: click)'),
  new Option('--conversions <type...>', 'types of events that are purchases (default: purchase)'),
  new Option(
    '--alpha <share>',
    'how often arms without a difference may be told apart, over all looks (default: .05)',
  ).argParser(number([0.0001, 0.5])),
  new Option('--planned <n>', 'lists at which the intervals are to be narrowest (default: 20000)').argParser(
    integer([100, 1_000_000_000]),
  ),
  new Option('--minimal-effect <n>', 'differences of the metric below this do not matter (default: 0)').argParser(
    number([0, 1_000_000]),
  ),
];
