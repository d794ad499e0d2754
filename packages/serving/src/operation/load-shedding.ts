/**
 * Under more load than the machine can carry, some requests are refused at once, so that the others
 * are answered in time. Reads and writes have slots and a queue each; both are refused while the event
 * loop lags. A request waits before its body is read. Probes, metrics and the routes of
 * administrators are never refused: they are what people look at then.
 *
 * `@fastify/under-pressure` watches the event loop too, but it refuses all routes alike and has no
 * queues; what is used of it would be one histogram of Node.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RouteScope } from '../access/scopes.ts';
import { errors } from '../http/errors.ts';
import { type EventLoopDelay, watchEventLoop } from './event-loop.ts';
import type { OperationSettings } from './options.ts';
import { createSlots, type Slots } from './slots.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** `false` for a route with a scope that is answered under any load. Default `true`. */
    isShed?: boolean;
  }
  interface FastifyRequest {
    /** Gives the slot of the request back. */
    freeSlot: (() => void) | undefined;
    isHandled: boolean;
  }
}

/** What requests compete with each other for. */
export type LoadClass = 'read' | 'write';
export type ShedReason = 'queue' | 'event-loop';

export interface LoadShedding {
  /** Call it after the guard was added: who may not call a route takes no slot. */
  addTo(app: FastifyInstance): void;
  readonly slots: Record<LoadClass, Slots>;
  readonly eventLoop: EventLoopDelay;
  stop(): void;
}

/** @param onShed hears of every refusal */
export function createLoadShedding(
  { reads, writes, queue, eventLoopDelay }: OperationSettings['load'],
  onShed: (kind: LoadClass, reason: ShedReason) => void,
): LoadShedding {
  const slots = { read: createSlots(reads, queue), write: createSlots(writes, queue) };
  const eventLoop = watchEventLoop();

  function refused(kind: LoadClass, reason: ShedReason): Error {
    onShed(kind, reason);
    return errors.SERVICE_OVERLOADED({ requests: kind, reason });
  }

  async function enter(request: FastifyRequest, reply: FastifyReply, kind: LoadClass): Promise<void> {
    if (eventLoopDelay > 0 && eventLoop.mean * 1000 > eventLoopDelay) throw refused(kind, 'event-loop');
    const turn = slots[kind].take();
    if (turn === undefined) throw refused(kind, 'queue');
    const free = await turn;
    request.freeSlot = free;
    // From here on the handler gives the slot back when it has an answer, whether or not the client
    // still waits for it. A client that leaves earlier takes its slot along.
    const leave = () => {
      if (!request.isHandled) free();
    };
    if (reply.raw.destroyed) leave();
    else reply.raw.once('close', leave);
  }

  return {
    addTo(app) {
      app.decorateRequest('freeSlot', undefined);
      app.decorateRequest('isHandled', false);
      app.addHook('onRequest', async (request, reply) => {
        const { scope, isShed = true } = request.routeOptions.config;
        const kind = isShed ? classOf(scope) : undefined;
        if (kind !== undefined) await enter(request, reply, kind);
      });
      app.addHook('preHandler', async (request) => {
        request.isHandled = true;
      });
      app.addHook('onSend', async (request) => request.freeSlot?.());
    },
    slots,
    eventLoop,
    stop: () => eventLoop.stop(),
  };
}

function classOf(scope: RouteScope | undefined): LoadClass | undefined {
  if (scope === 'read') return 'read';
  return scope === 'write' || scope === 'events' ? 'write' : undefined;
}
