/**
 * Joining a domain as the role plug-in does it: between connectivity and the command, and undone, if the
 * settings say so, when the command has ended.
 */
import { hostname } from 'node:os';
import { CausewayError } from '#protocol/errors.ts';
import { labelFromHostName } from '#protocol/names.ts';
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
    // The network gives a re-imaged machine another name while it remembers the old one; the host's own stays.
    const machine = { name: labelFromHostName(hostname()), addresses: [self.ipv4, self.ipv6] };
    const membership = await joinDomain(domain, machine, { stateDirectory: STATE_DIRECTORY, log: say });
    if (signal.aborted) await membership.stop();
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
