/** A program of a stranger, compiled with the strictest settings against the installed library. */
import { type Filter, LorekeepError, openWorkspace, type Recommendations } from 'lorekeep';

const filter: Filter = { price: { max: 1_000_000 } };
const workspace = await openWorkspace('.lorekeep');
const engine = await workspace.engine();
try {
  const { items } = await engine.similar('sim-item-000003', { k: 1 });
  const answer: Recommendations = await engine.recommend({ history: ['sim-item-000003'], k: 5, filter });
  const refused: unknown = await engine.recommend({ user: 'ann', k: 0 }).catch((error: unknown) => error);
  if (!(refused instanceof LorekeepError) || refused.code !== 'REQUEST_INVALID') throw new Error('not refused');
  console.log(`${items.length + answer.items.length} items by the ${answer.source}`);
} finally {
  await engine.close();
  await workspace.close();
}
