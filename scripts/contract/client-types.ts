/** What the client takes from the OpenAPI document: its types, and a table of its operations. */
import openapiTypes, { astToString, type OpenAPI3 } from 'openapi-typescript';

const JSON_TYPE = 'application/json';
const HEAD = '// Written by `pnpm contract` from docs/reference/openapi.json.\n\n';

interface Operation {
  operationId: string;
  requestBody?: { content: Record<string, unknown> };
  responses: Record<string, unknown>;
}

/** @returns texts by name of the file */
export async function clientFiles(document: object): Promise<Record<string, string>> {
  // A property with a default may be left out of a request.
  const nodes = await openapiTypes(withoutErrors(document) as OpenAPI3, { defaultNonNullable: false });
  return { 'schema.ts': `${HEAD}${astToString(nodes)}`, 'operations.ts': `${HEAD}${operationTable(document)}` };
}

/** Every answer that is not a success is a `Problem`, so the types of operations need not repeat it. */
function withoutErrors(document: object): object {
  const copy = structuredClone(document) as { paths: Record<string, Record<string, Operation>> };
  for (const methods of Object.values(copy.paths))
    for (const operation of Object.values(methods))
      for (const status of Object.keys(operation.responses))
        if (Number(status) >= 400) delete operation.responses[status];
  return copy;
}

function operationTable(document: object): string {
  const { paths } = document as { paths: Record<string, Record<string, Operation>> };
  const rows = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, { operationId, requestBody }]) =>
        `  ${operationId}: ['${method.toUpperCase()}', '${path}'${mediaType(requestBody)}],\n`,
    ),
  );
  return `/** Method and path of every operation, and the type of a body that is not JSON. */\nexport const OPERATIONS = {\n${rows.sort().join('')}} as const;\n`;
}

function mediaType(body: Operation['requestBody']): string {
  const [type = JSON_TYPE] = Object.keys(body?.content ?? {});
  return type === JSON_TYPE ? '' : `, '${type}'`;
}
