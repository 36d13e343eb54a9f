/**
 * The part of the catalogue for the computer that a program of ours runs on: ports, files, adapter, routes, and
 * the agent itself. Taken in by errors.ts, from which everybody has it.
 */
import type { CatalogueEntry } from './errors.ts';

export const COMPUTER_ERRORS = {
  PORT_IN_USE: {
    what: 'Another program already listens on {address}.',
    remedy: 'Stop that program (see `ss -ltnp`), or choose another port with `--listen HOST:PORT`.',
    http: 500,
  },
  PORT_FORBIDDEN: {
    what: 'This user may not listen on {address}.',
    remedy: 'Run as root, or choose a port of 1024 or above with `--listen HOST:PORT`.',
    http: 500,
  },
  LOCAL_PORT_IN_USE: {
    what: 'Another program of this computer already listens on {address}.',
    remedy: 'Stop that program (see `ss -lntup`), or choose another port with `--proxy` or `--forward`.',
    http: 500,
  },
  LOCAL_PORT_FORBIDDEN: {
    what: 'This user may not listen on {address}.',
    remedy: 'Choose a port of 1024 or above with `--proxy` or `--forward`; programs can be told of it.',
    http: 500,
  },
  EXPOSED_PORT_TAKEN: {
    what: 'The port {port} of this machine can not be exposed: it is exposed already.',
    remedy: 'Name each port once with `--expose`.',
    http: 500,
  },
  DIRECTORY_READ_ONLY: {
    what: 'The directory {directory} can not be written to.',
    remedy: 'Run as root, make it writable for this user, or name another directory.',
    http: 500,
  },
  DISK_FULL: {
    what: 'There is no room left on the disk that holds {path}.',
    remedy: 'Free some room; what was stored before is whole, and the refused change can simply be repeated.',
    http: 507,
  },
  STATE_CORRUPT: {
    what: 'The file {path} is damaged and was left as it is.',
    remedy: 'Restore it from a backup, or move it away to start anew.',
    http: 500,
  },
  STATE_TOO_NEW: {
    what: 'The data in {path} was written by a newer version of this program (format {found}, known {known}).',
    remedy: 'Install that version again, or restore a backup made before the update.',
    http: 500,
  },
  SERVER_ALREADY_RUNNING: {
    what: 'Another relay server already uses {directory}.',
    remedy: 'Stop that one first, or name another data directory with `--data DIR`.',
    http: 409,
  },
  DATABASE_UNREACHABLE: {
    what: 'The database does not answer: {cause}.',
    remedy: 'Check that the database server runs and that the address, user and password are right.',
    http: 503,
  },
  CERTIFICATE_UNUSABLE: {
    what: 'The certificate {path} can not be used: {cause}.',
    remedy: 'Give a PEM certificate chain and the PEM private key that belongs to it, or neither.',
    http: 500,
  },
  IDENTITY_CORRUPT: {
    what: 'The identity file {path} is damaged, so this computer can not prove who it is; the file was left as it is.',
    remedy: 'Restore it from a backup, or move it away and activate again with a new token.',
    http: 500,
  },
  IDENTITY_EXPOSED: {
    what: 'The identity file {path} can be read by other users of this computer.',
    remedy:
      'Run `chmod 600` on it; if a stranger may have read it, remove this machine in the portal and activate again.',
    http: 500,
  },
  TUN_MISSING: {
    what: 'This system has no /dev/net/tun, so no virtual adapter can be made.',
    remedy:
      'Load the module with `modprobe tun`; in a container, pass the device in (`--device /dev/net/tun`), or do without by `--userspace`.',
    http: 500,
  },
  WINTUN_MISSING: {
    what: 'There is no {path}, and without it no virtual adapter can be made on Windows.',
    remedy: 'Install Causeway again: its installer puts the file there.',
    http: 500,
  },
  WINTUN_UNUSABLE: {
    what: 'Wintun, which makes the virtual adapter on Windows, can not be used: {cause}.',
    remedy:
      'Install Causeway again; if another program has loaded an older driver, update that program or stop it, and start the service Causeway again.',
    http: 500,
  },
  NETWORK_STAYS_PUBLIC: {
    what: 'Windows takes the network of {adapter} for a public one, and that could not be changed: {cause}.',
    remedy:
      'Until it is private, Windows’ firewall keeps other machines out of this one. As administrator, in PowerShell: Set-NetConnectionProfile -InterfaceAlias {adapter} -NetworkCategory Private.',
    http: 500,
  },
  PRIVILEGE_MISSING: {
    what: 'This user may not {action}.',
    remedy: 'Do it as root (`sudo`), or {otherwise}.',
    http: 500,
  },
  ACCESS_LIST_REFUSED: {
    what: 'Windows does not let the agent say who may use {path}: {cause}.',
    remedy: 'Run the agent as the service Causeway, or from a console of an administrator.',
    http: 500,
  },
  REGISTRY_REFUSED: {
    what: 'Windows does not let the agent at the registry key {key}: {cause}.',
    remedy: 'Run the agent as the service Causeway, or from a console of an administrator.',
    http: 500,
  },
  KEYCHAIN_REFUSED: {
    what: 'The System Keychain of macOS does not keep the agent’s key: {cause}.',
    remedy:
      'Run the agent as root, as launchd does; if it is, look with `security find-generic-password -s org.causeway.agent`.',
    http: 500,
  },
  ADAPTER_NAME_TAKEN: {
    what: 'An interface named {name} exists already and is not ours.',
    remedy: 'Remove it, or choose another name with `--adapter NAME`.',
    http: 500,
  },
  ADAPTER_FAILED: {
    what: 'The virtual adapter failed: {cause}.',
    remedy: 'Run `causeway diagnose`; if it names no cause, report the problem with its output.',
    http: 500,
  },
  COMMAND_MISSING: {
    what: 'The program {command} is not installed, and Causeway needs it to {purpose}.',
    remedy: 'Install it, on Debian and Ubuntu with `apt install {package}`.',
    http: 500,
  },
  ADDRESS_RANGE_OVERLAP: {
    what: 'This computer already has a route to {range}, which Causeway needs.',
    remedy: 'Remove that route or disconnect the other private network that uses the range.',
    http: 500,
  },
  ROUTE_ELSEWHERE: {
    what: 'This computer sends packets for {address} to {interface}, not to Causeway’s adapter {adapter}.',
    remedy:
      'Look at `ip route get {address}` and `ip rule`: another private network takes them; disconnect that one, or leave the range out of its routes.',
    http: 500,
  },
  NAME_SERVERS_CROWDED: {
    what: '{warning}',
    remedy: 'Nothing to do unless names outside Causeway fail; then name fewer servers in /etc/resolv.conf.',
    http: 500,
  },
  STATE_IN_USE: {
    what: 'Another agent already uses the state directory {directory}.',
    remedy: 'Use that agent, or name another directory with `--state DIR`.',
    http: 409,
  },
  AGENT_NOT_RUNNING: {
    what: 'The Causeway agent does not run on this computer (no answer on {socket}).',
    remedy: 'Start it: `systemctl start causeway` where it is installed as a service, else `causeway agent` as root.',
    http: 503,
  },
  AGENT_SILENT: {
    what: 'The Causeway agent on this computer has said nothing for {seconds} s, so nothing is known of the connection.',
    remedy:
      'Wait a moment if the computer has just woken up; otherwise restart the agent (`systemctl restart causeway`).',
    http: 503,
  },
  AGENT_ALREADY_RUNNING: {
    what: 'A Causeway agent already runs here (it answers on {socket}).',
    remedy:
      'Use it, or stop it first; a second one needs a network namespace, `--socket PATH` and `--state DIR` of its own.',
    http: 409,
  },
  UPDATE_AVAILABLE: {
    what: 'Version {version} of Causeway is on its relay server; this computer runs {current}.',
    remedy: 'Run `causeway update` as root, or install the newer package as the one before.',
    http: 409,
  },
  UPDATE_NONE: {
    what: 'There is no newer version of Causeway for this computer on its relay server.',
    remedy: 'Nothing has to be done.',
    http: 404,
  },
  UPDATE_NOT_HERE: {
    what: 'This agent can not update itself: {issue}.',
    remedy: 'Update it in the way in which it was installed.',
    http: 409,
  },
  UPDATE_DAMAGED: {
    what: 'The package {file} that the relay server sent is not the one that was released: its SHA-256 differs.',
    remedy: 'Nothing was installed. Try again; if it stays so, tell the administrator of the server.',
    http: 502,
  },
  UPDATE_FAILED: {
    what: 'The update to version {version} failed: {cause}.',
    remedy: 'The version before runs, if it could; `causeway status` tells. See the log of the agent.',
    http: 500,
  },
  RELEASE_FORGED: {
    what: 'What the relay server says of newer versions is not signed by those who made this one.',
    remedy: 'Nothing was installed. Tell the administrator of the server.',
    http: 502,
  },
} as const satisfies Record<string, CatalogueEntry>;
