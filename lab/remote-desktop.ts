/**
 * A remote desktop by RDP on hosts of the lab, all of it Debian's: xrdp with an X server of its own for
 * each session, and FreeRDP on an invisible screen. The client knows the server's certificate by its
 * fingerprint, and takes no other.
 */
import { X509Certificate } from 'node:crypto';
import { until } from './causeway.ts';
import type { Host, Program } from './hosts/host.ts';
import type { Command } from './prerequisites.ts';
import { ACCOUNT, ACCOUNT_HOME } from './ssh.ts';

export const DESKTOP_COMMANDS: readonly Command[] = [
  'xrdp',
  'Xorg',
  'xfreerdp',
  'Xvfb',
  'openbox',
  'xterm',
  'xdotool',
  'import',
  'identify',
  'openssl',
];

const SERVER = '/run/rdp-server';
const DISPLAY = ':9';
const SIZE = '1024x768';
/** More than a screen that is still empty has. */
const COLOURS_MIN = 8;

/**
 * Starts xrdp and its session manager. Their settings are Debian's, but for the certificate and where they log.
 * @param keep directories under /tmp that the host goes on seeing
 * @returns the SHA-256 fingerprint of the server's certificate
 */
export async function startDesktopServer(host: Host, keep: readonly string[]): Promise<string> {
  await ownTemporaryDirectory(host, keep);
  await host.must(['sh', '-c', OWN_SETTINGS]);
  await host.must(['mkdir', '-p', '-m', '755', SERVER]);
  const subject = ['-subj', `/CN=${host.name}`, '-days', '30', '-nodes', '-newkey', 'rsa:2048'];
  const files = ['-keyout', `${SERVER}/key.pem`, '-out', `${SERVER}/certificate.pem`];
  await host.must(['openssl', 'req', '-x509', ...subject, ...files]);
  await change(host, 'xrdp.ini', {
    certificate: `${SERVER}/certificate.pem`,
    key_file: `${SERVER}/key.pem`,
    security_layer: 'tls',
    LogFile: `${SERVER}/xrdp.log`,
  });
  await change(host, 'sesman.ini', { LogFile: `${SERVER}/sesman.log` });
  await host.write(`${ACCOUNT_HOME}/startwm.sh`, SESSION);
  await host.must(['chmod', '755', `${ACCOUNT_HOME}/startwm.sh`]);
  host.spawn('xrdp-sesman', ['/usr/sbin/xrdp-sesman', '--nodaemon', '--config', `${SERVER}/sesman.ini`]);
  const server = host.spawn('xrdp', ['/usr/sbin/xrdp', '--nodaemon', '--config', `${SERVER}/xrdp.ini`]);
  await until(
    async () => (await host.must(['ss', '-Hltn', 'sport = :3389'])) !== '',
    15_000,
    () => `xrdp does not listen\n${server.tail()}`,
  );
  return new X509Certificate(await host.must(['cat', `${SERVER}/certificate.pem`])).fingerprint256.toLowerCase();
}

/** Somebody before a screen that is filled by another computer's desktop. */
export class RemoteDesktop {
  readonly #host: Host;
  readonly #client: Program;

  private constructor(host: Host, client: Program) {
    this.#host = host;
    this.#client = client;
  }

  /** @param fingerprint of the certificate that the server has to show */
  static async open(host: Host, keep: readonly string[], server: string, fingerprint: string): Promise<RemoteDesktop> {
    await ownTemporaryDirectory(host, keep);
    const screen = host.spawn('x-server', ['Xvfb', DISPLAY, '-screen', '0', `${SIZE}x24`, '-displayfd', '1']);
    await screen.prints(/^\d+$/m);
    const options = ['/f', `/v:${server}`, `/u:${ACCOUNT}`, `/cert:fingerprint:sha256:${fingerprint}`];
    const client = host.spawn('xfreerdp', ['xfreerdp', ...options], { environment: { DISPLAY } });
    return new RemoteDesktop(host, client);
  }

  /** A line, on the keyboard; not by an argument, which others could read. */
  async type(line: string): Promise<void> {
    await this.#run(['xdotool', 'type', '--delay', '40', '--file', '-'], line);
    await this.#run(['xdotool', 'key', 'Return']);
  }

  /**
   * Waits until the screen shows something else than `before`, in several colours, and holds still.
   * @param file where the picture of the screen then is
   * @returns what the picture is known by, for the next call
   * @throws Error with what the client printed, when it does not come to that
   */
  async picture(file: string, before = ''): Promise<string> {
    let last = '';
    await until(
      async () => {
        if (!this.#client.running) throw new Error(`FreeRDP ended\n${this.#client.tail()}`);
        await this.#run(['import', '-window', 'root', file]);
        const [colours, signature = ''] = (await this.#run(['identify', '-format', '%k %#', file])).split(' ');
        const still = signature === last;
        last = signature;
        return still && signature !== before && Number(colours) >= COLOURS_MIN;
      },
      60_000,
      () => `the screen shows nothing new\n${this.#client.tail()}`,
    );
    return last;
  }

  async #run(command: readonly string[], input = ''): Promise<string> {
    return this.#host.must(command, { environment: { DISPLAY }, input });
  }
}

/** A copy of Debian's settings with some of them changed. */
async function change(host: Host, file: string, settings: Readonly<Record<string, string>>): Promise<void> {
  const lines = (await host.must(['cat', `/etc/xrdp/${file}`])).split('\n').map((line) => {
    const name = line.split('=')[0] ?? '';
    return settings[name] === undefined ? line : `${name}=${settings[name]}`;
  });
  await host.write(`${SERVER}/${file}`, `${lines.join('\n')}\n`);
}

/**
 * X servers leave locks and sockets in /tmp, which hosts otherwise share with the computer that they are on.
 * @param keep directories that the host goes on seeing, should they be there
 */
async function ownTemporaryDirectory(host: Host, keep: readonly string[]): Promise<void> {
  const kept = keep.filter((path) => path.startsWith('/tmp/'));
  const script = `set -e; mkdir /run/tmp; chmod 1777 /run/tmp; mkdir -m 1777 /run/tmp/.X11-unix
    for path; do mkdir -p "/run$path"; mount --rbind "$path" "/run$path"; done; mount --rbind /run/tmp /tmp`;
  await host.must(['sh', '-c', script, 'sh', ...kept]);
}

/** A fresh host's /etc is links, which only root can follow. */
const OWN_SETTINGS =
  'for d in X11 fonts xrdp bash.bashrc; do cp -rL /etc/$d /etc/$d.own; rm /etc/$d; mv /etc/$d.own /etc/$d; done';

/** What the account's desktop is: a window manager, and a terminal. */
const SESSION = `#!/bin/sh
openbox &
exec xterm -geometry 90x24+40+40 -fa Monospace -fs 12
`;
