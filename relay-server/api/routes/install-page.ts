/**
 * REST: what the page of an install link shows, for whoever was sent it. The token is not in it: it
 * stands behind the `#` of the link, which a browser keeps to itself.
 */
import { z } from 'zod';
import * as installingRest from '#protocol/rest/installing.ts';
import { openInstallLink } from '../../control/administration/install-links.ts';
import { containerCommand, linuxCommand } from '../../installing/commands.ts';
import type { RouteScope } from '../app.ts';
import { refusals } from './paths.ts';

export function installPageRoutes({ app, control: { context }, installing }: RouteScope): void {
  app.get(
    '/install/:link',
    {
      config: { rights: 'nobody' },
      schema: {
        tags: ['install links'],
        summary: 'What the page of an install link shows',
        security: [],
        params: z.object({ link: z.string().max(80) }),
        response: { 200: installingRest.installPage, ...refusals },
      },
    },
    async (request) => {
      installing.count(request.ip);
      const { link, token, subscription } = await openInstallLink(context, request.params.link);
      const { curlPin, containerImage } = installing;
      const server = context.serverUrl();
      const commands = { server, link: link.id, curlPin, containerImage };
      const [group, role] = [
        token.group === null ? undefined : subscription.groups.byId.get(token.group),
        token.role === null ? undefined : subscription.roles.byId.get(token.role),
      ];
      const joins =
        group !== undefined
          ? { kind: 'group' as const, name: group.name }
          : role && { kind: 'role' as const, name: role.name };
      return {
        subscription: subscription.record.name,
        server,
        joins: joins ?? null,
        expiresAt: link.expiresAt === null ? null : new Date(link.expiresAt).toISOString(),
        downloads: await installing.downloads.list(),
        commands: { linux: linuxCommand(commands), container: containerCommand(commands) },
      };
    },
  );
}
