/**
 * Snowplow's self-describing JSON as its analytics SDKs write it: one key for each schema with its
 * major version, `contexts_com_acme_list_1`. Events that have these keys already stay as they are.
 */
import { isObject } from './description.ts';

/** `iglu:com.acme/list/jsonschema/1-0-0` → `com_acme_list_1` */
function keyOf(schema: unknown): string | undefined {
  const [, vendor, name, major] = /^iglu:([^/]+)\/([^/]+)\/jsonschema\/(\d+)-\d+-\d+$/.exec(String(schema)) ?? [];
  if (vendor === undefined) return undefined;
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/[^\w]/g, '_')
    .toLowerCase();
  return `${vendor.replace(/[^\w]/g, '_').toLowerCase()}_${words}_${major}`;
}

/** `unstruct_event` and `contexts` may also be texts of JSON, as in tables. */
function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

export function flattenSnowplow(line: Record<string, unknown>): Record<string, unknown> {
  const flat = { ...line };
  const event = parsed(line.unstruct_event);
  if (isObject(event) && isObject(event.data)) {
    const key = keyOf(event.data.schema);
    if (key !== undefined) flat[`unstruct_event_${key}`] = event.data.data;
  }
  for (const contexts of [parsed(line.contexts), parsed(line.derived_contexts)]) {
    if (!isObject(contexts) || !Array.isArray(contexts.data)) continue;
    for (const entity of contexts.data.filter(isObject)) {
      const key = keyOf(entity.schema);
      if (key === undefined) continue;
      const list = (flat[`contexts_${key}`] ??= []) as unknown[];
      list.push(entity.data);
    }
  }
  return flat;
}
