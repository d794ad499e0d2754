import type { TracedEvent } from './visit.ts';

/** Events waiting for their turn. */
export interface EventHeap {
  /** Timestamp of the earliest event; infinite if the heap is empty. */
  earliest(): number;
  push(traced: TracedEvent): void;
  /** Removes the earliest event. The heap must not be empty. */
  pop(): TracedEvent;
}

/** A binary heap by timestamp, then by order of arrival. */
export function createEventHeap(): EventHeap {
  const events: TracedEvent[] = [];
  const order: number[] = [];
  let arrivals = 0;
  const before = (a: number, b: number) => events[a].event.timestamp - events[b].event.timestamp || order[a] - order[b];
  const swap = (a: number, b: number) => {
    [events[a], events[b]] = [events[b], events[a]];
    [order[a], order[b]] = [order[b], order[a]];
  };
  return {
    earliest: () => (events.length === 0 ? Number.POSITIVE_INFINITY : events[0].event.timestamp),
    push(traced) {
      let child = events.push(traced) - 1;
      order.push(arrivals++);
      for (let parent = (child - 1) >> 1; child > 0 && before(child, parent) < 0; parent = (child - 1) >> 1) {
        swap(child, parent);
        child = parent;
      }
    },
    pop() {
      const last = events.length - 1;
      swap(0, last);
      order.pop();
      const top = events.pop()!;
      for (let parent = 0; ; ) {
        let child = 2 * parent + 1;
        if (child >= last) break;
        if (child + 1 < last && before(child + 1, child) < 0) child++;
        if (before(parent, child) <= 0) break;
        swap(parent, child);
        parent = child;
      }
      return top;
    },
  };
}
