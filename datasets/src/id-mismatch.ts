/** What the ids of events and those of the catalogue look like, if few of them agree. */
export interface IdMismatch {
  /** Events of unknown items, and all events. */
  events: number;
  of: number;
  /** Ids of the log, and of the catalogue. */
  examples: string[];
  catalogue: string[];
  /** What has to be ignored for the ids to agree; undefined if none of the known differences is it. */
  difference?: string;
}
