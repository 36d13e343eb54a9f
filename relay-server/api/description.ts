/**
 * How the API describes itself (OpenAPI 3.1): from the schemas of its routes, with `x-rights` on each,
 * which is what the guard demands.
 */
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { rightsOf } from './guard.ts';

export function descriptionOf(version: string): FastifyDynamicSwaggerOptions {
  return {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Causeway',
        description: 'Subscriptions, machines, groups, roles and connections of a Causeway relay server.',
        version,
      },
      components: {
        securitySchemes: {
          apiKey: { type: 'http', scheme: 'bearer', description: 'An API key, for programs.' },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: '__Host-causeway',
            description: 'Of a person who is signed in. What is not a GET also needs an Origin of the server’s own.',
          },
        },
      },
      security: [{ apiKey: [] }, { session: [] }],
    },
    transform: (route) => {
      const { schema, url } = jsonSchemaTransform(route as Parameters<typeof jsonSchemaTransform>[0]);
      const { method, config } = route.route;
      const needed = rightsOf(Array.isArray(method) ? (method[0] ?? '') : method, config?.rights);
      return { url, schema: { ...schema, 'x-rights': needed, ...(needed === 'nobody' && { security: [] }) } };
    },
  };
}
