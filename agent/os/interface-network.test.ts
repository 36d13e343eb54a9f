import { describe, expect, test } from 'vitest';
import { type InterfaceSettings, proveWay, refuseOverlap, setUpInterface } from './interface-network.ts';

const OVERLAY = { ipv4: '100.64.1.2', ipv6: 'fd12:3456:789a::2', ipv6Range: 'fd12:3456:789a::/48' };

function settingsOf(other: Readonly<Record<string, string>> = {}) {
  const [addresses, routes] = [new Set<string>(), new Set<string>()];
  const settings: InterfaceSettings = {
    name: 'utun5',
    addAddress: (address) => void addresses.add(address),
    removeAddress: (address) => void addresses.delete(address),
    addRoute: (range) => void routes.add(range),
    removeRoute: (range) => void routes.delete(range),
    addresses: () => [...addresses],
    routes: () => [...routes],
    otherRoutes: () => Object.entries(other).map(([dst, name]) => ({ dst, interfaceName: () => name })),
  };
  return { settings, addresses, routes };
}

test('addresses and routes are set, proven, and taken away', () => {
  const { settings, addresses, routes } = settingsOf();
  const setup = setUpInterface(settings, OVERLAY, true);
  expect([...addresses, ...routes]).toEqual([
    '100.64.1.2',
    'fd12:3456:789a::2',
    '100.64.0.0/10',
    'fd12:3456:789a::/48',
  ]);
  setup.prove();
  setup[Symbol.dispose]();
  expect([...addresses, ...routes]).toEqual([]);
});

test('without IPv6 there is nothing of it', () => {
  const { settings, addresses, routes } = settingsOf();
  setUpInterface(settings, OVERLAY, false).prove();
  expect([...addresses, ...routes]).toEqual(['100.64.1.2', '100.64.0.0/10']);
});

describe('a proof names what is gone', () => {
  test.each([
    ['the address fd12:3456:789a::2', (it: ReturnType<typeof settingsOf>) => it.addresses.delete('fd12:3456:789a::2')],
    ['the route to 100.64.0.0/10', (it: ReturnType<typeof settingsOf>) => it.routes.delete('100.64.0.0/10')],
  ])('%s', (what, remove) => {
    const it = settingsOf();
    const setup = setUpInterface(it.settings, OVERLAY, true);
    remove(it);
    expect(() => setup.prove()).toThrow(
      expect.objectContaining({ code: 'ADAPTER_FAILED', message: expect.stringContaining(what) }),
    );
  });
});

test('another private network in our range is refused by its name, and a wider route is none', () => {
  expect(() => refuseOverlap(settingsOf({ '100.0.0.0/8': 'en0', '0.0.0.0/0': 'en0' }).settings, OVERLAY)).not.toThrow();
  expect(() => refuseOverlap(settingsOf({ '10.0.0.0/8': 'en0', '100.100.0.0/16': 'utun3' }).settings, OVERLAY)).toThrow(
    expect.objectContaining({
      code: 'ADDRESS_RANGE_OVERLAP',
      details: { range: '100.64.0.0/10', route: '100.100.0.0/16', interface: 'utun3' },
    }),
  );
});

test('the way of packets is by the adapter, or said to be another', () => {
  expect(proveWay('utun5', ['100.64.1.3', 'fd12::3'], () => 'utun5')).toBe(
    'packets for 100.64.1.3 and fd12::3 go to utun5',
  );
  for (const [found, name] of [
    [undefined, 'nowhere'],
    ['utun3', 'utun3'],
  ] as const) {
    expect(() => proveWay('utun5', ['100.64.1.3'], () => found)).toThrow(
      expect.objectContaining({
        code: 'ROUTE_ELSEWHERE',
        details: { address: '100.64.1.3', adapter: 'utun5', interface: name },
      }),
    );
  }
});
