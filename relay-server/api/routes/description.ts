/**
 * The API's description, for programs (OpenAPI) and for people (/api/docs).
 */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { RouteScope } from '../app.ts';
import { docsPage } from '../docs-page.ts';
import { DOCS_STYLE } from '../docs-style.ts';

const PAGE_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export function descriptionRoutes({ app }: RouteScope): void {
  app.get(
    '/openapi.json',
    {
      config: { rights: 'nobody' },
      schema: {
        tags: ['service'],
        summary: 'This description, OpenAPI 3.1',
        response: { 200: z.record(z.string(), z.unknown()) },
      },
    },
    async () => ({ ...app.swagger() }),
  );
}

/** Outside of the versioned API. */
export function docsRoutes(app: FastifyInstance): void {
  let page: string | undefined;
  app.get('/api/docs', { schema: { hide: true } }, async (_request, reply) => {
    page ??= docsPage(app.swagger());
    return reply
      .header('content-security-policy', PAGE_POLICY)
      .header('x-content-type-options', 'nosniff')
      .type('text/html; charset=utf-8')
      .send(page);
  });
  app.get('/api/docs.css', { schema: { hide: true } }, async (_request, reply) =>
    reply.header('x-content-type-options', 'nosniff').type('text/css; charset=utf-8').send(DOCS_STYLE),
  );
}
