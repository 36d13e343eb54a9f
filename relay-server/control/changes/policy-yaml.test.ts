import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Label } from '#protocol/names.ts';
import { type PolicyDocument, policyDocument } from '#protocol/rest/changes.ts';
import { plan } from './plan.ts';
import { directoryOf, making, said } from './policy.fixture.ts';
import { differenceTo, documentOf } from './policy-document.ts';
import { fromYaml, toYaml } from './policy-yaml.ts';
import { putPlan } from './put-plan.ts';

const name = fc.stringMatching(/^\P{Cc}{1,12}$/u);
const document: fc.Arbitrary<PolicyDocument> = fc
  .record({
    groups: fc.uniqueArray(
      fc.record({ name, description: fc.string({ unit: 'binary', maxLength: 20 }), interconnected: fc.boolean() }),
      { selector: (group) => group.name.toLowerCase(), maxLength: 4 },
    ),
    roles: fc.uniqueArray(fc.record({ name, description: fc.string({ maxLength: 20 }) }), {
      selector: (role) => role.name.toLowerCase(),
      maxLength: 3,
    }),
    dnsRoutes: fc.constantFrom<Pick<PolicyDocument, 'dnsRoutes'>>(
      {},
      { dnsRoutes: [{ suffix: 'corp.example', servers: ['dc1' as Label, 'dc2' as Label], machines: 'all' }] },
    ),
  })
  .map(({ groups, roles, dnsRoutes }) => ({
    ...dnsRoutes,
    groups,
    roles,
    connections: roles.flatMap((role) =>
      groups.map((group): [string, string] => [`role ${role.name}`, `group ${group.name}`]),
    ),
  }));

test('whatever a policy says, its YAML reads back as the same', () => {
  fc.assert(
    fc.property(document, (policy) => {
      expect(fromYaml(toYaml(policy))).toEqual(policyDocument.parse(policy));
    }),
    { numRuns: 500 },
  );
});

test('whatever was changed, the difference leads to the document, and then there is none', () => {
  fc.assert(
    fc.property(said, said, (from, to) => {
      const target = documentOf(directoryOf(to).home);
      const { directory, home } = directoryOf(from);
      const changes = differenceTo(home, target);
      putPlan(directory, home, plan(home, changes, making()).draft);
      expect(documentOf(home)).toEqual(target);
      expect(toYaml(documentOf(home))).toBe(toYaml(target));
      expect(differenceTo(home, target)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});
