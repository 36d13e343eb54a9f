/**
 * What the installer for Windows does, in the language of WiX 3 as far as wixl knows it: per machine, files,
 * service, command in the PATH, and the tray and a shortcut where the desktop application is packed. Pure.
 *
 * The token comes from the command line (`ACTIVATIONTOKEN=…`) or from the name of the file. Windows Installer
 * hands over both as texts, which the agent reads and wipes (agent/activation/windows-sources.ts): nothing
 * of ours runs inside of the installer for it, and its bytes are the same for everybody.
 */
import { guidOf } from './guid.ts';

export interface PackedFile {
  /** Below the directory of the program, with `/`. */
  readonly path: string;
  /** Where it is here; wixl takes only what is relative to its source. */
  readonly from: string;
}

export interface InstallerDescription {
  readonly version: string;
  readonly files: readonly PackedFile[];
  /** The desktop application's program below the directory of the program; undefined where none is packed. */
  readonly application?: string | undefined;
}

/** Known to whoever deploys and to the agent; the key is readable by administrators only. */
export const SETTINGS_KEY = 'Software\\Causeway';
export const SERVICE = 'Causeway';
const UPGRADE_CODE = guidOf('upgrade');
const NODE = 'bin/node.exe';
/** Its row in the table File. */
export const NODE_FILE = idOf(NODE);

export function wxsOf({ version, files, application }: InstallerDescription): string {
  const productCode = guidOf('product', version);
  const components = files.filter(({ path }) => path !== NODE && path !== application).map(fileComponent);
  const node = files.find(({ path }) => path === NODE);
  const program = files.find(({ path }) => path === application);
  if (node === undefined) throw new Error('the installer needs bin/node.exe');
  const all = [
    ...components,
    { directory: 'bin', id: 'Service', xml: serviceComponent(node) },
    { directory: '', id: 'Settings', xml: settingsComponent() },
    ...(program === undefined ? [] : [applicationComponent(program)]),
  ];
  return `<?xml version="1.0" encoding="utf-8"?>
<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
  <Product Id="${productCode}" UpgradeCode="${UPGRADE_CODE}" Name="Causeway" Version="${version}" Manufacturer="Causeway" Language="1033">
    <Package InstallerVersion="500" Compressed="yes" InstallScope="perMachine" Description="Causeway ${version}" />
    <MajorUpgrade DowngradeErrorMessage="A newer version of Causeway is installed already." />
    <Media Id="1" Cabinet="causeway.cab" EmbedCab="yes" />
    <Directory Id="TARGETDIR" Name="SourceDir">
      <Directory Id="ProgramFiles64Folder"><Directory Id="INSTALLDIR" Name="Causeway">
${directoriesOf(all, '', 8)}
      </Directory></Directory>
      <Directory Id="ProgramMenuFolder" />
    </Directory>
    <Feature Id="Main" Level="1" Title="Causeway">
${all.map(({ id }) => `      <ComponentRef Id="${id}" />`).join('\n')}
    </Feature>
  </Product>
</Wix>
`;
}

interface Component {
  /** Below the directory of the program; empty for itself. */
  readonly directory: string;
  readonly id: string;
  readonly xml: string;
}

function fileComponent(file: PackedFile): Component {
  return {
    directory: directoryOf(file.path),
    id: componentId(file.path),
    xml: component(componentId(file.path), file.path, fileElement(file)),
  };
}

/**
 * The service runs as LocalSystem, which may make an adapter. It is started again by itself when it ends
 * unexpectedly (MsiServiceConfigFailureActions, tables.ts).
 */
function serviceComponent(node: PackedFile): string {
  return component(
    'Service',
    NODE,
    `${fileElement(node)}
          <ServiceInstall Id="ServiceInstall" Name="${SERVICE}" DisplayName="Causeway" Description="Takes part in a Causeway network." Type="ownProcess" Start="auto" ErrorControl="normal" Vital="yes" Arguments="&quot;[INSTALLDIR]lib\\causeway.js&quot; service --state &quot;[CommonAppDataFolder]Causeway&quot;" />
          <ServiceControl Id="ServiceControl" Name="${SERVICE}" Start="install" Stop="both" Remove="uninstall" Wait="yes" />`,
  );
}

function settingsComponent(): string {
  const value = (name: string, text: string, keyPath = '') =>
    `<RegistryValue Root="HKLM" Key="${SETTINGS_KEY}" Name="${name}" Type="string" Value="${text}"${keyPath} />`;
  return component(
    'Settings',
    'settings',
    [
      value('InstallDirectory', '[INSTALLDIR]', ' KeyPath="yes"'),
      value('Version', '[ProductVersion]'),
      value('ActivationToken', '[ACTIVATIONTOKEN]'),
      value('Installer', '[OriginalDatabase]'),
    ].join('\n          '),
  );
}

/** In the start menu, and in the tray of everybody who signs in. */
function applicationComponent(program: PackedFile): Component {
  const target = `[INSTALLDIR]${program.path.replaceAll('/', '\\')}`;
  const xml = `${fileElement(program)}
          <Shortcut Id="StartMenu" Directory="ProgramMenuFolder" Name="Causeway" Target="${target}" Description="Shows how this computer is connected." />
          <RegistryValue Root="HKLM" Key="Software\\Microsoft\\Windows\\CurrentVersion\\Run" Name="Causeway" Type="string" Value="&quot;${target}&quot; --at-login" />`;
  return { directory: directoryOf(program.path), id: 'Application', xml: component('Application', program.path, xml) };
}

function component(id: string, name: string, content: string): string {
  return `<Component Id="${id}" Guid="${guidOf('component', name)}" Win64="yes">
          ${content}
        </Component>`;
}

function fileElement({ path, from }: PackedFile): string {
  return `<File Id="${idOf(path)}" Name="${path.split('/').at(-1)}" Source="${from}" KeyPath="yes" />`;
}

function directoriesOf(all: readonly Component[], at: string, indent: number): string {
  const pad = ' '.repeat(indent);
  const below = (directory: string) => at === '' || directory === at || directory.startsWith(`${at}/`);
  const depth = at === '' ? 0 : at.split('/').length;
  const children = new Set(
    all
      .map(({ directory }) => directory)
      .filter((directory) => directory !== at && directory !== '' && below(directory))
      .map((directory) =>
        directory
          .split('/')
          .slice(0, depth + 1)
          .join('/'),
      ),
  );
  return [
    ...all.filter(({ directory }) => directory === at).map(({ xml }) => pad + xml),
    ...[...children].map((child) => {
      const name = child.split('/').at(-1);
      return `${pad}<Directory Id="${idOf(child)}" Name="${name}">\n${directoriesOf(all, child, indent + 2)}\n${pad}</Directory>`;
    }),
  ].join('\n');
}

function directoryOf(path: string): string {
  return path.split('/').slice(0, -1).join('/');
}

/** Identifiers are letters, digits and underscores. */
function idOf(path: string): string {
  return `F_${path.replace(/[^A-Za-z0-9]/g, '_')}`.slice(0, 50) + (path.length > 48 ? guidOf(path).slice(0, 8) : '');
}

function componentId(path: string): string {
  return `C${idOf(path)}`;
}
