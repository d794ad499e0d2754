/**
 * A service in a process of its own, for tests that kill it. Arguments: workspace, lexical encoder
 * file.
 */
import { join } from 'node:path';
import { loadLexicalEncoder } from '@lorekeep/encoder';
import { openEngine } from '@lorekeep/recommender';
import { openStore } from '@lorekeep/store';
import { createServer } from '../src/index.ts';

const [workspace, encoderFile] = process.argv.slice(2);
const store = await openStore(join(workspace, 'lorekeep.sqlite'));
const encoder = await loadLexicalEncoder(encoderFile);
const server = createServer(openEngine({ workspace, store, encoder }), { port: 0, logLevel: 'error' });
console.log(await server.listen());
