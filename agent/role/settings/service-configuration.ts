/**
 * Reads the settings of a role from the original's service configuration (ServiceConfiguration.cscfg), as it
 * was deployed: its namespace, all its other settings, which are none of our business, and the empty values
 * that its tools wrote for what nobody had set.
 */
import { CausewayError } from '#protocol/errors.ts';
import { meantBy } from './misspelling.ts';
import { readRoleFile } from './role-file.ts';
import { knownSetting, refuseSecond, type SettingEntry } from './setting-entry.ts';
import { ORIGINAL_PREFIX, SETTING_NAMES } from './setting-names.ts';
import { parseXml, type XmlElement } from './xml-tree.ts';

const NAMESPACE = 'http://schemas.microsoft.com/ServiceHosting/2008/10/ServiceConfiguration';
const KIND = 'a service configuration';

export interface ServiceRole {
  readonly name: string;
  readonly settings: readonly SettingEntry[];
}

/**
 * @param role by its name; without it the only one, or the only one that has settings of the plug-in
 * @throws CausewayError ROLE_FILE_…, ROLE_UNKNOWN, ROLE_NOT_NAMED, ROLE_SETTING_UNKNOWN, ROLE_SETTING_TWICE
 */
export async function readServiceConfiguration(file: string, role: string | undefined): Promise<ServiceRole> {
  const root = parseXml(await readRoleFile(file, KIND), file, KIND);
  if (root.name !== 'ServiceConfiguration' || root.namespace !== NAMESPACE) {
    throw malformed(file, root, `its outermost element has to be <ServiceConfiguration xmlns="${NAMESPACE}">`);
  }
  const chosen = choose(file, childrenOf(root, 'Role'), role);
  return { name: attributeOf(file, chosen, 'name'), settings: settingsOf(file, chosen) };
}

function choose(file: string, roles: readonly XmlElement[], wanted: string | undefined): XmlElement {
  const nameOf = (element: XmlElement) => attributeOf(file, element, 'name');
  const names = roles.map(nameOf).join(', ') || 'none';
  if (wanted !== undefined) {
    const found = roles.find((element) => nameOf(element) === wanted);
    if (found === undefined) throw new CausewayError('ROLE_UNKNOWN', { file, role: wanted, roles: names });
    return found;
  }
  if (roles.length === 0)
    throw new CausewayError('ROLE_FILE_MALFORMED', { place: file, kind: KIND, issue: 'it has no <Role>' });
  const connected = roles.filter((element) => settingElements(element).some(isOurs));
  const [only, ...others] = connected.length > 0 ? connected : roles;
  if (only === undefined || others.length > 0) throw new CausewayError('ROLE_NOT_NAMED', { file, roles: names });
  return only;
}

function settingsOf(file: string, role: XmlElement): SettingEntry[] {
  const entries: SettingEntry[] = [];
  for (const element of settingElements(role)) {
    const written = attributeOf(file, element, 'name');
    const place = `${file}:${element.line}`;
    if (!written.startsWith(ORIGINAL_PREFIX)) {
      refuseMisspeltPrefix(written, place);
      continue;
    }
    const value = attributeOf(file, element, 'value');
    const name = knownSetting(written.slice(ORIGINAL_PREFIX.length), { place, written });
    const entry: SettingEntry = { name, value, place, written };
    refuseSecond(entries, entry);
    entries.push(entry);
  }
  return entries;
}

/** An application's own setting is let through; one that is ours but for two letters would be missed in silence. */
function refuseMisspeltPrefix(written: string, place: string): void {
  const meant = meantBy(
    written,
    SETTING_NAMES.map((name) => ORIGINAL_PREFIX + name),
  );
  if (meant === undefined) return;
  throw new CausewayError('ROLE_SETTING_UNKNOWN', {
    place,
    setting: written,
    remedy: `Write ${meant} if that was meant.`,
  });
}

function isOurs(element: XmlElement): boolean {
  return element.attributes.get('name')?.startsWith(ORIGINAL_PREFIX) === true;
}

function settingElements(role: XmlElement): XmlElement[] {
  return childrenOf(role, 'ConfigurationSettings').flatMap((settings) => childrenOf(settings, 'Setting'));
}

function childrenOf(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((child) => child.name === name && child.namespace === NAMESPACE);
}

function attributeOf(file: string, element: XmlElement, name: string): string {
  const value = element.attributes.get(name);
  if (value === undefined) throw malformed(file, element, `<${element.name}> has no attribute ${name}`);
  return value;
}

function malformed(file: string, { line }: XmlElement, issue: string): CausewayError {
  return new CausewayError('ROLE_FILE_MALFORMED', { place: `${file}:${line}`, kind: KIND, issue });
}
