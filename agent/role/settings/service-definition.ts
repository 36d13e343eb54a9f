/**
 * Looks into the original's service definition (ServiceDefinition.csdef) for the one line that concerns us:
 * whether a role imports the module Connect.
 */
import { CausewayError } from '#protocol/errors.ts';
import { readRoleFile } from './role-file.ts';
import { parseXml, type XmlElement } from './xml-tree.ts';

const NAMESPACE = 'http://schemas.microsoft.com/ServiceHosting/2008/10/ServiceDefinition';
const KIND = 'a service definition';
const ROLE_ELEMENTS = ['WebRole', 'WorkerRole', 'VirtualMachineRole'];

/**
 * @param role by its name; without it the only one that imports Connect
 * @returns the role's name
 * @throws CausewayError ROLE_FILE_…, ROLE_UNKNOWN, ROLE_NOT_NAMED, CONNECT_NOT_IMPORTED
 */
export async function readServiceDefinition(file: string, role: string | undefined): Promise<string> {
  const root = parseXml(await readRoleFile(file, KIND), file, KIND);
  if (root.name !== 'ServiceDefinition' || root.namespace !== NAMESPACE) {
    const issue = `its outermost element has to be <ServiceDefinition xmlns="${NAMESPACE}">`;
    throw new CausewayError('ROLE_FILE_MALFORMED', { place: `${file}:${root.line}`, kind: KIND, issue });
  }
  const roles = root.children.filter(({ name, namespace }) => namespace === NAMESPACE && ROLE_ELEMENTS.includes(name));
  const names = roles.map(nameOf).join(', ') || 'none';
  const candidates = role === undefined ? roles.filter(importsConnect) : roles.filter((one) => nameOf(one) === role);
  const [found, ...others] = candidates;
  if (others.length > 0) throw new CausewayError('ROLE_NOT_NAMED', { file, roles: names });
  if (role !== undefined && found === undefined) throw new CausewayError('ROLE_UNKNOWN', { file, role, roles: names });
  if (found === undefined || !importsConnect(found)) {
    throw new CausewayError('CONNECT_NOT_IMPORTED', {
      place: found === undefined ? file : `${file}:${found.line}`,
      role: found === undefined ? names : nameOf(found),
    });
  }
  return nameOf(found);
}

function nameOf(role: XmlElement): string {
  return role.attributes.get('name') ?? '';
}

function importsConnect(role: XmlElement): boolean {
  const imports = role.children.filter(({ name, namespace }) => name === 'Imports' && namespace === NAMESPACE);
  return imports.some(({ children }) =>
    children.some(({ name, attributes }) => name === 'Import' && attributes.get('moduleName') === 'Connect'),
  );
}
