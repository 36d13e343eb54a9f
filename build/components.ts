/**
 * The packages of the lockfile as components: names, versions, licences and hashes. Pure.
 */

interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly name?: string;
}

export interface Component {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  /** `required` runs in what is shipped; `excluded` builds or tests it. */
  readonly scope: 'required' | 'excluded';
  /** SHA-512, hex. */
  readonly sha512: string | undefined;
}

/** Of what is shipped: those that ask for no more than to be named. MPL-2.0 asks for its own files' sources alone. */
const ALLOWED: ReadonlySet<string> = new Set([
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '0BSD',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'Unlicense',
  'MPL-2.0',
]);
/** For people: what makes a licence one that is not shipped. */
export const REFUSED = 'no licence, or one that asks for more than to be named';

/** @param lockfile package-lock.json, version 3. One component for each package and version, by name. */
export function componentsOf(lockfile: { readonly packages: Readonly<Record<string, LockedPackage>> }): Component[] {
  const found = new Map<string, Component>();
  for (const [place, one] of Object.entries(lockfile.packages)) {
    if (place === '' || one.link === true) continue;
    const name = one.name ?? place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const version = one.version ?? '';
    const before = found.get(`${name}@${version}`);
    const required = one.dev !== true || before?.scope === 'required';
    found.set(`${name}@${version}`, {
      name,
      version,
      licence: one.license ?? '',
      scope: required ? 'required' : 'excluded',
      sha512: sha512Of(one.integrity),
    });
  }
  return [...found.values()].sort((a, b) => (`${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1));
}

/** What is shipped and may not be. */
export function refusedLicences(components: readonly Component[]): Component[] {
  return components.filter(({ scope, licence }) => scope === 'required' && !isAllowed(licence));
}

/** CycloneDX 1.6. Says nothing of when it was made, so that the same lockfile gives the same bytes. */
export function cyclonedx(components: readonly Component[], version: string): object {
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: { type: 'application', name: 'causeway', version, licenses: [{ license: { id: 'MIT' } }] },
    },
    components: components.map(({ name, version, licence, scope, sha512 }) => ({
      type: 'library',
      'bom-ref': purlOf(name, version),
      ...(name.startsWith('@') && { group: name.slice(0, name.indexOf('/')) }),
      name: name.slice(name.indexOf('/') + 1),
      version,
      scope,
      purl: purlOf(name, version),
      ...(sha512 !== undefined && { hashes: [{ alg: 'SHA-512', content: sha512 }] }),
      ...(licence !== '' && { licenses: [/ /.test(licence) ? { expression: licence } : { license: { id: licence } }] }),
    })),
  };
}

/** For people. */
export function licencePage(components: readonly Component[]): string {
  const row = ({ name, version, licence }: Component) => `| ${name} | ${version} | ${licence || 'none named'} |`;
  const table = (scope: Component['scope']) => [
    '| package | version | licence |',
    '| --- | --- | --- |',
    ...components.filter((each) => each.scope === scope).map(row),
  ];
  return [
    '# Licences',
    '',
    'Causeway is under the MIT licence. It is made with these packages, from the lockfile.',
    '',
    '## Shipped',
    '',
    ...table('required'),
    '',
    '## For building and testing',
    '',
    ...table('excluded'),
    '',
  ].join('\n');
}

/** `A OR B` is allowed if one of them is, `A AND B` if both are. */
function isAllowed(licence: string): boolean {
  const choices = licence.replace(/[()]/g, '').split(' OR ');
  return choices.some((choice) => choice.split(' AND ').every((one) => ALLOWED.has(one.trim())));
}

function purlOf(name: string, version: string): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

function sha512Of(integrity: string | undefined): string | undefined {
  const base64 = /(?:^|\s)sha512-([\w+/]+=*)/.exec(integrity ?? '')?.[1];
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64').toString('hex');
}
