/**
 * Options as data: one table gives each option's type, check, default and meaning, and presets, the
 * command line and the reference pages are made from it.
 */
import { defineErrors, usage } from './errors.ts';

export const optionErrors = defineErrors({
  OPTION_INVALID: usage<{ name: string; value: unknown; allowed: string }>({
    message: ({ name, value, allowed }) =>
      `The option ${name} is ${JSON.stringify(value) ?? String(value)}; it must be ${allowed}.`,
  }),
  OPTION_UNKNOWN: usage<{ name: string; known: readonly string[]; meant?: string }>({
    message: ({ name }) => `There is no option "${name}".`,
    hint: ({ known, meant }) =>
      meant === undefined ? `The options are: ${known.join(', ')}.` : `Did you mean "${meant}"?`,
  }),
});

export interface Option<Value> {
  /** Of the default preset. */
  fallback: Value;
  isValid: (value: unknown) => boolean;
  /** What is valid, to follow "must be": `a whole number from 1 to 1000`. */
  allowed: string;
  /** What it means, in complete sentences. */
  meaning: string;
}

export const whole = (fallback: number, [low, high]: [number, number], meaning: string): Option<number> => ({
  fallback,
  isValid: (value) => Number.isInteger(value) && (value as number) >= low && (value as number) <= high,
  allowed: `a whole number from ${low} to ${high}`,
  meaning,
});

export const real = (fallback: number, [low, high]: [number, number], meaning: string): Option<number> => ({
  fallback,
  isValid: (value) => typeof value === 'number' && value >= low && value <= high,
  allowed: `a number from ${low} to ${high}`,
  meaning,
});

export const flag = (fallback: boolean, meaning: string): Option<boolean> => ({
  fallback,
  isValid: (value) => typeof value === 'boolean',
  allowed: 'true or false',
  meaning,
});

export const oneOf = <const Value extends string>(
  fallback: Value,
  values: readonly Value[],
  meaning: string,
): Option<Value> => ({
  fallback,
  isValid: (value) => values.includes(value as Value),
  allowed: values.map((value) => `"${value}"`).join(' or '),
  meaning,
});

// biome-ignore lint/suspicious/noExplicitAny: any option's value
export type OptionGroups = Record<string, Record<string, Option<any>>>;

/** The configuration that a table describes: group → option → value. */
export type Configuration<Groups extends OptionGroups> = {
  [Group in keyof Groups]: {
    [Name in keyof Groups[Group]]: Groups[Group][Name] extends Option<infer Value> ? Value : never;
  };
};

/** Some options of some groups. */
export type Overrides<Groups extends OptionGroups> = {
  [Group in keyof Groups]?: Partial<Configuration<Groups>[Group]>;
};

/** Every option's default. */
export function defaultsOf<Groups extends OptionGroups>(groups: Groups): Configuration<Groups> {
  return Object.fromEntries(
    Object.entries(groups).map(([group, options]) => [
      group,
      Object.fromEntries(Object.entries(options).map(([name, { fallback }]) => [name, fallback])),
    ]),
  ) as Configuration<Groups>;
}

/**
 * A configuration with single options replaced, each checked.
 *
 * @param overrides group → option → value, as a program or a file gives them
 * @throws LorekeepError `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function withOverrides<Groups extends OptionGroups>(
  groups: Groups,
  base: Configuration<Groups>,
  overrides: Record<string, unknown>,
): Configuration<Groups> {
  const known = Object.entries(groups).flatMap(([group, options]) =>
    Object.keys(options).map((name) => `${group}.${name}`),
  );
  const result = structuredClone(base) as Record<string, Record<string, unknown>>;
  for (const [group, given] of Object.entries(overrides)) {
    if (!Object.hasOwn(groups, group)) {
      const meant = known.find((name) => name.endsWith(`.${group}`));
      throw optionErrors.OPTION_UNKNOWN({ name: group, known: Object.keys(groups), meant });
    }
    if (given === null || typeof given !== 'object' || Array.isArray(given))
      throw optionErrors.OPTION_INVALID({ name: group, value: given, allowed: 'an object of options' });
    for (const [name, value] of Object.entries(given)) {
      const option = Object.hasOwn(groups[group], name) ? groups[group][name] : undefined;
      if (option === undefined)
        throw optionErrors.OPTION_UNKNOWN({ name: `${group}.${name}`, known: Object.keys(groups[group]) });
      const { isValid, allowed } = option;
      if (!isValid(value)) throw optionErrors.OPTION_INVALID({ name: `${group}.${name}`, value, allowed });
      result[group][name] = value;
    }
  }
  return result as Configuration<Groups>;
}
