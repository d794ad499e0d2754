/**
 * A service in a process of its own, for tests that kill it. Arguments: workspace, lexical encoder
 * file, operation options as JSON.
 */
import { join } from 'node:path';
import { loadLexicalEncoder } from '@lorekeep/encoder';
import { openEngine } from '@lorekeep/recommender';
import { openStore } from '@lorekeep/store';
import { createServer } from '../src/index.ts';

const [workspace, encoderFile, operation = '{}'] = process.argv.slice(2);
const store = await openStore(join(workspace, 'lorekeep.sqlite'));
const encoder = await loadLexicalEncoder(encoderFile);
const server = createServer(openEngine({ workspace, store, encoder }), {
  ...{ port: 0, logLevel: 'error' },
  operation: JSON.parse(operation),
});
console.log(await server.listen());
