/** The vectors of folded items, by slot. */

/** Capacities are multiples of this, so that few graphs serve the products of all sizes. */
export const PADDING = 1024;

export interface FoldedVectors {
  /** `[capacity × dim]` c of each item */
  readonly contents: Float32Array;
  /** `[capacity × dim]` K·c of each item */
  readonly kernelContents: Float32Array;
  /** `[capacity]` Schur complement s of each item; NaN for an item without text */
  readonly schurComplements: Float64Array;
  /** Ensures a capacity. It may replace the arrays, with the same values. */
  reserve(count: number): void;
}

export function createFoldedVectors(dim: number): FoldedVectors {
  let contents = new Float32Array(PADDING * dim);
  let kernelContents = new Float32Array(PADDING * dim);
  let schurComplements = new Float64Array(PADDING);
  const widened = (from: Float32Array, capacity: number) => {
    const to = new Float32Array(capacity * dim);
    to.set(from);
    return to;
  };
  return {
    get contents() {
      return contents;
    },
    get kernelContents() {
      return kernelContents;
    },
    get schurComplements() {
      return schurComplements;
    },
    reserve(count) {
      if (count <= schurComplements.length) return;
      const capacity = Math.ceil(Math.max(count, 2 * schurComplements.length) / PADDING) * PADDING;
      contents = widened(contents, capacity);
      kernelContents = widened(kernelContents, capacity);
      const longer = new Float64Array(capacity);
      longer.set(schurComplements);
      schurComplements = longer;
    },
  };
}
