import { describe, expect, test } from 'vitest';
import { CausewayError } from '#protocol/errors.ts';
import type { AgentStatus, Part } from '#protocol/status.ts';
import { checkLines, errorLines, nameLines, PLAIN, peerLines, statusLines } from './output.ts';

const AT = 1_800_000_000_000;

function part(state: Part['state'], secondsAgo: number | null, detail = '', error: Part['error'] = null): Part {
  return { state, provenAt: secondsAgo === null ? null : AT - secondsAgo * 1000, detail, error };
}

const STATUS: AgentStatus = {
  version: '0.1.0',
  at: AT,
  wanted: 'up',
  summary: 'degraded',
  machine: {
    id: '0'.repeat(32) as never,
    name: 'sql01',
    fullName: 'sql01.contoso.causeway.internal',
    ipv4: '100.64.1.2',
    ipv6: 'fd00::2',
    subscription: 'contoso',
    memberOf: 'office',
  },
  policyVersion: 4,
  policyRefreshedAt: AT,
  clockOffsetMs: 3,
  parts: {
    activation: part('ok', 90, 'in contoso'),
    control: part('ok', 0, 'https://relay.example'),
    relay: part(
      'failed',
      20,
      'https://relay.example',
      new CausewayError('SERVER_UNREACHABLE', {
        server: 'https://relay.example',
        cause: 'the connection was refused',
      }).toWire(),
    ),
    adapter: part('ok', 0, 'causeway0'),
    names: part('pending', null),
  },
  relayRoundTripMs: 1.24,
  peers: [],
};

describe('status', () => {
  test('says what failed, why, what to do, and how old each proof is', () => {
    const text = statusLines(STATUS, PLAIN).join('\n');
    expect(text).toContain('Not fully connected');
    expect(text).toMatch(/Activation +ok +proven 2 minutes ago|Activation +ok +proven 1 minute ago/);
    expect(text).toMatch(/Relay +failed +last proven 20 seconds ago/);
    expect(text).toContain('can not be reached: the connection was refused. [SERVER_UNREACHABLE]');
    expect(text).toMatch(/→ Check that this computer is online/);
    expect(text).toMatch(/Names +trying +never proven/);
  });

  test('shows a round trip only while the relay is proven', () => {
    expect(statusLines(STATUS, PLAIN).join('\n')).not.toContain('1.2 ms');
    const connected = { ...STATUS, parts: { ...STATUS.parts, relay: part('ok', 0, 'https://relay.example') } };
    expect(statusLines(connected, PLAIN).join('\n')).toContain('1.2 ms');
  });

  test('tells an unassigned computer why it reaches nobody', () => {
    const machine = { ...(STATUS.machine as NonNullable<AgentStatus['machine']>), memberOf: null };
    expect(statusLines({ ...STATUS, machine }, PLAIN).join('\n')).toContain('In no group yet');
  });

  test.each([
    ['group', 'In the group office.'],
    ['role', 'An instance of the role office.'],
  ] as const)('tells a machine of a %s what it is', (memberKind, sentence) => {
    const machine = { ...(STATUS.machine as NonNullable<AgentStatus['machine']>), memberKind };
    expect(statusLines({ ...STATUS, machine }, PLAIN)).toContain(sentence);
  });
});

test('a name that was wished and not given is mentioned', () => {
  expect(nameLines(STATUS, 'SQL01')).toEqual([]);
  expect(nameLines(STATUS, undefined)).toEqual([]);
  expect(nameLines(STATUS, 'db').join()).toContain('Its name is sql01, not db');
});

test('peers stand in columns', () => {
  const peer = { id: '1'.repeat(32) as never, online: true, session: null };
  const short = { ...peer, name: 'a' as never, ipv4: '100.64.0.1', ipv6: 'fd00::1', memberOf: 'web' };
  const long = { ...peer, name: 'sql01' as never, ipv4: '100.127.255.1', ipv6: 'fd00::1:22', memberOf: 'databases' };
  const lines = peerLines([short, long], PLAIN);
  expect(lines[0]).toBe('a      online   100.64.0.1     fd00::1     web        idle');
  expect(lines[1]).toBe('sql01  online   100.127.255.1  fd00::1:22  databases  idle');
});

test('no peers is a sentence, not an empty screen', () => {
  expect(peerLines([], PLAIN)).toEqual([expect.stringContaining('No machine is reachable yet')]);
});

test('a failed check comes with its remedy', () => {
  const lines = checkLines({ name: 'relay', ok: false, detail: 'no answer', remedy: 'Wait.' }, PLAIN);
  expect(lines[0]).toMatch(/^FAILED +relay +no answer$/);
  expect(lines[1]).toMatch(/→ Wait\.$/);
});

test('an error is its code, what is wrong and what to do', () => {
  expect(errorLines(new CausewayError('NOT_ACTIVATED'), PLAIN)).toEqual([
    'error NOT_ACTIVATED: This computer is not activated.',
    '→ Run `causeway up --token TOKEN` with an activation token from the portal.',
  ]);
});
