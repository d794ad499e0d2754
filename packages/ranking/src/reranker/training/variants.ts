/** The variants of EASE whose weights are features of the re-ranker. */
import type { Split } from '@lorekeep/evaluation';
import {
  type GramSettings,
  interactionsOf,
  openSolutions,
  type SolutionOptions,
  USUAL_WITHOUT_CONTENT,
} from '@lorekeep/linear';
import { type ItemStatistics, VARIANTS, type Variant } from '../statistics/item-statistics.ts';

/** λ of `loose` and β of `textual`, as factors of those of the linear model. */
const LOOSE_LAMBDA = 1 / 6;
const TEXTUAL_BETA = 5;

/**
 * Without text (β = 0), the linear model itself is solved from events alone, and `loose` is all
 * that remains.
 */
function settingsOf({ lambda, beta }: GramSettings): Partial<Record<Variant, GramSettings>> {
  const loose = { lambda: LOOSE_LAMBDA * lambda, beta };
  if (beta === 0) return { loose };
  return { loose, events: USUAL_WITHOUT_CONTENT, textual: { lambda, beta: TEXTUAL_BETA * beta } };
}

/**
 * @param content `[items × contentDim]` centred rows, `undefined` without content
 * @param settings those of the linear model
 * @returns for each variant its strongest neighbours and the diagonal of its P, `[items]`
 * @throws LorekeepError what `Solutions.solve` throws; `signal.reason` if stopped
 */
export async function solveVariants(
  split: Split,
  content: Float32Array | undefined,
  settings: GramSettings,
  options: SolutionOptions,
) {
  const wanted = settingsOf(settings);
  const neighbours: ItemStatistics['variants'] = {};
  const diagonals: Partial<Record<Variant, Float32Array>> = {};
  const solutions = openSolutions(interactionsOf(split), content, options);
  try {
    for (const variant of VARIANTS) {
      const own = wanted[variant];
      if (own === undefined) continue;
      const solved = await solutions.solve(own);
      neighbours[variant] = solved.neighbours;
      diagonals[variant] = solved.diagonal;
    }
  } finally {
    await solutions.close();
  }
  return { neighbours, diagonals };
}
