/**
 * For those who operate the server: is it well, and what does it do. Not part of the versioned API.
 */
import { isIP } from 'node:net';
import type { Registry } from 'prom-client';
import { z } from 'zod';
import { requireApiKey } from '../../control/administration/api-keys.ts';
import type { ControlPlane } from '../../control/control-plane.ts';
import type { RelayMetrics } from '../../relay/metrics.ts';
import type { RouteScope } from '../app.ts';
import { bearerOf } from '../bearer.ts';

const tags = ['service'];
const state = z.enum(['ok', 'failed']);
const health = z.object({
  status: state,
  database: state,
  relay: z.object({ connections: z.int() }),
  control: z.object({ machinesOnline: z.int() }),
});

export function serviceRoutes(app: RouteScope['app'], control: ControlPlane, relayMetrics: () => RelayMetrics): void {
  const { context } = control;
  app.get(
    '/healthz',
    {
      config: { rights: 'nobody' },
      schema: { tags, summary: 'Is the server well?', response: { 200: health, 503: health } },
    },
    async (request, reply) => {
      const database = await context.store.probe().then(
        () => 'ok' as const,
        (error: unknown) => {
          request.log.error({ err: error }, 'the database does not answer');
          return 'failed' as const;
        },
      );
      return reply.status(database === 'ok' ? 200 : 503).send({
        status: database,
        database,
        relay: { connections: relayMetrics().connections },
        control: { machinesOnline: context.presence.online },
      });
    },
  );
  /** With its library only once somebody asks, which on most servers nobody does. */
  let gathered: Promise<Registry> | undefined;
  const metrics = () => {
    gathered ??= import('../metrics.ts').then(({ exposition }) => exposition(control, relayMetrics));
    return gathered;
  };
  app.get(
    '/metrics',
    {
      schema: {
        tags,
        summary: 'Counters in the Prometheus text format',
        description: 'From the server itself without an API key, from elsewhere with one.',
        response: { 200: z.string() },
      },
    },
    async (request, reply) => {
      if (!isLoopback(request.ip))
        await requireApiKey(context.store, bearerOf(request.headers.authorization), context.clock.now());
      const registry = await metrics();
      return reply.type(registry.contentType).send(await registry.metrics());
    },
  );
}

function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:/, '');
  return isIP(plain) !== 0 && (plain === '::1' || plain.startsWith('127.'));
}
