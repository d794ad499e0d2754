/** Parts that the schemas of all requests are made of. */
import { MAX_ID_LENGTH } from '@lorekeep/store';
import { z } from 'zod';

/**
 * A text of at most `max` code points. A lone surrogate has no UTF-8 form: the store would replace
 * it, and two different ids would become one.
 */
export const text = (max: number, min = 0) =>
  z
    .string()
    .min(min)
    .max(max)
    .refine((value) => value.isWellFormed(), 'The text has a lone surrogate, which is not valid Unicode.');

/** Most unknown keys that a message names, and the longest part of one. */
const NAMED_KEYS = 3;
const NAMED_KEY_LENGTH = 40;

/**
 * An object with these keys only. The message for another key says which ones there are.
 * @param elsewhere where other values belong
 */
export function strictObject<const Shape extends z.core.$ZodLooseShape>(shape: Shape, elsewhere = '') {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `Unknown ${issue.keys.length === 1 ? 'key' : 'keys'} ${namedKeys(issue.keys)}. Allowed: ${Object.keys(shape).join(', ')}${elsewhere}.`
        : undefined,
  });
}

function namedKeys(keys: readonly string[]): string {
  const cut = (key: string) => (key.length <= NAMED_KEY_LENGTH ? key : `${key.slice(0, NAMED_KEY_LENGTH)}…`);
  const named = keys.slice(0, NAMED_KEYS).map((key) => `"${cut(key)}"`);
  return named.join(', ') + (keys.length > named.length ? ` and ${keys.length - named.length} more` : '');
}

/** Values by name. The number of names is checked before the values, which may be many. */
export function fieldsOf<Value extends z.ZodType>(value: Value, max: number) {
  const record = z.record(text(100, 1), value).meta({ maxProperties: max });
  const counted = z.preprocess((input, context) => {
    if (typeof input !== 'object' || input === null || Object.keys(input).length <= max) return input;
    context.addIssue(`At most ${max} fields.`);
    return z.NEVER;
  }, record);
  return counted as unknown as z.ZodType<z.output<typeof record>, z.input<typeof record>>;
}

export const idSchema = text(MAX_ID_LENGTH, 1);
