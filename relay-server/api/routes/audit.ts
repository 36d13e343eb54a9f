/**
 * REST: what everybody did. A key of one subscription sees what was done there.
 */
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { listOf } from '#protocol/rest/api.ts';
import * as watchingRest from '#protocol/rest/watching.ts';
import { showAuditEntry } from '../access-shapes.ts';
import type { RouteScope } from '../app.ts';
import { auditCsv, auditJson } from '../audit-export.ts';
import { refusals } from './paths.ts';

const FILES = {
  csv: { type: 'text/csv; charset=utf-8', of: auditCsv },
  json: { type: 'application/json; charset=utf-8', of: auditJson },
} as const;

export function auditRoutes({ app, control: { context } }: RouteScope): void {
  app.get(
    '/audit',
    {
      config: { boundKeys: 'filtered' },
      schema: {
        tags: ['audit'],
        summary: 'What was done, newest first',
        description: '`format=csv` and `format=json` answer with all that is found, as a file.',
        querystring: watchingRest.auditQuery,
        response: { 200: listOf(watchingRest.auditEntry), ...refusals },
      },
    },
    async (request, reply) => {
      const { after, limit, format, action, search } = request.query;
      const { audit } = context.store;
      const filter = {
        subscription: request.asker?.subscription ?? idOf(request.query.subscription),
        action,
        search,
        from: momentOf(request.query.from),
        until: momentOf(request.query.until),
      };
      if (format !== 'page') {
        const { type, of } = FILES[format];
        const file: FastifyReply = reply as FastifyReply;
        return file
          .type(type)
          .header('content-disposition', `attachment; filename="causeway-audit.${format}"`)
          .send(Readable.from(of(audit, filter)));
      }
      // One more than asked for tells whether there is a following page.
      const found = await audit.list(filter, after, limit + 1);
      const items = found.slice(0, limit).map(showAuditEntry);
      return { items, next: found.length > limit ? (items.at(-1)?.id ?? null) : null };
    },
  );

  /** One that was removed is found by what the audit says of it. */
  function idOf(nameOrId: string | undefined): string | undefined {
    if (nameOrId === undefined) return undefined;
    const name = nameOrId.toLowerCase();
    return context.directory.list().find(({ record }) => record.name === name)?.id ?? name;
  }
}

function momentOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text);
}
