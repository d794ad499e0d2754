/**
 * Which events of the log are trained on and may be targets, if not all of them: limits on what one
 * user can count for, and types that are to be predicted.
 */
import type { InteractionLog } from '@lorekeep/store';
import { errors } from '../errors.ts';
import { implausibleUsers } from './implausible-users.ts';

export interface EventChoice {
  /**
   * Types of events that are predicted and evaluated; other events are context in histories. The log
   * must have types. Default: all.
   */
  target?: readonly string[];
  /** Of one user's events with one item, the first so many are trained on. Default 0: all. */
  maxPairEvents?: number;
  /** See `implausibleUsers`. Users above the limit are left out. Default 0: none. */
  maxUserEvents?: number | 'auto';
}

/** The training events, if they are not simply each user's first ones. */
export interface TrainingEvents {
  /** `[users + 1]` */
  offsets: Uint32Array;
  items: Int32Array;
  /** Absent if all weights are 1. */
  weights?: Float32Array;
  /** 1 if the event may be predicted. Absent if all may. */
  isTarget?: Uint8Array;
}

/** What a choice comes to in a log. */
export interface ChosenEvents {
  /** `[users]` 1 for users that are left out; `undefined` if none is. */
  leftOut: Uint8Array | undefined;
  /** The largest number of events of a user who counts. */
  userLimit: number;
  /** `[events]` 1 if it may be a target; `undefined` if all may. */
  isTarget: Uint8Array | undefined;
  maxPairEvents: number;
}

/** @throws LorekeepError `TARGET_UNKNOWN` */
export function chosenEvents(
  log: InteractionLog,
  { target = [], maxPairEvents = 0, maxUserEvents = 0 }: EventChoice,
): ChosenEvents {
  const { limit, users } = implausibleUsers(log, maxUserEvents);
  let leftOut: Uint8Array | undefined;
  if (users.length > 0) {
    leftOut = new Uint8Array(log.userIds.length);
    for (const user of users) leftOut[user] = 1;
  }
  return { leftOut, userLimit: limit, isTarget: targetsIn(log, target), maxPairEvents };
}

function targetsIn({ types, items }: InteractionLog, target: readonly string[]): Uint8Array | undefined {
  if (target.length === 0) return undefined;
  const { names, of } = types ?? { names: [], of: new Uint16Array(items.length) };
  const isWanted = names.map((name) => target.includes(name));
  const isTarget = Uint8Array.from(of, (type) => (isWanted[type] ? 1 : 0));
  if (items.length > 0 && !isTarget.includes(1)) throw errors.TARGET_UNKNOWN({ target, types: names });
  return isTarget;
}

/**
 * @param lengths `[users]` number of each user's first events that may be trained on
 * @returns `undefined` if these events are all of them, with weight 1, and all may be targets
 */
export function trainingEvents(
  log: InteractionLog,
  lengths: Uint32Array,
  { isTarget, maxPairEvents }: ChosenEvents,
): TrainingEvents | undefined {
  const kept = keptPositions(log, lengths, maxPairEvents);
  if (kept === undefined && isTarget === undefined && log.weights === undefined) return undefined;
  const { offsets, positions } = kept ?? allPositions(log, lengths);
  return {
    offsets,
    items: Int32Array.from(positions, (position) => log.items[position]),
    ...(log.weights === undefined ? {} : { weights: Float32Array.from(positions, (at) => log.weights![at]) }),
    ...(isTarget === undefined ? {} : { isTarget: Uint8Array.from(positions, (position) => isTarget[position]) }),
  };
}

interface Kept {
  offsets: Uint32Array;
  /** Positions in the log. */
  positions: Uint32Array;
}

function allPositions({ offsets: first }: InteractionLog, lengths: Uint32Array): Kept {
  const offsets = new Uint32Array(lengths.length + 1);
  for (let user = 0; user < lengths.length; user++) offsets[user + 1] = offsets[user] + lengths[user];
  const positions = new Uint32Array(offsets[lengths.length]);
  for (let user = 0; user < lengths.length; user++)
    for (let at = 0; at < lengths[user]; at++) positions[offsets[user] + at] = first[user] + at;
  return { offsets, positions };
}

/** `undefined` if no pair of a user and an item is above the limit. */
function keptPositions(log: InteractionLog, lengths: Uint32Array, maxPairEvents: number): Kept | undefined {
  if (maxPairEvents === 0) return undefined;
  const offsets = new Uint32Array(lengths.length + 1);
  const positions = new Uint32Array(lengths.reduce((sum, length) => sum + length, 0));
  const counts = new Map<number, number>();
  let end = 0;
  for (let user = 0; user < lengths.length; user++) {
    counts.clear();
    for (let at = log.offsets[user]; at < log.offsets[user] + lengths[user]; at++) {
      const count = (counts.get(log.items[at]) ?? 0) + 1;
      counts.set(log.items[at], count);
      if (count <= maxPairEvents) positions[end++] = at;
    }
    offsets[user + 1] = end;
  }
  return end === positions.length ? undefined : { offsets, positions: positions.subarray(0, end) };
}
