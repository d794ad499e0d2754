export { errors as linearErrors } from './errors.ts';
export { symmetricEigen } from './factors/eigen.ts';
export {
  type Factors,
  leadingFactors,
  OVERSAMPLING,
} from './factors/leading-factors.ts';
export { createThin, inverseCholesky, orthonormal, sortedEigen, type Thin } from './factors/thin-matrices.ts';
export type { UserChange, UserRow } from './live/live-rows.ts';
export type { RegressedRows } from './local/neighbour-rows.ts';
export {
  CANDIDATES,
  type CandidateSource,
  type Candidates,
  createCandidateSource,
  RECENT,
  recentItems,
} from './model/candidates.ts';
export { LINEAR_FILE, type LinearSummary, readLinear, saveLinear } from './model/file.ts';
export { type FitLinearOptions, fitLinear, type LinearModel } from './model/fit.ts';
export { type ItemModel, type ItemModelOptions, openItemModel } from './model/item-model.ts';
export { DENSE_ITEMS, openSolutions, type SolutionOptions, type Solutions } from './model/solution.ts';
export { clearSolutions, type Solution, type SolutionCache } from './model/solution-cache.ts';
export { rowArrays, rowsIn } from './model/sparse-row-arrays.ts';
export { linearOptions } from './options.ts';
export {
  type LinearSettings,
  USUAL_WITHOUT_CONTENT,
} from './search/search.ts';
export { type GramSettings, type Interactions, interactionsOf, largestWeights } from './solve/gram.ts';
export { strongestNeighbours } from './solve/neighbours.ts';
export { type SolveContext, solveItems } from './solve/solve.ts';
export { diagonalOf, type SymmetricTiles } from './solve/tiles.ts';
