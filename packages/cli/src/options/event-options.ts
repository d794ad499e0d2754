/** The options that change what events mean, the same for `events`, `import` and `train`. */
import { EVENT_ROLES, type EventRole, type EventRules, MAX_WEIGHT, type RatingRule } from '@lorekeep/store';
import { changedEventRules, type EventRulesChange, type Workspace } from '@lorekeep/workspace';
import { InvalidArgumentError, Option } from 'commander';
import { number, pairs } from './parsers.ts';

export interface EventOptions {
  eventRole?: Record<string, EventRole>;
  eventWeight?: Record<string, number>;
  eventPreset?: EventRulesChange['preset'];
  ratings?: EventRulesChange['ratings'];
  minRating?: number;
}

export const eventOptions = (): Option[] => [
  new Option(
    '--event-role <type=role...>',
    `what events of a type mean: ${EVENT_ROLES.join(', ')} (default: by the name of the type)`,
  ).argParser(roles),
  new Option(
    '--event-weight <type=n...>',
    'how much positive events of a type count in training (default: 1)',
  ).argParser(weights),
  new Option(
    '--event-preset <name>',
    'by-name, or all-positive: whatever is not passive is positive, as in published protocols (default: by-name)',
  ).choices(['by-name', 'all-positive']),
  new Option(
    '--ratings <rule>',
    'what ratings mean: auto (by their scale), none (not used), N (N and more positive, less negative), or L:N (below L negative, up to N ignored; default: auto)',
  ).argParser(ratingRule),
  new Option('--min-rating <n>', 'the same as --ratings N').argParser(number([-1e9, 1e9])).conflicts('ratings'),
];

/** Changes the rules if an option says so. */
export async function applyEventOptions(workspace: Workspace, options: EventOptions): Promise<void> {
  const change = changeOf(options);
  if (change !== undefined) await workspace.changeEventRules(change);
}

/** The rules as the options leave them. @param dryRun change nothing in the workspace */
export async function eventRulesOf(workspace: Workspace, options: EventOptions, dryRun: boolean): Promise<EventRules> {
  if (!dryRun) await applyEventOptions(workspace, options);
  const rules = await workspace.store.eventRules();
  return dryRun ? changedEventRules(rules, changeOf(options) ?? {}) : rules;
}

function changeOf({ eventRole: roles, eventWeight: weights, eventPreset: preset, ...rated }: EventOptions) {
  const { minRating, ratings } = rated;
  const rule = minRating === undefined ? ratings : atLeast(minRating);
  const given = [roles, weights, preset, rule].some((value) => value !== undefined);
  return given ? { roles, weights, preset, ratings: rule } : undefined;
}

const atLeast = (least: number): RatingRule => ({ positiveFrom: least, negativeBelow: least });

function roles(text: string, before: Record<string, EventRole> = {}): Record<string, EventRole> {
  const [[type, role]] = Object.entries(pairs(text));
  if (!EVENT_ROLES.some((known) => known === role))
    throw new InvalidArgumentError(`The role must be one of ${EVENT_ROLES.join(', ')}.`);
  return { ...before, [type]: role as EventRole };
}

function weights(text: string, before: Record<string, number> = {}): Record<string, number> {
  const [[type, weight]] = Object.entries(pairs(text));
  const value = Number(weight);
  if (!(value > 0 && value <= MAX_WEIGHT))
    throw new InvalidArgumentError(`The weight must be above 0 and at most ${MAX_WEIGHT}.`);
  return { ...before, [type]: value };
}

function ratingRule(text: string): EventRulesChange['ratings'] {
  if (text === 'auto' || text === 'none') return text;
  const [negativeBelow, positiveFrom = negativeBelow, ...more] = text
    .split(':')
    .map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (more.length > 0 || !Number.isFinite(negativeBelow) || !(positiveFrom >= negativeBelow))
    throw new InvalidArgumentError('It must be auto, none, a number, or two numbers like 2:4, the lower first.');
  return { positiveFrom, negativeBelow };
}
