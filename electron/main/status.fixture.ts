/** States of the agent for tests. */
import { machineId } from '#protocol/ids.ts';
import type { AgentStatus, Part, PartName } from '#protocol/status.ts';
import { PART_ORDER, summarise } from '#protocol/status.ts';
import type { DesktopState } from '../ipc/schema.ts';

const OK: Part = { state: 'ok', provenAt: 1_000, error: null, detail: '' };

export interface StatusWishes {
  readonly parts?: Partial<Record<PartName, Partial<Part>>>;
  readonly wanted?: AgentStatus['wanted'];
  readonly machine?: null;
  readonly policyVersion?: number;
}

export function statusWith({ parts = {}, wanted = 'up', machine, policyVersion = 7 }: StatusWishes = {}): AgentStatus {
  const all = Object.fromEntries(PART_ORDER.map((name) => [name, { ...OK, ...parts[name] }])) as AgentStatus['parts'];
  return {
    version: '0.1.0',
    at: 1_000,
    wanted,
    summary: summarise(wanted, all),
    machine:
      machine === null
        ? null
        : {
            id: machineId.parse('0'.repeat(32)),
            name: 'pc02',
            fullName: 'pc02.contoso.causeway.internal',
            ipv4: '100.64.0.2',
            ipv6: 'fd00::2',
            subscription: 'contoso',
            memberOf: 'staff',
          },
    policyVersion,
    policyRefreshedAt: 1_000,
    clockOffsetMs: 0,
    parts: all,
    relayRoundTripMs: 3,
    peers: [],
  };
}

export function here(wishes?: StatusWishes): Extract<DesktopState, { agent: 'here' }> {
  return {
    agent: 'here',
    heardAt: 1_000,
    peersAt: 1_000,
    status: statusWith(wishes),
    refreshingSince: null,
    lastRefresh: null,
  };
}

export function refused(code: string): Part['error'] {
  return { code, message: 'It is refused.', remedy: 'Ask.' };
}
