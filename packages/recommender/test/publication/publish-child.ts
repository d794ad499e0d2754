/**
 * Publishes and kills itself at a stage. Arguments: workspace, bundle, lexical encoder file, stage.
 */
import { join } from 'node:path';
import { loadLexicalEncoder } from '@lorekeep/encoder';
import { openStore } from '@lorekeep/store';
import { publish } from '../../src/publication/publish.ts';

const [workspace, bundleDir, encoderFile, last] = process.argv.slice(2);
await publish({
  workspace,
  bundleDir,
  store: await openStore(join(workspace, 'lorekeep.sqlite')),
  encoder: await loadLexicalEncoder(encoderFile),
  progress: ({ stage }) => {
    if (stage === last) process.kill(process.pid, 'SIGKILL');
  },
});
