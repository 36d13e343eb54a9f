import { describe, expect, test } from 'vitest';
import { type NetworkTables, outerNetwork, outerNetworkOf } from './outer-network.ts';

const HEAD = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT';
const DEFAULT = 'eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0';
const LAN = 'eth0\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0';
const OVERLAY = 'causeway0\t00004064\t00000000\t0001\t0\t0\t0\t0000C0FF\t0\t0\t0';
const ZERO = '0'.repeat(32);
const REFUSAL6 = `${ZERO} 00 ${ZERO} 00 ${ZERO} ffffffff 00000001 00000000 00200200       lo`;

const own = (address: string) => [{ address, internal: false }];
const LOOPBACK = [{ address: '127.0.0.1', internal: true }];
const OURS = ['100.64.0.7', 'fd00::7'];

const office: NetworkTables = {
  interfaces: { lo: LOOPBACK, eth0: own('192.168.1.10'), docker0: own('172.17.0.1'), causeway0: own('100.64.0.7') },
  routes: [HEAD, DEFAULT, LAN, OVERLAY, ''].join('\n'),
  routes6: `${REFUSAL6}\n`,
};
const wayOut = (tables: NetworkTables) => outerNetworkOf(tables, OURS).wayOut;

describe('the way out', () => {
  test('is the default routes with the addresses of their interfaces, and nothing else', () => {
    expect(outerNetworkOf(office, OURS)).toEqual({
      connected: true,
      wayOut: 'eth0 via 00000000/00000000 0101A8C0 100 eth0=192.168.1.10',
      sources: ['192.168.1.10'],
      addresses: 'docker0=172.17.0.1 eth0=192.168.1.10',
    });
    const moreContainers = { ...office.interfaces, docker1: own('172.18.0.1') };
    expect(wayOut({ ...office, interfaces: moreContainers })).toBe(wayOut(office));
    expect(wayOut({ ...office, routes: office.routes.replace(`${OVERLAY}\n`, '') })).toBe(wayOut(office));
  });

  test.each<[string, Partial<NetworkTables>]>([
    ['another gateway', { routes: office.routes.replace('0101A8C0', 'FE01A8C0') }],
    ['another address', { interfaces: { ...office.interfaces, eth0: own('192.168.1.77') } }],
    ['another interface', { routes: office.routes.replace('eth0\t00000000', 'docker0\t00000000') }],
    ['a cable that is out', { interfaces: { docker0: own('172.17.0.1') } }],
    [
      'a VPN laid over it by halves',
      { routes: `${office.routes}tun1\t00000080\t0100000A\t0003\t0\t0\t0\t00000080\t0\t0\t0\n` },
    ],
    [
      'a router that speaks IPv6',
      {
        routes6: `${ZERO} 00 ${ZERO} 00 fe80000000000000000000000000000001 00000400 00000001 00000000 00450003 eth0\n`,
      },
    ],
  ])('is another one with %s', (_, change) => {
    expect(wayOut({ ...office, ...change })).not.toBe(wayOut(office));
  });

  test('does not depend on counters, nor on the address that IPv6 gives itself', () => {
    const used = { ...office, routes: office.routes.replace('0003\t0\t0', '0003\t7\t9') };
    expect(wayOut(used)).toBe(wayOut(office));
    const linkLocal = { ...office.interfaces, eth0: [...own('192.168.1.10'), ...own('fe80::1')] };
    expect(wayOut({ ...office, interfaces: linkLocal })).toBe(wayOut(office));
  });

  test('is every address where nothing leads everywhere', () => {
    const next = { ...office, routes: [HEAD, LAN].join('\n') };
    expect(wayOut(next)).toBe('docker0=172.17.0.1 eth0=192.168.1.10');
  });
});

test('a computer with nothing but loopback, our adapter and link-local addresses is not connected', () => {
  const interfaces = { lo: LOOPBACK, causeway0: own('100.64.0.7'), eth0: own('fe80::1') };
  expect(outerNetworkOf({ ...office, interfaces }, OURS).connected).toBe(false);
});

test('the real system can be asked', () => {
  const { addresses, wayOut: real } = outerNetwork([]);
  expect(addresses).not.toContain('127.0.0.1');
  expect(typeof real).toBe('string');
});
