/**
 * Installers with the token of an install link in them. The token comes in the body of a form: not in an
 * address, which browsers remember and servers write into logs. It is held while the answer is sent.
 *
 * The form's media type is one that any page may send without asking. So these routes are an application
 * of their own, the only one that reads it; all that they do is answer who has the token already.
 */
import { z } from 'zod';
import { CausewayError, ERRORS, isRefusal } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { showToken } from '../../control/administration/install-links.ts';
import { personal } from '../../installing/personal.ts';
import type { RouteScope } from '../app.ts';
import { sendDownload } from '../send-download.ts';

const FORM = 'application/x-www-form-urlencoded';

export function personalDownloadRoutes({ app, control: { context }, installing }: RouteScope): void {
  // A token, its name, and what the form's way of writing makes of white space.
  const bodyLimit = 4 * LIMITS.TOKEN_PRE_SIGNED_MAX_CHARACTERS.value;
  app.addContentTypeParser(FORM, { parseAs: 'string', bodyLimit }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(String(body))));
  });
  app.post(
    '/install/:link/download/:file',
    {
      bodyLimit,
      config: { rights: 'nobody' },
      schema: {
        tags: ['installing'],
        summary: 'An installer with the token in it',
        description: 'The body is a form with the field `token`. Nothing is left to type where it is opened.',
        params: z.object({ link: z.string().max(80), file: z.string().max(80) }),
        body: z.object({ token: z.string().max(bodyLimit) }),
        consumes: [FORM],
      },
    },
    async (request, reply) => {
      installing.count(request.ip);
      reply.header('cache-control', 'no-store');
      try {
        const { link, file: name } = request.params;
        const { token, subscription } = await showToken(context, link, request.body.token);
        const found = await installing.downloads.open(name);
        if (found === undefined) throw new CausewayError('NOT_FOUND', { kind: 'download', id: name });
        const { file, handle } = found;
        const made = await personal(file, handle, { token, subscription: subscription.record.name }).catch(
          async (error: unknown) => {
            await handle.close();
            throw error;
          },
        );
        reply
          .type('application/octet-stream')
          .header('content-disposition', `attachment; filename="${made.fileName}"`)
          .header('content-length', made.bytes);
        return await sendDownload(reply, installing, {
          ...made,
          content: file.sha256,
          handle,
          to: file.bytes - 1,
        });
      } catch (error) {
        // In a browser, the answer to a form is a page that a person reads.
        if (isRefusal(error) && request.headers.accept?.includes('text/html')) {
          return reply
            .status(ERRORS[error.code].http)
            .type('text/plain; charset=utf-8')
            .send(`${error.message}\n\n${error.remedy}\n`);
        }
        throw error;
      }
    },
  );
}
