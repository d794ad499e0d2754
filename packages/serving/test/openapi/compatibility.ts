/**
 * Whether clients of a published OpenAPI document go on working with a newer one. What a client could
 * send must still be accepted; what it could rely on in an answer must still be there. Additions are
 * no breaks: operations, optional parameters, statuses of errors, properties of answers, and further
 * values of an enumeration in an answer.
 */

type Json = any;

/** All breaks, each as the place and what is wrong there; none if there are none. */
export function breaksOf(published: Json, current: Json): string[] {
  const compare = createComparison(published, current);
  for (const [path, methods] of Object.entries<Json>(published.paths))
    for (const [method, operation] of Object.entries<Json>(methods)) {
      const found = current.paths[path]?.[method];
      if (found === undefined) compare.report(`${method} ${path}`, 'is gone');
      else compareOperations(compare, `${method} ${path}`, operation, found);
    }
  return compare.found;
}

function compareOperations(compare: Comparison, at: string, old: Json, now: Json): void {
  if (old.operationId !== now.operationId) compare.report(at, `is called ${now.operationId}, not ${old.operationId}`);
  const scopes = ({ security = [] }: Json) => security.flatMap((one: Json) => Object.values(one).flat()).join();
  if (scopes(now) !== '' && scopes(now) !== scopes(old)) compare.report(at, `asks for the scope ${scopes(now)}`);
  const parameters = ({ parameters = [] }: Json): [string, Json][] =>
    parameters.map((one: Json) => [`${one.in} ${one.name}`, one]);
  const known = new Map(parameters(old));
  const given = new Map(parameters(now));
  for (const [name, parameter] of known) {
    const found = given.get(name);
    if (found === undefined) compare.report(`${at}, ${name}`, 'is gone');
    else compare.request(`${at}, ${name}`, parameter.schema, found.schema);
  }
  for (const [name, { required }] of given)
    if (required && !known.get(name)?.required) compare.report(`${at}, ${name}`, 'is required now');
  if (now.requestBody?.required && !old.requestBody?.required) compare.report(`${at}, body`, 'is required now');
  for (const [type, { schema }] of Object.entries<Json>(old.requestBody?.content ?? {})) {
    const found = now.requestBody?.content[type];
    if (found === undefined) compare.report(`${at}, body`, `is not taken as ${type} any more`);
    else compare.request(`${at}, body`, schema, found.schema);
  }
  for (const [status, answer] of Object.entries<Json>(old.responses)) {
    const found = now.responses[status];
    if (found === undefined && status.startsWith('2')) compare.report(`${at}, ${status}`, 'is gone');
    for (const [type, { schema }] of Object.entries<Json>(found === undefined ? {} : (answer.content ?? {}))) {
      const content = found.content?.[type];
      if (content === undefined) compare.report(`${at}, ${status}`, `is not answered as ${type} any more`);
      else compare.response(`${at}, ${status}`, schema, content.schema);
    }
  }
}

interface Comparison {
  found: string[];
  report(at: string, what: string): void;
  /** Every value that fits `old` must fit `now`. */
  request(at: string, old: Json, now: Json): void;
  /** Every value that fits `now` must have what `old` promises. */
  response(at: string, old: Json, now: Json): void;
}

/** Limits of which a lower one accepts less, and those of which a higher one does. */
const UPPER = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'];
const LOWER = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'];

function createComparison(oldRoot: Json, nowRoot: Json): Comparison {
  const found: string[] = [];
  const report = (at: string, what: string) => void found.push(`${at} ${what}`);
  /** Schemas may contain themselves. */
  const seen = new Set<string>();
  const isNew = (direction: string, old: Json, now: Json) => {
    if (old?.$ref === undefined && now?.$ref === undefined) return true;
    const key = `${direction} ${old?.$ref ?? JSON.stringify(old)} ${now?.$ref ?? JSON.stringify(now)}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  };

  /** Whether one schema can stand for another, without reporting why not. */
  function fits(direction: 'request' | 'response', old: Json, now: Json): boolean {
    const trial = createComparison(oldRoot, nowRoot);
    trial[direction]('', old, now);
    return trial.found.length === 0;
  }

  function properties(at: string, direction: 'request' | 'response', old: Json, now: Json): void {
    for (const [name, schema] of Object.entries<Json>(old.properties ?? {})) {
      const place = `${at}.${name}`;
      const next = now.properties?.[name];
      if (next !== undefined) self[direction](place, schema, next);
      else if (direction === 'response' || now.additionalProperties === false) report(place, 'is gone');
    }
  }

  const self: Comparison = {
    found,
    report,
    request(at, oldSchema, nowSchema) {
      if (!isNew('request', oldSchema, nowSchema)) return;
      const old = resolved(oldRoot, oldSchema);
      const now = resolved(nowRoot, nowSchema);
      const variants = variantsOf(now);
      if (variants.length > 1 || variantsOf(old).length > 1) {
        for (const one of variantsOf(old))
          if (!variants.some((other) => fits('request', one, other))) report(at, `takes less than ${brief(one)}`);
        if (old.properties === undefined) return;
      }
      const lost = typesOf(old).filter((type) => !accepts(typesOf(now), type));
      if (lost.length > 0) report(at, `does not take ${lost.join(' and ')} any more`);
      const values = (now.const === undefined ? now.enum : [now.const]) as Json[] | undefined;
      const before = (old.const === undefined ? old.enum : [old.const]) as Json[] | undefined;
      if (values !== undefined && !(before ?? [undefined]).every((value) => values.includes(value)))
        report(at, `takes only ${JSON.stringify(values)}`);
      for (const name of UPPER)
        if (now[name] < (old[name] ?? Number.POSITIVE_INFINITY)) report(at, `has the limit ${name} ${now[name]}`);
      for (const name of LOWER)
        if (now[name] > (old[name] ?? Number.NEGATIVE_INFINITY) && !isTrivial(name, now[name]))
          report(at, `has the limit ${name} ${now[name]}`);
      if (now.pattern !== undefined && now.pattern !== old.pattern) report(at, `has the pattern ${now.pattern}`);
      for (const name of now.required ?? [])
        if (!(old.required ?? []).includes(name)) report(`${at}.${name}`, 'is required now');
      properties(at, 'request', old, now);
      if (old.items !== undefined && now.items !== undefined) self.request(`${at}[]`, old.items, now.items);
    },
    response(at, oldSchema, nowSchema) {
      if (!isNew('response', oldSchema, nowSchema)) return;
      const old = resolved(oldRoot, oldSchema);
      const now = resolved(nowRoot, nowSchema);
      const variants = variantsOf(old);
      if (variants.length > 1 || variantsOf(now).length > 1) {
        for (const one of variantsOf(now))
          if (!variants.some((other) => fits('response', other, one))) report(at, `can be ${brief(one)} too`);
        return;
      }
      const added = typesOf(now).filter((type) => !accepts(typesOf(old), type));
      if (added.length > 0) report(at, `can be ${added.join(' and ')} now`);
      for (const name of old.required ?? [])
        if (now.properties?.[name] !== undefined && !(now.required ?? []).includes(name))
          report(`${at}.${name}`, 'can be absent now');
      properties(at, 'response', old, now);
      if (old.items !== undefined && now.items !== undefined) self.response(`${at}[]`, old.items, now.items);
    },
  };
  return self;
}

function resolved(root: Json, schema: Json): Json {
  if (schema?.$ref === undefined) return schema ?? {};
  const steps = schema.$ref.replace(/^#\//, '').split('/');
  return steps.reduce((place: Json, step: string) => place?.[step], root) ?? schema;
}

const variantsOf = (schema: Json): Json[] => schema.anyOf ?? schema.oneOf ?? [schema];

const ALL = ['array', 'boolean', 'null', 'number', 'object', 'string'];

function typesOf(schema: Json): string[] {
  if (schema.type !== undefined) return [schema.type].flat();
  const values = schema.const === undefined ? schema.enum : [schema.const];
  return values === undefined ? ALL : [...new Set<string>(values.map((value: Json) => typeof value))];
}

const accepts = (types: readonly string[], type: string) =>
  types.includes(type) || (type === 'integer' && types.includes('number'));

/** A limit that no value breaks. */
const isTrivial = (name: string, limit: number) => limit === 0 && name !== 'minimum' && name !== 'exclusiveMinimum';

const brief = (schema: Json) => JSON.stringify(schema).slice(0, 80);
