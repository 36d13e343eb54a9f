/**
 * REST: the stream of what happens, as server-sent events (WHATWG HTML §9.2).
 */
import type { ServerResponse } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { LIMITS } from '#protocol/limits.ts';
import type { ControlPlane } from '../../control/control-plane.ts';
import type { Listener } from '../../control/live-events.ts';
import type { RouteScope } from '../app.ts';
import { type Asker, isStillKnown } from '../guard.ts';
import { refusals } from './paths.ts';

export function eventRoutes({ app, control }: RouteScope): void {
  app.get(
    '/events',
    {
      exposeHeadRoute: false,
      config: { boundKeys: 'filtered' },
      schema: {
        tags: ['watching'],
        summary: 'What happens, as server-sent events',
        description:
          'Each event’s data is one JSON object, the first of type `hello`. A key of one subscription hears of that one only.',
        response: { 200: z.string(), ...refusals },
      },
    },
    async (request, reply) => {
      const { raw } = reply;
      const { asker } = request;
      if (asker === null) throw new Error('the guard lets nobody unknown here');
      const listener = listenerOf(asker, raw);
      const leave = control.events.listen(listener);
      // Only now: a refusal above is answered as any other.
      reply.hijack();
      const stopChecking = whileKnown(control, request, () => control.events.endSession(listener.session));
      raw.once('close', () => {
        stopChecking();
        leave();
      });
      raw.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        // Some proxies gather what they pass on unless they are told not to.
        'x-accel-buffering': 'no',
      });
      listener.begin();
      return reply;
    },
  );
}

/** A session that runs out, or a key that expires, does so without an event: it is looked for. */
function whileKnown({ context }: ControlPlane, request: FastifyRequest, forgotten: () => void): () => void {
  const { clock, logger } = context;
  let cancel = () => {};
  const again = () => {
    cancel = clock.after(LIMITS.EVENTS_RECHECK_MS.value, () => void check());
  };
  const check = async () => {
    try {
      if (await isStillKnown(context, request)) again();
      else forgotten();
    } catch (error) {
      // The database does not answer: nothing is known to have changed.
      logger.warn({ err: error }, 'whether a session is still open could not be told');
      again();
    }
  };
  again();
  return () => cancel();
}

/** What is sent before the head of the answer waits for it. */
function listenerOf(asker: Asker, raw: ServerResponse): Listener & { begin(): void } {
  let waiting: string[] | undefined = [];
  return {
    subscription: asker.subscription,
    session: asker.session ?? asker.actor.id,
    send(text) {
      if (waiting !== undefined) waiting.push(text);
      else if (raw.writableLength > LIMITS.EVENTS_BUFFER_MAX_BYTES.value) raw.destroy();
      else raw.write(text);
    },
    end: () => raw.end(),
    begin() {
      const texts = waiting ?? [];
      waiting = undefined;
      raw.write(texts.join(''));
    },
  };
}
