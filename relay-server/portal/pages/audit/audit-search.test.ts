import { expect, test } from 'vitest';
import { auditParameters, auditSearchOf } from './audit-search.ts';

test('an address gives what makes sense of it', () => {
  const all = { of: 'server', action: 'group.create', search: 'anna', from: '2026-03-01', until: '2026-03-31' };
  expect(auditSearchOf(all)).toEqual(all);
  const nonsense = { of: 'me', action: 'x y', search: '', from: '2026-99-99', until: 7, other: 'thing' };
  expect(auditSearchOf(nonsense)).toEqual({});
  expect(auditSearchOf({ search: 10 })).toEqual({ search: '10' });
  expect(auditSearchOf({ search: 'x'.repeat(200) }).search).toHaveLength(80);
});

test('the API is asked for whole days, of one subscription unless of the server', () => {
  const { from, until, ...rest } = auditParameters({ from: '2026-03-01', until: '2026-03-01', search: 'a' }, 'contoso');
  expect(rest).toEqual({ subscription: 'contoso', search: 'a' });
  expect(Date.parse(until ?? '') - Date.parse(from ?? '')).toBe(86_400_000 - 1);
  expect(auditParameters({ of: 'server' }, 'contoso')).toEqual({});
});
