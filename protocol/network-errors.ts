/**
 * The part of the catalogue for what machines, relay and control plane say to each other.
 * Taken in by errors.ts, from which everybody has it.
 */
import type { CatalogueEntry } from './errors.ts';

export const NETWORK_ERRORS = {
  FRAME_TOO_LARGE: {
    what: 'A frame of {size} bytes is over the cap of {cap}.',
    remedy: 'Update the sender: it speaks another version of the protocol.',
    http: 400,
  },
  FRAME_MALFORMED: {
    what: 'A frame or message is shorter than its type demands, or its fields do not fit together.',
    remedy: 'Update the sender: it speaks another version of the protocol.',
    http: 400,
  },
  MESSAGE_MALFORMED: {
    what: 'A message does not have the shape the protocol demands: {issue}.',
    remedy: 'Update the older of the two sides.',
    http: 400,
  },
  GRANT_EXPIRED: {
    what: 'The grant expired at {expiredAt}.',
    remedy: 'Nothing to do: the agent asks for a new one; if this goes on, check both clocks.',
    http: 401,
  },
  GRANT_NOT_FOR_US: {
    what: 'The grant names other machines than the two that talk.',
    remedy:
      'Refresh the policy on the initiating machine; if this goes on, report it: somebody may be replaying grants.',
    http: 401,
  },
  GRANT_FORGED: {
    what: 'The grant is not signed by the control plane of this subscription.',
    remedy: 'If the server was set up anew, activate both machines again; otherwise report it.',
    http: 401,
  },
  TICKET_REFUSED: {
    what: 'The relay does not accept this relay ticket.',
    remedy:
      'Nothing to do: the agent asks for a new one; if this goes on, check that machine and server agree on the time.',
    http: 401,
  },
  POLICY_DENIED: {
    what: '{reason}',
    remedy: 'Ask the administrator to connect the two in the portal.',
    http: 403,
  },
  NAMES_NOT_RESOLVED: {
    what: "This computer's resolver does not find {name}, its own name in the network: {cause}.",
    remedy:
      'See whether another program has rewritten /etc/resolv.conf, or /etc/nsswitch.conf leaves out dns; then run `causeway refresh`.',
    http: 500,
  },
  NAMES_FAILED: {
    what: 'The names of the network could not be set up on this computer: {cause}.',
    remedy: 'Run `causeway diagnose`; if it names no cause, report the problem with its output.',
    http: 500,
  },
  DNS_SUFFIX_UNANSWERED: {
    what: 'No DNS server answers for names under {suffix}: {causes}.',
    remedy:
      'See that the DNS service runs there, listens on that machine’s addresses in the network and serves the domain, and that its firewall lets port 53 in.',
    http: 504,
  },
  NAME_UNKNOWN: {
    what: 'No machine that this one may reach is called {name}.',
    remedy: 'Check the spelling with `causeway peers`; the administrator can connect the two in the portal.',
    http: 404,
  },
  PEER_UNREACHABLE: {
    what: '{name} does not answer through the tunnel: {cause}.',
    remedy: 'Check that it is switched on and that its agent says connected.',
    http: 504,
  },
} as const satisfies Record<string, CatalogueEntry>;
