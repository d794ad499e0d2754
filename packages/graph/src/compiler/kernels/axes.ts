/** Counts a negative axis from the end. */
export const positiveAxis = (axis: number, rank: number) => (axis < 0 ? axis + rank : axis);
