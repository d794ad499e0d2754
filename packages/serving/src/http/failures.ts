/** Answers that are not a success, by status, for the schemas of routes. */
import { errorSchema } from './schemas.ts';

/** Answers that every route can give. */
export const failures = {
  400: errorSchema.describe('The request is not valid.'),
  403: errorSchema.describe('The Host header names another host, or the key may not do this.'),
  408: errorSchema.describe('The request took too long to arrive.'),
  417: errorSchema.describe('The Expect header is not supported.'),
  431: errorSchema.describe('The headers are too large.'),
  500: errorSchema.describe('The service failed; its log has the cause.'),
  503: errorSchema.describe(
    'The model is loading, too many requests are waiting, the workspace can only be read, or the service is shutting down.',
  ),
};
export const bodyFailures = {
  413: errorSchema.describe('The body is too large.'),
  415: errorSchema.describe('The body is not uncompressed JSON in UTF-8.'),
};
export const notFound = (what: string) => ({ 404: errorSchema.describe(`There is no such ${what}.`) });
/** Answers of every route that asks for a key; `/openapi.json` adds them. */
export const keyFailures = {
  401: errorSchema.describe('The key is missing, unknown, revoked or expired.'),
  429: errorSchema.describe('The key has sent more requests than it may.'),
};
/** Answers of routes for lists, whose requests name items, scenarios and cursors. */
export const listFailures = {
  404: errorSchema.describe('There is no such item or scenario.'),
  410: errorSchema.describe('The version that the cursor belongs to is not served any more: start again.'),
};
