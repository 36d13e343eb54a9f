/**
 * What Causeway is made of, from the lockfile alone: a software bill of materials (CycloneDX 1.6) and the list
 * of licences. Downloads nothing.
 *
 *     npm run sbom        writes dist/sbom.cdx.json and dist/licences.md, and says what is in them
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Component, componentsOf, cyclonedx, licencePage, REFUSED, refusedLicences } from './components.ts';

const ROOT = resolve(import.meta.dirname, '..');

const components = componentsOf(JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')));
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
mkdirSync(join(ROOT, 'dist'), { recursive: true });
writeFileSync(join(ROOT, 'dist/sbom.cdx.json'), `${JSON.stringify(cyclonedx(components, version), null, 2)}\n`);
writeFileSync(join(ROOT, 'dist/licences.md'), licencePage(components));
const shipped = components.filter(({ scope }) => scope === 'required');
console.log(
  `${components.length} packages, ${shipped.length} of them run in what is shipped; dist/sbom.cdx.json, dist/licences.md`,
);
const refused: readonly Component[] = refusedLicences(components);
for (const { name, licence } of refused)
  console.error(`${name}: ${licence} is none of those that may be shipped (${REFUSED})`);
process.exitCode = refused.length > 0 ? 1 : 0;
