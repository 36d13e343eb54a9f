import { describe, expect, test } from 'vitest';
import { dnsRoute, dnsRouteOf } from './dns-routes.ts';
import { isRefusal } from './errors.ts';

describe('as people write them', () => {
  test.each([
    ['corp.example', 'dc1', 'corp.example', ['dc1']],
    [' Corp.Example. ', 'DC1, dc2;dc3 dc4', 'corp.example', ['dc1', 'dc2', 'dc3', 'dc4']],
    ['corp.example', 'dc1.corp.example', 'corp.example', ['dc1']],
    ['corp.example', '100.64.1.2,fd12:3456:789a::1', 'corp.example', ['100.64.1.2', 'fd12:3456:789a::1']],
    ['_msdcs.corp.example', 'dc1', '_msdcs.corp.example', ['dc1']],
    ['0.10.in-addr.arpa', 'dc1', '0.10.in-addr.arpa', ['dc1']],
    ['corp', 'dc1', 'corp', ['dc1']],
  ])('%s=%s', (suffix, servers, expectedSuffix, expectedServers) => {
    const route = dnsRouteOf(suffix, servers);
    expect(route).toEqual({ suffix: expectedSuffix, servers: expectedServers });
    expect(dnsRoute.parse(route)).toEqual(route);
  });

  test.each([
    ['', 'dc1', 'an empty text is no suffix'],
    ['.', 'dc1', 'is no suffix'],
    ['corp..example', 'dc1', 'is no suffix'],
    ['internal', 'dc1', 'is no suffix'],
    ['causeway.internal', 'dc1', 'is no suffix'],
    ['contoso.causeway.internal', 'dc1', 'is no suffix'],
    ['corp.example', '', 'no server is named'],
    ['corp.example', 'dc1 dc2 dc3 dc4 dc5', 'more than 4 servers'],
    ['corp.example', '10.0.0.5', 'is not an address of the network; write the machine’s name'],
    ['corp.example', '2001:db8::1', 'is not an address of the network'],
    ['corp.example', 'dc1.other.example', 'is not the name of a machine'],
  ])('%s=%s is refused', (suffix, servers, issue) => {
    let refused: unknown;
    try {
      dnsRouteOf(suffix, servers);
    } catch (error) {
      refused = error;
    }
    expect(isRefusal(refused, 'DNS_ROUTE_INVALID') && refused.message).toContain(issue);
  });
});
