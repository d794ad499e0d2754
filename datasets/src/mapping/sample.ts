/** The first rows of a file, by column: the evidence by which columns are recognised. */
export interface FileSample {
  file: string;
  names: string[];
  rows: (string | null)[][];
  /** Paths of lists of objects, which columns may lead through. */
  lists?: string[];
}

/** The values of a column that are there, at most `limit`. */
export function valuesOf(sample: FileSample, name: string, limit = 1000): string[] {
  const at = sample.names.indexOf(name);
  const values: string[] = [];
  for (const row of sample.rows) {
    const value = row[at]?.trim();
    if (value !== undefined && value !== '' && values.push(value) >= limit) break;
  }
  return values;
}

/** Two or three distinct values, for a question. */
export function examplesOf(sample: FileSample, name: string): string[] {
  return [...new Set(valuesOf(sample, name))]
    .slice(0, 3)
    .map((value) => (value.length > 40 ? `${value.slice(0, 39)}…` : value));
}

export function shareOf(values: readonly string[], matches: (value: string) => boolean): number {
  return values.length === 0 ? 0 : values.filter(matches).length / values.length;
}
