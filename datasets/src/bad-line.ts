/** A line that an import left out, or because of which nothing was imported. */
export interface BadLine {
  file: string;
  /**
   * Counted from 1. If a record spans several lines, this is its first line. In Parquet it is the
   * number of the row.
   */
  line: number;
  reason: string;
}
