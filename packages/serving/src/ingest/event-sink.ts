/**
 * Events of an upload, as they are or through a mapping. Sending a line twice stores its events once:
 * by their ids, and impressions without one by the list, the item and the position.
 */
import { createHash } from 'node:crypto';
import { errorCode, type LorekeepError } from '@lorekeep/core';
import type { IgnoredName, Mapping } from '@lorekeep/datasets/mappings';
import { type Engine, eventSchema, MAX_BATCH } from '@lorekeep/recommender';
import { eventMeaning, storeErrors } from '@lorekeep/store';
import type { z } from 'zod';
import { validatorCompiler } from '../http/validation.ts';
import { errors } from './errors.ts';
import { checked } from './item-sink.ts';
import { MAX_LISTED, SLICE } from './limits.ts';
import { type EventProgress, noEvents } from './progress.ts';
import type { OnError, Refusal, Sink, Taken } from './upload.ts';
import { whenFree } from './when-free.ts';

type StoredEvent = z.output<typeof eventSchema>;
/** An event with the line that it came from. */
type Placed = { line: number; event: StoredEvent };

const validate = validatorCompiler({ schema: eventSchema });
const read = (value: unknown) => withId(checked<StoredEvent>(validate(value)));

/** @param mapping of another program's events. Default: the lines are events as of `POST /v1/events`. */
export function createEventSink(engine: () => Engine, mapping?: Mapping): Sink<StoredEvent[], EventProgress> {
  const progress = noEvents();

  function mapped(value: unknown, map: Mapping, refuse: (error: LorekeepError) => void): StoredEvent[] {
    const { events, ignored, problems } = map(value);
    for (const one of ignored) count(progress, one);
    for (const problem of problems) refuse(errors.EVENT_NOT_MAPPED({ problem }));
    return events.flatMap((event) => {
      const result = validate(event);
      if (!('error' in result)) return [withId(result.value as StoredEvent)];
      refuse(result.error);
      return [];
    });
  }

  async function append(placed: readonly Placed[]): Promise<void> {
    for (let from = 0; from < placed.length; from += MAX_BATCH) {
      const events = placed.slice(from, from + MAX_BATCH).map(({ event }) => event);
      const { appended } = await whenFree(() => engine().appendEvents(events));
      progress.accepted += appended;
      progress.duplicates += events.length - appended;
    }
  }

  /** Without the events of unknown items, which are returned. */
  async function appendKnown(placed: readonly Placed[], onError: OnError): Promise<Refusal[]> {
    const ids = [...new Set(placed.map(({ event }) => event.item))];
    const unknown = new Set(await engine().unknownItems(ids));
    const isUnknown = ({ event }: Placed) => unknown.has(event.item);
    const refusals = placed.filter(isUnknown).map(({ line, event }) => ({
      line,
      error: storeErrors.EVENT_UNKNOWN_ITEM({ item: event.item }),
    }));
    const end = onError === 'stop' ? (refusals[0]?.line ?? Infinity) : Infinity;
    await append(placed.filter((one) => one.line < end && !isUnknown(one)));
    return refusals;
  }

  return {
    progress,
    slice: SLICE.events,
    size: (events) => events.length,
    read: (value, refuse) => (mapping === undefined ? [read(value)] : mapped(value, mapping, refuse)),
    async commit(lines, onError) {
      const placed = lines.flatMap(placedEvents);
      // Of several batches, the first would be stored before another is refused.
      if (placed.length > MAX_BATCH) return appendKnown(placed, onError);
      const before = { accepted: progress.accepted, duplicates: progress.duplicates };
      try {
        // Most uploads name stored items only, so which are not is asked when there is one.
        await append(placed);
        return [];
      } catch (error) {
        if (errorCode(error) !== 'EVENT_UNKNOWN_ITEM') throw error;
        Object.assign(progress, before);
        return appendKnown(placed, onError);
      }
    },
  };
}

const placedEvents = ({ number, records }: Taken<StoredEvent[]>): Placed[] =>
  records.map((event) => ({ line: number, event }));

function count(progress: EventProgress, { name, known }: IgnoredName): void {
  progress.ignored++;
  const listed = progress.ignoredNames.find((one) => one.name === name);
  if (listed !== undefined) listed.count++;
  else if (progress.ignoredNames.length < MAX_LISTED) progress.ignoredNames.push({ name, known, count: 1 });
}

/** A list shows an item at a position once, however often that is reported. */
function withId(event: StoredEvent): StoredEvent {
  const { id, request, type, user, item, position } = event;
  if (id !== undefined || request === undefined || eventMeaning(type).role !== 'passive') return event;
  const parts = JSON.stringify([type, request, user, item, position ?? null]);
  return { ...event, id: `shown:${createHash('sha256').update(parts).digest('base64url').slice(0, 27)}` };
}
