/**
 * Joining a domain as the role plug-in does it: between connectivity and the command, and undone, if the
 * settings say so, when the command has ended.
 */
import { CausewayError } from '#protocol/errors.ts';
import type { Preparation, Prepared, RoleInstance } from '../preparation.ts';
import { type DomainMembership, joinDomain } from './domain-join.ts';

/** Where a membership's own files are; not the role's state directory, which goes with every goodbye. */
const STATE_DIRECTORY = '/var/lib/causeway/domain';

export const domainJoin: Preparation = {
  needsConnectivity: ({ domain }) => domain !== undefined,
  async prepare({ settings, engine, say, signal }: RoleInstance): Promise<Prepared | undefined> {
    const { domain } = settings;
    if (domain === undefined) return undefined;
    const { self } = engine;
    if (self === undefined) throw new CausewayError('NOT_ACTIVATED');
    const machine = { name: self.name, addresses: [self.ipv4, self.ipv6] };
    const membership = await joinDomain(domain, machine, { stateDirectory: STATE_DIRECTORY, log: say });
    signal.throwIfAborted();
    say(sentenceOf(membership));
    return {
      [Symbol.asyncDispose]: async () => {
        if (!domain.leaveOnGoodbye) return membership.stop();
        await membership.leave();
        say(`${membership.account} has left the domain ${membership.domain}.`);
      },
    };
  },
};

function sentenceOf({ domain, account, controller, isNew, administrators }: DomainMembership): string {
  const done = isNew ? 'joined the domain' : 'is still in the domain';
  const whom = administrators.length === 0 ? '' : `; its administrators here: ${administrators.join(', ')}`;
  return `${account} ${done} ${domain} (by ${controller})${whom}.`;
}
