/**
 * What the lab needs of the machine: Debian packages, namespaces, a TUN device. As root on Debian it
 * installs what is missing and says so; otherwise it says what to run. Knows nothing of scenarios.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, closeSync, constants, existsSync, openSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Package by the command it brings. */
const PACKAGES = {
  ip: 'iproute2',
  nft: 'nftables',
  nsenter: 'util-linux',
  ping: 'iputils-ping',
  curl: 'curl',
  psql: 'postgresql-client',
  postgres: 'postgresql',
  mariadbd: 'mariadb-server',
  mariadb: 'mariadb-client',
  tsql: 'freetds-bin',
  ssh: 'openssh-client',
  sshd: 'openssh-server',
  xrdp: 'xrdp',
  Xorg: 'xorgxrdp',
  xfreerdp: 'freerdp2-x11',
  xterm: 'xterm',
  openssl: 'openssl',
  openvpn: 'openvpn',
  tincd: 'tinc',
  iperf3: 'iperf3',
  fping: 'fping',
  sockperf: 'sockperf',
  wg: 'wireguard-tools',
  chromium: 'chromium',
  Xvfb: 'xvfb',
  'dbus-daemon': 'dbus',
  dnsperf: 'dnsperf',
  openbox: 'openbox',
  'xfce4-panel': 'xfce4-panel',
  xdotool: 'xdotool',
  import: 'imagemagick',
  identify: 'imagemagick',
  xsetroot: 'x11-xserver-utils',
  samba: 'samba-ad-dc samba-ad-provision',
  'samba-tool': 'samba-common-bin',
  winbindd: 'winbind libnss-winbind',
  kinit: 'krb5-user',
  smbclient: 'smbclient',
  faketime: 'faketime',
  visudo: 'sudo',
  wine: 'wine wine64',
  'x86_64-w64-mingw32-gcc': 'gcc-mingw-w64-x86-64-win32',
  wixl: 'wixl',
  msibuild: 'msitools',
  osslsigncode: 'osslsigncode',
  xorriso: 'xorriso',
  dmg2img: 'dmg2img',
  '7z': 'p7zip-full',
  buildah: 'buildah',
  mmdebstrap: 'mmdebstrap',
  crun: 'crun',
  squid: 'squid-openssl',
  tinyproxy: 'tinyproxy',
  tayga: 'tayga',
  shellcheck: 'shellcheck',
  dig: 'dnsutils',
  'systemd-analyze': 'systemd',
} as const;

export type Command = keyof typeof PACKAGES;

/** What every lab needs, whatever runs in it. */
export const LAB_COMMANDS: readonly Command[] = ['ip', 'nft', 'nsenter', 'ping', 'curl'];
export const SQL_COMMANDS: readonly Command[] = ['psql', 'postgres'];
/** What unit tests hold our files against. Those that lack theirs are skipped, and say so. */
const UNIT_TEST_COMMANDS: readonly Command[] = [
  ...(['shellcheck', 'dig', 'systemd-analyze', 'wixl', 'msibuild', 'osslsigncode'] as const),
  ...(['xorriso', 'dmg2img', '7z'] as const),
];

/**
 * Why something with these needs can not run here; null when it can. Tries to install first.
 * @param say gets sentences for people on what is being done
 */
export function obstacle(commands: readonly Command[], say: (sentence: string) => void): string | null {
  if (process.platform !== 'linux') return 'The lab is made of Linux namespaces; this is another system.';
  return missingPackages(commands, say) ?? missingNamespaces() ?? unusableTun();
}

/** As root on Debian, installs the programs that unit tests use; otherwise says what to run. */
export function prepareUnitTests(say: (sentence: string) => void): void {
  if (process.platform !== 'linux') return;
  const missing = missingPackages(UNIT_TEST_COMMANDS, say);
  if (missing !== null) say(`Tests that need them are skipped. ${missing}`);
}

/** The full path of a command; Debian keeps PostgreSQL's server out of the PATH. */
export function findCommand(command: Command): string | null {
  const path = (process.env.PATH ?? '').split(delimiter);
  const directories = [...path, '/usr/sbin', '/usr/bin', '/sbin', '/bin', ...postgresDirectories()];
  return directories.map((directory) => join(directory, command)).find(isExecutable) ?? null;
}

function missingPackages(commands: readonly Command[], say: (sentence: string) => void): string | null {
  const missing = () => commands.filter((command) => findCommand(command) === null).map((command) => PACKAGES[command]);
  const packages = missing();
  if (packages.length === 0) return null;
  const line = `apt-get install --yes --no-install-recommends ${packages.join(' ')}`;
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    say(`Installing what is needed: ${packages.join(' ')}`);
    // Another scenario may be installing at this moment: its lock is waited for.
    const install = `(apt-get update; ${line} -o DPkg::Lock::Timeout=300) 1>&2`;
    // Debian would start a database server of its own at once; the lab wants only the program.
    spawnSync('sh', ['-c', install], {
      stdio: ['ignore', 'ignore', 'ignore'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
    });
    if (missing().length === 0) return null;
    return `These packages could not be installed: ${missing().join(' ')}. Run: ${line}`;
  }
  return `These packages are missing: ${packages.join(' ')}. Run: sudo ${line}`;
}

function missingNamespaces(): string | null {
  const rootless = process.getuid?.() !== 0;
  const flags = [...(rootless ? ['--map-root-user'] : []), '--net', '--mount', '--pid', '--fork', '--mount-proc'];
  const tried = spawnSync('unshare', [...flags, 'true'], { encoding: 'utf8' });
  if (tried.status === 0) return null;
  const why = tried.error?.message ?? tried.stderr.trim();
  return rootless
    ? `This user may not make namespaces (${why}). Run as root, or: sudo sysctl kernel.unprivileged_userns_clone=1`
    : `Namespaces can not be made here (${why}); in a container, run it with --privileged.`;
}

function unusableTun(): string | null {
  if (!existsSync('/dev/net/tun')) return 'There is no /dev/net/tun. Run as root: modprobe tun';
  try {
    closeSync(openSync('/dev/net/tun', 'r+'));
    return null;
  } catch {
    return 'This user may not open /dev/net/tun. Run as root, or: sudo chmod 666 /dev/net/tun (as Debian has it)';
  }
}

function postgresDirectories(): string[] {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return [];
  const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(root, version, 'bin'));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
