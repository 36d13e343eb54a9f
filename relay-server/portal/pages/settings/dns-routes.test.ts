import { describe, expect, test } from 'vitest';
import type { DnsRoute } from '../../api/shapes.ts';
import { routesWith } from './dns-routes.ts';

const route = (suffix: string, ...servers: string[]) =>
  ({ suffix, servers, machines: 'role-instances' }) as unknown as DnsRoute;
const [corp, lab] = [route('corp.example', 'dc1'), route('lab.example', 'ns1')];

describe('a change of one suffix', () => {
  test('leaves the others as they are now', () => {
    expect(routesWith([lab], undefined, corp)).toEqual([lab, corp]);
    expect(routesWith([corp, lab], corp, route('corp.example', 'dc1', 'dc2'))).toEqual([
      lab,
      route('corp.example', 'dc1', 'dc2'),
    ]);
    expect(routesWith([corp, lab], corp, undefined)).toEqual([lab]);
  });

  test('may be one of the suffix itself', () => {
    expect(routesWith([corp], corp, route('corp.test', 'dc1'))).toEqual([route('corp.test', 'dc1')]);
  });

  test.each([
    ['has changed', [route('corp.example', 'dc9')], corp, lab],
    ['is for other machines', [{ ...corp, machines: 'all' } as DnsRoute], corp, lab],
    ['was removed', [], corp, undefined],
    ['was added by somebody else', [corp], undefined, corp],
    ['would be there twice', [corp, lab], lab, corp],
  ])('is refused when it %s', (_why, now, before, after) => {
    expect(() => routesWith(now, before, after)).toThrow('meanwhile');
  });
});
