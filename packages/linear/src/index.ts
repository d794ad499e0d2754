export { errors, errors as linearErrors } from './errors.ts';
export { symmetricEigen } from './factors/eigen.ts';
export { createThin, inverseCholesky, orthonormal, sortedEigen, type Thin } from './factors/thin-matrices.ts';
export { type Factors, leadingFactors, OVERSAMPLING } from './factors/twin-factors.ts';
export {
  CANDIDATES,
  type CandidateSource,
  type Candidates,
  createCandidateSource,
  RECENT,
  recentItems,
} from './model/candidates.ts';
export { LINEAR_FILE, type LinearSummary, readLinear, rowArrays, rowsIn, saveLinear } from './model/file.ts';
export { fitLinear, type LinearModel, MAX_ITEMS } from './model/fit.ts';
export { type ItemModel, openItemModel } from './model/item-model.ts';
export { USUAL_WITHOUT_CONTENT } from './model/search.ts';
export { linearOptions } from './options.ts';
export { type GramSettings, interactionsOf } from './solve/gram.ts';
export { strongestNeighbours } from './solve/neighbours.ts';
export { clearSolutions, type SolutionCache, type SolutionOptions, solution } from './solve/solution-cache.ts';
export { solveItems } from './solve/solve.ts';
export { diagonalOf } from './solve/tiles.ts';
