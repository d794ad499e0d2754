/** What the catalogue shows about the columns of a log. */
import type { Surroundings } from '../mapping/search.ts';
import type { StagedItems } from '../staging/stage-items.ts';
import { literal, type Staging } from '../staging/staging.ts';
import { isWholeFloat, readId } from '../values/ids.ts';
import type { ImportPlan } from './plan.ts';

export async function surroundingsOf(
  staging: Staging,
  { catalogues }: StagedItems,
  { itemFiles }: ImportPlan,
): Promise<Surroundings> {
  const columns = catalogues.map(({ recognised }) => recognised.columns.get('item'));
  const surroundings = {
    catalogueColumns: columns.filter((column) => column !== undefined),
    catalogueFiles: itemFiles.map(({ path }) => path),
  };
  if ((await staging.number('SELECT count(*) FROM known')) === 0) return surroundings;
  return {
    ...surroundings,
    async knownShare(ids) {
      const read = ids.map((id) => readId(id, isWholeFloat(id)).id).filter((id) => id !== undefined);
      if (read.length === 0) return 0;
      const found = await staging.number(
        `SELECT count(*) FROM (SELECT unnest([${read.map(literal).join(', ')}]) AS id) WHERE id IN (SELECT id FROM known)`,
      );
      return found / read.length;
    },
  };
}
