import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKnowledgeStore } from '@lorekeep/knowledge';
import { knowledgeConformance } from '@lorekeep/knowledge/conformance';

knowledgeConformance('file', async () => {
  const root = await mkdtemp(join(tmpdir(), 'lorekeep-knowledge-'));
  return {
    open: (options) => openKnowledgeStore(root, options),
    dispose: () => rm(root, { recursive: true, force: true }),
  };
});
