/**
 * Requests against their schemas. A request that is not valid is refused with every place that is
 * wrong.
 */
import type { LorekeepError } from '@lorekeep/core';
import { flattenIssues, MAX_BATCH, requestInvalid } from '@lorekeep/recommender';
import type { z } from 'zod';

type Validator = (data: unknown) => { value: unknown } | { error: LorekeepError };

/**
 * A batch with more problems than this is not checked to its end, so that refusing it costs little.
 */
const ENOUGH_ISSUES = 1000;

/**
 * A misspelt key is reported as unknown and, if it is required, as missing. The message of an error
 * has the first issue, and the unknown key says more.
 */
function unknownKeysFirst(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  const isUnknownKey = ({ code }: z.core.$ZodIssue) => code === 'unrecognized_keys';
  return [...issues.filter(isUnknownKey), ...issues.filter((issue) => !isUnknownKey(issue))];
}

/** Fastify's compiler of validators. */
export function validatorCompiler({ schema, httpPart }: { schema: unknown; httpPart?: string }): Validator {
  const prefix = httpPart === undefined || httpPart === 'body' ? [] : [httpPart === 'querystring' ? 'query' : httpPart];
  return (data) => {
    const result = (schema as z.ZodType).safeParse(data);
    if (result.success) return { value: result.data };
    return { error: requestInvalid(flattenIssues(unknownKeysFirst(result.error.issues), prefix)) };
  };
}

/** The same for a body that is one element or an array of 1 to `MAX_BATCH`. */
export const batchValidatorCompiler = (element: z.ZodType) => (): Validator => {
  const validateOne = validatorCompiler({ schema: element });
  return (data) => {
    if (!Array.isArray(data)) return validateOne(data);
    if (data.length === 0 || data.length > MAX_BATCH) {
      const message = `Expected 1 to ${MAX_BATCH} elements, received ${data.length}.`;
      return { error: requestInvalid([{ path: '', message }]) };
    }
    const value: unknown[] = [];
    const issues = [];
    for (let at = 0; at < data.length && issues.length < ENOUGH_ISSUES; at++) {
      const result = element.safeParse(data[at]);
      if (result.success) value.push(result.data);
      else issues.push(...flattenIssues(unknownKeysFirst(result.error.issues), [at]));
    }
    return issues.length === 0 ? { value } : { error: requestInvalid(issues) };
  };
};
