/**
 * What a computer fetches that has no agent yet: the script of its install link, and the packages. Public,
 * outside of the versioned API.
 */
import { z } from 'zod';
import { CausewayError, isRefusal } from '#protocol/errors.ts';
import { openInstallLink } from '../../control/administration/install-links.ts';
import { closedScript, linuxScript } from '../../installing/linux-script.ts';
import type { RouteScope } from '../app.ts';
import { type ByteRange, rangeOf } from '../byte-range.ts';
import { sendDownload } from '../send-download.ts';

const tags = ['installing'];

export function installingFileRoutes({ app, control: { context }, installing }: RouteScope): void {
  const { curlPin, downloads } = installing;
  app.get(
    '/install/:link/linux.sh',
    {
      config: { rights: 'nobody' },
      schema: {
        tags,
        summary: 'The script that installs the agent on Linux',
        description: 'Of a link that is closed, a script that says so and does nothing.',
        params: z.object({ link: z.string().max(80) }),
        response: { 200: z.string() },
      },
    },
    async (request, reply) => {
      installing.count(request.ip);
      reply.type('text/plain; charset=utf-8').header('cache-control', 'no-store');
      reply.header('x-content-type-options', 'nosniff');
      try {
        const { subscription } = await openInstallLink(context, request.params.link);
        const archives = await downloads.list();
        return linuxScript({ server: context.serverUrl(), curlPin, subscription: subscription.record.name, archives });
      } catch (error) {
        // Piped into a shell, a refusal in JSON would say nothing to a person.
        if (isRefusal(error, 'INSTALL_LINK_CLOSED')) return closedScript(error.message, error.remedy);
        throw error;
      }
    },
  );
  app.get(
    '/downloads/release',
    {
      config: { rights: 'nobody' },
      schema: {
        tags,
        summary: 'Which version of the agent there is',
        description: 'Signed by whoever built it; agents check that, and the server does not.',
        response: { 200: z.string() },
      },
    },
    async (request, reply) => {
      installing.count(request.ip);
      const release = await downloads.release();
      if (release === undefined) throw new CausewayError('NOT_FOUND', { kind: 'download', id: 'release' });
      return reply.type('text/plain; charset=utf-8').header('cache-control', 'no-cache').send(release);
    },
  );
  app.get(
    '/downloads/:file',
    {
      config: { rights: 'nobody' },
      schema: { tags, summary: 'An agent package', params: z.object({ file: z.string().max(80) }) },
    },
    async (request, reply) => {
      installing.count(request.ip);
      const found = await downloads.open(request.params.file);
      if (found === undefined) throw new CausewayError('NOT_FOUND', { kind: 'download', id: request.params.file });
      const { file, handle } = found;
      const etag = `"${file.sha256}"`;
      const { range: wanted, 'if-range': ifRange } = request.headers;
      const range = ifRange === undefined || ifRange === etag ? rangeOf(wanted, file.bytes) : undefined;
      reply
        .type('application/octet-stream')
        .header('accept-ranges', 'bytes')
        .header('etag', etag)
        .header('cache-control', 'public, no-cache')
        .header('x-content-type-options', 'nosniff');
      if (range === 'unsatisfiable') {
        await handle.close();
        return reply.status(416).header('content-range', `bytes */${file.bytes}`).send('');
      }
      const { from, to }: ByteRange = range ?? { from: 0, to: file.bytes - 1 };
      if (range !== undefined) reply.status(206).header('content-range', `bytes ${from}-${to}/${file.bytes}`);
      reply.header('content-length', to - from + 1);
      if (request.method === 'HEAD') {
        await handle.close();
        return reply.send('');
      }
      return sendDownload(reply, installing, { content: file.sha256, handle, from, to });
    },
  );
}
