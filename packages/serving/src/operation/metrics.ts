/** What Prometheus learns of load: the event loop, the queues, and what was refused. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { LoadClass, LoadShedding, ShedReason } from './load-shedding.ts';

/** @returns counts a refused request */
export function addOperationMetrics(
  registry: Registry,
  load: LoadShedding,
): (requests: LoadClass, reason: ShedReason) => void {
  const registers = [registry];
  new Gauge({
    name: 'lorekeep_event_loop_delay_seconds',
    help: 'How long work waited for the event loop in the last second.',
    labelNames: ['statistic'],
    registers,
    collect() {
      this.set({ statistic: 'mean' }, load.eventLoop.mean);
      this.set({ statistic: 'max' }, load.eventLoop.max);
    },
  });
  const ofSlots = (name: string, help: string, value: 'running' | 'waiting') =>
    new Gauge({
      name,
      help,
      labelNames: ['requests'],
      registers,
      collect() {
        for (const [requests, slots] of Object.entries(load.slots)) this.set({ requests }, slots[value]);
      },
    });
  ofSlots('lorekeep_requests_running', 'Requests that have a slot.', 'running');
  ofSlots('lorekeep_requests_waiting', 'Requests that wait for a slot.', 'waiting');
  const shed = new Counter({
    name: 'lorekeep_shed_requests_total',
    help: 'Requests that were refused because of load.',
    labelNames: ['requests', 'reason'],
    registers,
  });
  for (const requests of Object.keys(load.slots))
    for (const reason of ['queue', 'event-loop']) shed.inc({ requests, reason }, 0);
  return (requests, reason) => shed.inc({ requests, reason });
}
