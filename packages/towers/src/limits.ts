/** Checks of single option values, each with the words that an error says it with. */

export type Check = (value: unknown) => boolean;

export const whole = (low: number, high: number): [Check, string] => [
  (value) => Number.isInteger(value) && (value as number) >= low && (value as number) <= high,
  `a whole number from ${low} to ${high}`,
];

export const real = (low: number, high: number): [Check, string] => [
  (value) => typeof value === 'number' && value >= low && value <= high,
  `a number from ${low} to ${high}`,
];

export const flag: [Check, string] = [(value) => typeof value === 'boolean', 'true or false'];

export const oneOf = (...values: string[]): [Check, string] => [
  (value) => values.includes(value as string),
  values.map((value) => `"${value}"`).join(' or '),
];
