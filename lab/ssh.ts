/**
 * OpenSSH on hosts of the lab, as an administrator sets it up: a server with a host key and an account of
 * its own, and a client that knows the server's key under its name, and takes no other.
 */
import type { Host, Program } from './hosts/host.ts';

/** The account that administrators use on the server. */
export const ACCOUNT = 'operator';
export const ACCOUNT_HOME = `/run/home/${ACCOUNT}`;
const CLIENT = '/run/ssh';
export const SSH_CONFIG = `${CLIENT}/config`;

/** Accounts are links to the system's own files on a fresh host; here they become the host's. */
const OWN_ACCOUNTS = 'for f in passwd group shadow; do cp -L /etc/$f /etc/$f.own && mv /etc/$f.own /etc/$f; done';

/**
 * Gives a host an account for administrators. Its number belongs to nobody on a usual Debian.
 * @param passwordHash as in shadow(5); without one, nobody gets in by a password
 */
export async function makeAccount(host: Host, passwordHash = '*'): Promise<void> {
  await host.must(['sh', '-c', OWN_ACCOUNTS]);
  const lines = {
    passwd: `${ACCOUNT}:x:4711:4711:Operator:${ACCOUNT_HOME}:/bin/bash`,
    group: `${ACCOUNT}:x:4711:`,
    shadow: `${ACCOUNT}:${passwordHash}:19000:0:99999:7:::`,
  };
  for (const [file, line] of Object.entries(lines)) {
    await host.must(['sh', '-c', `sed -i '/^${ACCOUNT}:/d' "$1" && cat >> "$1"`, 'sh', `/etc/${file}`], {
      input: `${line}\n`,
    });
  }
  await host.must(['install', '--directory', `--owner=${ACCOUNT}`, `--group=${ACCOUNT}`, '--mode=700', ACCOUNT_HOME]);
}

/** Starts sshd, on every address. @param key the public key of whoever may come in */
export async function startSshServer(host: Host, key: string): Promise<Program> {
  await host.must(['sh', '-c', 'mkdir -p -m 755 /run/sshd /run/ssh-server']);
  await host.must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', '/run/ssh-server/host_key']);
  await host.write('/run/ssh-server/authorized_keys', `${key}\n`);
  const settings = [
    'HostKey /run/ssh-server/host_key',
    'AuthorizedKeysFile /run/ssh-server/authorized_keys',
    'PidFile none',
    'UsePAM no',
    'PasswordAuthentication no',
    'Subsystem sftp internal-sftp',
  ];
  await host.write('/run/ssh-server/config', `${settings.join('\n')}\n`);
  const server = host.spawn('sshd', ['/usr/sbin/sshd', '-D', '-e', '-f', '/run/ssh-server/config']);
  await server.prints(/Server listening on/);
  return server;
}

/** @returns the public key of the host's user */
export async function makeSshKey(client: Host): Promise<string> {
  await client.must(['mkdir', '-p', '-m', '700', CLIENT]);
  await client.must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', `${CLIENT}/key`]);
  return client.must(['cat', `${CLIENT}/key.pub`]);
}

/** Lets a client know a server by its bare name; a machine of that name with another key is refused. */
export async function knowServer(client: Host, server: Host): Promise<void> {
  const key = await server.must(['cat', '/run/ssh-server/host_key.pub']);
  await client.write(`${CLIENT}/known_hosts`, `${server.name} ${key}\n`);
  const settings = [
    `User ${ACCOUNT}`,
    `IdentityFile ${CLIENT}/key`,
    'IdentitiesOnly yes',
    `UserKnownHostsFile ${CLIENT}/known_hosts`,
    'GlobalKnownHostsFile none',
    'StrictHostKeyChecking yes',
    'ConnectTimeout 10',
  ];
  await client.write(SSH_CONFIG, `${settings.join('\n')}\n`);
}

/** Somebody at a terminal: a program on a pseudo-terminal, keys typed one line after the other. */
export class Terminal {
  readonly #host: Host;
  readonly #program: Program;

  private constructor(host: Host, program: Program) {
    this.#host = host;
    this.#program = program;
  }

  static async open(host: Host, command: string): Promise<Terminal> {
    await host.write('/run/keys', '');
    const typed = `tail -c +1 -f /run/keys | exec script --quiet --flush --return --command '${command}' /dev/null`;
    return new Terminal(host, host.spawn('terminal', ['sh', '-c', typed], { environment: { TERM: 'xterm' } }));
  }

  async type(keys: string): Promise<void> {
    await this.#host.must(['sh', '-c', 'cat >> /run/keys'], { input: keys });
  }

  /** What is on the screen so far, without carriage returns. */
  get screen(): string {
    return this.#program.output.replaceAll('\r', '');
  }

  get running(): boolean {
    return this.#program.running;
  }

  async shows(pattern: RegExp, timeoutMs = 15_000): Promise<RegExpExecArray> {
    return this.#program.prints(pattern, timeoutMs);
  }
}
