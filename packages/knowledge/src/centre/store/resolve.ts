/** Which version a model can read. */
import type { KnowledgeVersion } from '../contract/store.ts';

/**
 * Sum of the residuals from a version to the wanted one; `undefined` if they are not connected.
 *
 * The sum bounds the error of the chain in first order: with ‖A₂R₂ − A₁‖ ≤ r₂‖A₁‖ and
 * ‖A₁R₁ − A₀‖ ≤ r₁‖A₀‖ the triangle inequality gives about (r₁ + r₂)·‖A₀‖.
 */
export function residualTo(record: KnowledgeVersion, wanted: string): number | undefined {
  return record.version === wanted ? 0 : record.alignment?.chain[wanted];
}

/**
 * @param versions oldest first
 * @param atLeast a version of the list; then the newest that fits, not older than it. Otherwise the
 *   wanted version if it is there, else the newest that fits.
 * @returns `undefined` if none fits
 */
export function resolveVersion(
  versions: readonly KnowledgeVersion[],
  wanted: string,
  maxResidual: number,
  atLeast: string | undefined,
): KnowledgeVersion | undefined {
  const oldest = atLeast === undefined ? 0 : versions.findIndex(({ version }) => version === atLeast);
  const fitting = versions.slice(oldest).filter((record) => (residualTo(record, wanted) ?? Infinity) <= maxResidual);
  const exact = atLeast === undefined ? fitting.find(({ version }) => version === wanted) : undefined;
  return exact ?? fitting.at(-1);
}
