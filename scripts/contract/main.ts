/**
 * The published contract of the HTTP service: `pnpm contract` compares what the code serves with
 * `docs/reference/openapi.json`, and accepts additions: it writes the document and the types of
 * `packages/client` anew. It refuses a change that breaks clients, unless `--accept-breaks` is given.
 * `--print FILE` writes nothing and prints what FILE would be.
 *
 * This folder is a package of the workspace, because openapi-typescript needs a TypeScript with a
 * JavaScript API, which TypeScript 7 does not have.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { breaksOf } from '../../packages/serving/test/openapi/compatibility.ts';
import { publicPackages, ROOT } from '../build/packages.ts';
import { clientFiles } from './client-types.ts';
import { servedDocument } from './served-document.ts';

const DOCUMENT = 'docs/reference/openapi.json';
const CLIENT = publicPackages().find(({ name }) => name === '@lorekeep/client')?.folder ?? 'packages/client';

const { values } = parseArgs({ options: { 'accept-breaks': { type: 'boolean' }, print: { type: 'string' } } });

/** Of the repository, by path. */
async function filesOf(document: object): Promise<Map<string, string>> {
  const client = Object.entries(await clientFiles(document));
  return new Map([
    [DOCUMENT, `${JSON.stringify(document, null, 2)}\n`],
    ...client.map(([name, text]): [string, string] => [`${CLIENT}/src/generated/${name}`, text]),
  ]);
}

if (values.print !== undefined) {
  const published = JSON.parse(readFileSync(join(ROOT, DOCUMENT), 'utf8'));
  process.stdout.write((await filesOf(published)).get(values.print) ?? '');
} else {
  const document = await servedDocument();
  const breaks = breaksOf(publishedOr(document), document);
  if (breaks.length > 0) console.error(`Clients break:\n${breaks.map((line) => `- ${line}`).join('\n')}`);
  if (breaks.length > 0 && !values['accept-breaks']) {
    console.error('Nothing was written. If this is intended, run `pnpm contract --accept-breaks`.');
    process.exit(1);
  }
  for (const [path, text] of await filesOf(document)) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), text);
    console.log(`wrote ${path}`);
  }
}

function publishedOr(document: object): object {
  try {
    return JSON.parse(readFileSync(join(ROOT, DOCUMENT), 'utf8'));
  } catch {
    return document;
  }
}
