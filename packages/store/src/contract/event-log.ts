/** The event log: who did what, when, with which item. */
import type { EventRules } from './meaning/event-meaning.ts';

/** One action of one user on one item. */
export interface Event {
  /**
   * The shop's own public id of the event, 1–256 code points. Events with the same id are one event:
   * the first that is stored counts. Default: none, and the event is always added.
   */
  id?: string;
  user: string;
  item: string;
  /**
   * `'view'`, `'click'`, `'cart'`, `'purchase'`, `'impression'`, `'rating'`, …; 1–64 code points.
   * Imports use `'interaction'` if the source names no type.
   */
  type: string;
  /** Unix seconds (fractions allowed), or an ordinal if the source has no real times. */
  timestamp: number;
  rating?: number;
  /** Where it happened: `'home'`, `'search'`, … */
  surface?: string;
  session?: string;
  /**
   * The list that was shown (the id of the request that was answered by it), 1–256 code points. It
   * links an impression with its click.
   */
  request?: string;
  /** Position of the item in the list shown, from 0, for an impression or for the click on it. */
  position?: number;
}

/** What users did, in order of arrival. */
export interface EventLog {
  /**
   * Appends events in one transaction, durable when the promise resolves. Resolves to the number of
   * events added: all but those whose id is stored already.
   * @throws LorekeepError `EVENT_INVALID`, or `EVENT_UNKNOWN_ITEM` if an event names an item that
   *   is not stored (nothing is written)
   */
  appendEvents(events: Event[]): Promise<number>;
  /**
   * Each user's last `limit` positive events' items, oldest first; `[]` for unknown users. What is
   * positive depends on the event rules.
   */
  histories(users: string[], limit: number): Promise<string[][]>;
  /**
   * The events of `histories`, with what each counts and its number in the order of arrival.
   */
  choices(users: string[], limit: number): Promise<Choice[][]>;
  /**
   * The users with an event that is not passive and whose number is above `arrival`, in order of
   * their first one, and the highest number of all events; −1 if there are none.
   */
  usersSince(arrival: number): Promise<{ users: string[]; arrival: number }>;
  /**
   * The items that each user does not want: the last event of user and item that is positive or
   * negative is negative. In the order of `users`, `[]` for unknown users.
   */
  negatives(users: string[]): Promise<string[][]>;
  /**
   * All events in order of arrival, including passive ones.
   * @param options `after`: only those whose number in the order of arrival is above it.
   */
  events(options?: { batchSize?: number; types?: string[]; after?: number }): AsyncIterable<Event[]>;
  /**
   * All positive events as typed arrays.
   * @param options `types`: with the type of each event. Default false.
   */
  interactionLog(options?: { types?: boolean }): Promise<InteractionLog>;

  /** The highest timestamp of all events, passive ones included; undefined if there are none. Reads all events. */
  lastTimestamp(): Promise<number | undefined>;
  /** Every type with its number of events, and of events that have a rating. */
  eventTypes(): Promise<EventTypeCount[]>;
  /** The ratings of events that are not passive: at most 1,000 distinct values, ascending. */
  ratingCounts(): Promise<{ rating: number; events: number }[]>;
  /** What events mean here; empty if nothing was set. */
  eventRules(): Promise<EventRules>;
  /**
   * Replaces the rules. All reads from now on follow them, and no event changes.
   * @throws LorekeepError `EVENT_RULES_INVALID`; `STORE_BUSY` if an import runs and a type that was
   *   passive is to get another role
   */
  setEventRules(rules: EventRules): Promise<void>;
}

/** A positive event of a user. */
export interface Choice {
  item: string;
  /** How much it counts. */
  weight: number;
  /** Its number in the order of arrival: an event that can be seen later has a higher one. */
  arrival: number;
}

/** A type of events that is stored. */
export interface EventTypeCount {
  type: string;
  events: number;
  /** Events with a rating. */
  rated: number;
}

/**
 * All histories as typed arrays, the form in which models compute. The events of user `u` are
 * `items[offsets[u] … offsets[u + 1])`, oldest first (timestamp, then order of arrival).
 */
export interface InteractionLog {
  /**
   * Row → public id. An item's row is its index in every matrix `[items × …]`. Order: first
   * arrival.
   */
  itemIds: string[];
  userIds: string[];
  /** `[users + 1]` */
  offsets: Uint32Array;
  /** `[events]` item rows. */
  items: Int32Array;
  /** `[events]` */
  timestamps: Float64Array;
  /** `[events]` how much each event counts. Absent if all weights are 1. */
  weights?: Float32Array;
  /** Type of each event. Absent unless it was asked for. */
  types?: {
    names: string[];
    /** `[events]` index in `names`. */
    of: Uint16Array;
  };
  /** Absent if there are none. */
  negatives?: NegativeEvents;
  /**
   * SHA-256 over ids, offsets, items and timestamps, and over weights, negative events and
   * types if they are there: identifies the data that a model was trained on.
   */
  fingerprint: string;
  /**
   * `Deletion.deletions()` when it was read: items deleted later are not those of this log. Default
   * 0.
   */
  deletions?: number;
  /** The highest number in the order of arrival (`Choice.arrival`) of all events; −1 without events. */
  lastArrival?: number;
}

/** The negative events of all users, in order of time. Those of user `u` are at `offsets[u] … offsets[u + 1]`. */
export interface NegativeEvents {
  /** `[users + 1]` */
  offsets: Uint32Array;
  /** `[negative events]` item rows. */
  items: Int32Array;
  /** `[negative events]` number of positive events of the user before it. */
  positions: Uint32Array;
}
