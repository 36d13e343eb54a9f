/**
 * A Debian of its own on a host of the lab: the system's files, of which whatever is written is kept
 * elsewhere, with the real dpkg and apt, for installing packages as somebody does. Apt knows no sources.
 */
import { existsSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import type { Host, Program, RunOptions, RunResult } from './hosts/host.ts';

/** What dpkg has not yet written into its list. */
const UNFINISHED = '/var/lib/dpkg/updates';
const HOME = '/run/debian';
const ROOT = `${HOME}/root`;
const APT = ['apt-get', '--yes', '--quiet', '--option', 'APT::Sandbox::User=root'];
const APT_MS = 120_000;
const SET_UP = `set -e
mkdir -p ${HOME} && mount -t tmpfs tmpfs ${HOME} && cd ${HOME} && mkdir upper work root
mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work root
for name in proc dev sys; do mount --rbind /$name root/$name; done
mount -t tmpfs tmpfs root/run && mount -t tmpfs tmpfs root/tmp && chmod 1777 root/tmp
rm -rf root/etc/apt/sources.list root/etc/apt/sources.list.d/* root/usr/sbin/policy-rc.d
for name in resolv.conf hosts hostname nsswitch.conf; do rm -f root/etc/$name; cp /etc/$name root/etc/$name; done
sed -i /^causeway:/d root/etc/group root/etc/gshadow`;
/** What dpkg and apt note of themselves, and what any program leaves behind. */
const NOTES = String.raw`^/(var/lib/(dpkg|apt)|var/cache|var/log/(apt|dpkg\.log)|etc/(group|gshadow)|etc/resolv\.conf|etc/apt|srv|root)(/|-|$)`;

/** @returns why packages can not be installed there now, as a sentence, or null: what dpkg knows is the system's */
export function dpkgIsBusy(): string | null {
  const busy = existsSync(UNFINISHED) && readdirSync(UNFINISHED).length > 0;
  return busy
    ? 'dpkg is at work on this computer, or was interrupted (dpkg --configure -a): try again when it has ended.'
    : null;
}

export class DebianRoot {
  readonly #host: Host;

  private constructor(host: Host) {
    this.#host = host;
  }

  static async on(host: Host): Promise<DebianRoot> {
    await host.must(['sh', '-c', SET_UP]);
    return new DebianRoot(host);
  }

  get name(): string {
    return `the Debian of ${this.#host.name}`;
  }

  run(command: readonly string[], options?: RunOptions): Promise<RunResult> {
    return this.#host.run(['chroot', ROOT, ...command], options);
  }

  must(command: readonly string[], options?: RunOptions): Promise<string> {
    return this.#host.must(['chroot', ROOT, ...command], options);
  }

  spawn(label: string, command: readonly string[]): Program {
    return this.#host.spawn(label, ['chroot', ROOT, ...command]);
  }

  /** Puts a file of the lab's own here. @param to absolute path of a file in a directory that is there */
  async place(file: string, to: string): Promise<void> {
    await this.#host.must(['cp', file, `${ROOT}${to}`]);
  }

  apt(words: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<RunResult> {
    return this.run([...APT, ...words], {
      timeoutMs: APT_MS,
      environment: { DEBIAN_FRONTEND: 'noninteractive', ...environment },
    });
  }

  /** @throws Error with what apt said */
  async mustApt(...words: string[]): Promise<string> {
    return this.must([...APT, ...words], { timeoutMs: APT_MS, environment: { DEBIAN_FRONTEND: 'noninteractive' } });
  }

  /** Makes a directory of apt's with these packages, in the place of what was there. @param files of the lab's own */
  async offer(...files: readonly string[]): Promise<void> {
    await this.must(['sh', '-c', 'rm -rf /srv/repo && mkdir -p /srv/repo /etc/apt/sources.list.d']);
    for (const file of files) await this.place(file, `/srv/repo/${basename(file)}`);
    await this.must(['sh', '-c', 'echo "deb [trusted=yes] file:/srv/repo ./" > /etc/apt/sources.list.d/lab.list']);
    await this.must(['sh', '-c', INDEX]);
    await this.mustApt('update');
  }

  /** Paths of everything that is here and is not in the system. */
  async added(): Promise<string[]> {
    const find = `cd ${HOME}/upper && find . ! -type c | while read -r path; do [ -e "/$path" ] || [ -L "/$path" ] || echo "$path"; done`;
    const listed = await this.#host.must(['sh', '-c', find]);
    const paths = listed.split('\n').map((line) => line.slice(1));
    return paths.filter((path) => path !== '' && !new RegExp(NOTES).test(path)).sort();
  }
}

/** The stanza of each package, and where it is (deb822 of apt's `Packages`). */
const INDEX = `cd /srv/repo && for file in *.deb; do
  dpkg-deb --field "$file"
  echo "Filename: ./$file"
  echo "Size: $(stat -c %s "$file")"
  echo "SHA256: $(sha256sum "$file" | cut -d ' ' -f 1)"
  echo
done > Packages`;
