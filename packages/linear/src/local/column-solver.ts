/** Columns of B, a few items at a time, on one thread: regressors, content products, ridge regression. */
import type { GramSettings } from '../solve/gram.ts';
import { createRegressorReader, type RegressorSources, type Regressors } from './regressors.ts';
import { createRidgeSolver, openContentProducts } from './ridge.ts';
import type { Columns } from './shared-data.ts';

export interface ColumnSolver {
  /**
   * @param items at most `RIDGE_BATCH`
   * @param first position of the first column in `into`
   * @throws LorekeepError `LINEAR_NOT_DEFINITE`
   */
  solve(items: readonly number[], into: Columns, first: number): Promise<void>;
  close(): Promise<void>;
}

/** @param width that of the columns */
export async function openColumnSolver(
  sources: RegressorSources,
  settings: GramSettings,
  width: number,
): Promise<ColumnSolver> {
  const { items, pairs, texts } = sources;
  const { lambda, beta } = settings;
  const used = beta > 0 ? texts : undefined;
  const read = createRegressorReader(sources, beta, width);
  const ridge = createRidgeSolver(items, pairs, settings, width);
  const products = used && (await openContentProducts(width, used));
  const own = used && new Float32Array(used.dim);

  function hasText(item: number): boolean {
    used!.gather([item], own!);
    return own!.some((value) => value !== 0);
  }

  return {
    async solve(batch, into, first) {
      const found: Regressors[] = batch.map((item) => {
        const { ids, cross, count } = read(item);
        return { ids: ids.slice(), cross: cross.slice(), count };
      });
      const squares = await products?.of(found);
      for (const [at, regressors] of found.entries()) {
        const column = first + at;
        const item = batch[at];
        const diagonal = pairs.diagonal[item] + lambda + (used !== undefined && hasText(item) ? beta : 0);
        const from = column * width;
        into.lengths[column] = regressors.count;
        into.ids.set(regressors.ids, from);
        into.margins.set(marginsOf(regressors), from);
        into.diagonal[column] = ridge.solve(
          item,
          regressors,
          diagonal,
          squares?.subarray(at * width * width, (at + 1) * width * width),
          into.weights.subarray(from, from + width),
        );
      }
    },
    async close() {
      await products?.close();
    },
  };
}

/**
 * How far each entry is above the least one. If there is room for more regressors, all of them stay
 * until their entry is 0.
 */
function marginsOf({ ids, cross, count }: Regressors): Float32Array {
  const least = count < ids.length ? 0 : Math.abs(cross[count - 1]);
  return cross.map((value, at) => (at < count ? Math.abs(value) - least : 0));
}
