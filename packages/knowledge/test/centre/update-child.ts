/** Updates one user after the other, with a line for each acknowledged one; the test kills it. */
import { openKnowledgeStore } from '@lorekeep/knowledge';
import { SPACE } from './shop.ts';

const store = await openKnowledgeStore(process.argv[2]);
for (let n = 0; ; n++) {
  const values = Float32Array.of(n, 77);
  await store.updateUsers(SPACE, 'v1', [{ kind: 'user', ids: [`u${n}`], values }]);
  console.log(n);
}
