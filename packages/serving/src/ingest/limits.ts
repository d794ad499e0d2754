/** What one upload may cost. Memory is bounded by a slice and a line, whatever the size of the upload. */
export interface BulkLimits {
  /** Longest line in bytes. Default 1 MiB. */
  lineBytes: number;
  /** Most lines, empty ones included. Default 1,000,000. */
  lines: number;
  /** Most bytes, after decompression. Default 1 GiB. */
  bytes: number;
  /** Longest time from the first byte to the last, in seconds. Default 3,600. */
  seconds: number;
  /** Most uploads at the same time. Default 64. */
  uploads: number;
}

export const DEFAULT_LIMITS: Readonly<BulkLimits> = {
  lineBytes: 2 ** 20,
  lines: 1_000_000,
  bytes: 2 ** 30,
  seconds: 3_600,
  uploads: 64,
};

/** What is committed together: whichever comes first. */
export const SLICE = { events: 250, items: 64, bytes: 2 ** 20 };

/** Most problems, and most names of ignored events, that an answer lists. */
export const MAX_LISTED = 100;
