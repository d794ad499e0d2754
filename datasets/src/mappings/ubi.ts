/**
 * Lines of UBI indexes as tools export them: `{_id, _source}`, or the pairs of the bulk API, an
 * action and a document. A document of the index of queries has no action of a user.
 */
import { isObject } from './description.ts';

/** What a line without an action of a user is reported as. */
const QUERY = 'query';

export function unwrapUbi(line: Record<string, unknown>): Record<string, unknown> {
  const event = isObject(line._source) ? { ...line._source, _id: line._id } : line;
  if (event.action_name !== undefined) return event;
  const isBulkAction = Object.keys(line).length === 1 && (isObject(line.index) || isObject(line.create));
  const isQuery = event.user_query !== undefined || event.query_response_id !== undefined;
  return isBulkAction || isQuery ? { ...event, action_name: QUERY } : event;
}
