import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { componentsOf, cyclonedx, licencePage, refusedLicences } from './components.ts';

const lockfile = JSON.parse(readFileSync(resolve(import.meta.dirname, '../package-lock.json'), 'utf8'));
const components = componentsOf(lockfile);

test('what is shipped may be: every package has a licence that asks for no more than to be named', () => {
  expect(components.filter(({ scope }) => scope === 'required').length).toBeGreaterThan(50);
  expect(refusedLicences(components)).toEqual([]);
});

test('every package of the lockfile is in it once, with its hash', () => {
  const places = Object.keys(lockfile.packages).filter((place) => place !== '');
  expect(components.length).toBeGreaterThan(places.length / 2);
  expect(new Set(components.map(({ name, version }) => `${name}@${version}`)).size).toBe(components.length);
  const locked = Object.values<{ integrity?: string }>(lockfile.packages).filter(({ integrity }) => integrity);
  expect(components.filter(({ sha512 }) => sha512?.length === 128).length).toBeGreaterThan(locked.length / 2);
  // Those of other platforms are named by the lockfile, and nothing of them was fetched where it was written.
  const without = components.filter(({ scope, sha512 }) => scope === 'required' && sha512 === undefined);
  expect(without.map(({ name }) => name).filter((name) => !/(?:darwin|win|linux|android|bsd)/.test(name))).toEqual([]);
});

test('a package without a licence, or with another, is found where it is shipped, and only there', () => {
  const found = componentsOf({
    packages: {
      '': {},
      'node_modules/a': { version: '1.0.0' },
      'node_modules/@b/c': { version: '1.0.0', license: 'GPL-3.0-only' },
      'node_modules/d': { version: '1.0.0', license: '(GPL-2.0 OR MIT)' },
      'node_modules/e': { version: '1.0.0', license: 'MIT AND AGPL-3.0' },
      'node_modules/f': { version: '1.0.0', license: 'AGPL-3.0', dev: true },
      'node_modules/a/node_modules/f': { version: '2.0.0', license: 'ISC' },
    },
  });
  expect(refusedLicences(found).map(({ name }) => name)).toEqual(['@b/c', 'a', 'e']);
});

test('the bill is CycloneDX, the same for the same lockfile', () => {
  const bill = JSON.stringify(cyclonedx(components, '0.1.0'));
  expect(JSON.stringify(cyclonedx(componentsOf(lockfile), '0.1.0'))).toBe(bill);
  expect(JSON.parse(bill)).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' });
  expect(bill).toContain('"purl":"pkg:npm/%40noble/hashes@');
  expect(bill).not.toMatch(/https?:\/\/(?!cyclonedx)/);
  expect(licencePage(components)).toContain('| @noble/hashes |');
});
