import { describe, expect, test } from 'vitest';
import { inEnclosure, whyNoEnclosure } from './enclosure.fixture.ts';
import { findOverlap, isInside } from './overlap.ts';

describe('ranges', () => {
  test.each([
    ['100.64.0.0/10', '100.64.0.0/10', true],
    ['100.127.255.255', '100.64.0.0/10', true],
    ['100.128.0.0/10', '100.64.0.0/10', false],
    ['100.0.0.0/8', '100.64.0.0/10', false],
    ['fd12:3456:789a:ffff::/64', 'fd12:3456:789a::/48', true],
    ['fd12:3456:789b::/48', 'fd12:3456:789a::/48', false],
    ['100.64.0.1', 'fd12:3456:789a::/48', false],
    ['multicast', '100.64.0.0/10', false],
  ])('%s inside %s: %s', (inner, outer, expected) => {
    expect(isInside(inner, outer)).toBe(expected);
  });

  test('our own routes and the default route are no overlap', () => {
    const routes = [
      { dst: 'default', dev: 'eth0' },
      { dst: '100.64.0.0/10', dev: 'causeway0' },
    ];
    expect(findOverlap(routes, ['100.64.0.0/10'], 'causeway0')).toBeNull();
    expect(findOverlap(routes, ['100.64.0.0/10'], 'causeway1')).toEqual({ range: '100.64.0.0/10', route: routes[1] });
  });
});

const reason = whyNoEnclosure();
describe.skipIf(reason !== null)(
  `on a real network stack${reason ? ` (skipped: ${reason})` : ''}`,
  { timeout: 60_000 },
  () => {
    test('addresses and routes are usable at once, nothing else changes, and all is taken back', async () => {
      const seen = await inEnclosure('network.fixture.ts', 'setUp');
      const { before, after, during, left, othersEqual } = seen as Record<string, Record<string, string>>;
      expect(during).toMatchObject({ ipv6: 'on', mtu: 'mtu 1400', addresses: '100.64.1.1/32\nfd12:3456:789a::1/128' });
      expect(during?.routes).toMatch(/^100\.64\.0\.0\/10 .*src 100\.64\.1\.1.*\nfd12:3456:789a::\/48 /);
      expect(during?.routes?.split('\n')).toHaveLength(2);
      expect(during?.toPeer).toMatch(/100\.99\.9\.9 dev cwos0 src 100\.64\.1\.1.*\n.*dev cwos0.*src fd12:3456:789a::1/);
      expect(during?.elsewhere).toContain('via 192.0.2.1 dev cwos-a');
      expect(othersEqual).toBe(true);
      expect(left).toBe('');
      expect(after).toEqual(before);
      expect(before?.routes).toContain('192.0.2.1');
    });

    test('what a held interface still has is named and removed; a dead one has nothing', async () => {
      const seen = (await inEnclosure('network.fixture.ts', 'leftovers')) as Record<string, unknown>;
      expect(seen.held).toEqual(
        expect.arrayContaining(['100.64.0.0/10', 'fd12:3456:789a::/48', '100.64.1.1/32', 'fd12:3456:789a::1/128']),
      );
      expect(seen.dead).toEqual([]);
      expect(seen.routes).not.toContain('100.64');
    });

    test('the way of a packet is the kernel’s whole decision, and what is set up is told in its words', async () => {
      const seen = (await inEnclosure('network.fixture.ts', 'routes')) as Record<string, unknown>;
      expect(seen).toMatchObject({
        before: 'ROUTE_ELSEWHERE',
        well: 'packets for 100.99.9.9 and fd12:3456:789a:9::9 go to cwos0',
        taken: 'ROUTE_ELSEWHERE',
        refused: 'ROUTE_ELSEWHERE',
        addresses: expect.arrayContaining([expect.stringContaining('inet 100.64.1.1/32')]),
        routes: expect.arrayContaining([
          expect.stringMatching(/^100\.64\.0\.0\/10/),
          expect.stringMatching(/^fd12:3456:789a::\/48/),
          expect.stringMatching(/lookup main/),
        ]),
        resolver: expect.any(Number),
        gone: [expect.stringMatching(/^ip address show dev cwos0: .*does not exist/)],
      });
    });

    test('an overlap is refused, a wider route is not', async () => {
      const refused = 'ADDRESS_RANGE_OVERLAP';
      expect(await inEnclosure('network.fixture.ts', 'overlaps')).toEqual({
        equal: refused,
        inside: refused,
        'other table': refused,
        blackhole: refused,
        ipv6: refused,
        address: refused,
        'name server': refused,
        wider: 'none',
        beside: 'none',
      });
    });

    test('refusals have their code and leave nothing', async () => {
      expect(await inEnclosure('network.fixture.ts', 'refusals')).toEqual({
        notRoot: 'PRIVILEGE_MISSING',
        noAdapter: 'ADAPTER_FAILED',
        noCommand: 'COMMAND_MISSING',
        otherIp: 'COMMAND_MISSING',
        badAddress: 'ADAPTER_FAILED',
        left: '',
      });
    });

    test('with IPv6 switched off it goes on with IPv4', async () => {
      const seen = (await inEnclosure('network.fixture.ts', 'withoutIpv6')) as Record<string, string>;
      expect(seen).toMatchObject({ ipv6: 'disabled', addresses: '100.64.1.1/32' });
      expect(seen.routes).toMatch(/^100\.64\.0\.0\/10 [^\n]*$/);
    });
  },
);
