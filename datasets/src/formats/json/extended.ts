/** Values of MongoDB's Extended JSON, such as `{"$oid": "…"}`, as the plain values they stand for. */

/** Unwraps all of them inside a value. */
export function unwrapExtended(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrapExtended);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0][0].startsWith('$')) {
    const [[name, inner]] = entries;
    const plain = unwrap(name, unwrapExtended(inner));
    if (plain !== undefined) return plain;
  }
  return Object.fromEntries(entries.map(([name, inner]) => [name, unwrapExtended(inner)]));
}

function unwrap(name: string, inner: unknown): unknown {
  switch (name) {
    case '$oid':
    case '$uuid':
    case '$symbol':
      return typeof inner === 'string' ? inner : undefined;
    case '$numberInt':
    case '$numberLong':
    case '$numberDouble':
    case '$numberDecimal':
      return toNumber(inner);
    case '$date':
      return toDate(inner);
    default:
      return undefined;
  }
}

/** A number, or its digits if a double cannot represent it. */
function toNumber(inner: unknown): number | string | null | undefined {
  if (typeof inner === 'number') return inner;
  if (typeof inner !== 'string') return undefined;
  if (inner === 'NaN') return null;
  const value = Number(inner);
  if (!Number.isFinite(value)) return inner;
  return /^[-+]?\d+$/.test(inner) && !Number.isSafeInteger(value) ? inner : value;
}

/** A string of ISO 8601; a number is in milliseconds. */
function toDate(inner: unknown): string | undefined {
  if (typeof inner === 'string' && !/^-?\d+$/.test(inner)) return inner;
  const moment = new Date(Number(inner));
  return Number.isNaN(moment.getTime()) ? undefined : moment.toISOString();
}
