/**
 * The script that turns a process into the holder of one host: it enters fresh namespaces, gives the
 * host its own writable /etc, /run and /var/lib, says that it is ready, and sleeps. Pure text.
 */

/** Directories of the system that every host sees, but may change only for itself. */
const SHADOWED = ['/etc', '/var/lib'] as const;

export interface HolderFiles {
  readonly hostname: string;
  readonly nameServer: string;
  /** Lines of /etc/hosts beside localhost. */
  readonly hosts: readonly string[];
}

/** Run once in the enclosure: keeps the system's own directories reachable under `system`. */
export function keepSystemScript(system: string): string {
  const bind = (path: string) => `mkdir -p ${system}${path} && mount --rbind ${path} ${system}${path}`;
  // Shared memory that a killed program leaves behind goes with the enclosure, like all else.
  return ['set -e', ...SHADOWED.map(bind), 'mount -t tmpfs -o mode=1777 tmpfs /dev/shm', 'ip link set lo up'].join(
    '\n',
  );
}

/**
 * The holder itself, for `unshare --net --mount --uts sh -c`. A shadowed directory is a tmpfs full of
 * links to the system's files, so that a program can replace a file by renaming, as on a real machine
 * (over a bind-mounted file it could not).
 */
export function holderScript(system: string, files: HolderFiles): string {
  const shadow = (path: string) =>
    `mount -t tmpfs -o mode=755 tmpfs ${path} && cd ${system}${path} && for f in * .[!.]*; do ln -s "${system}${path}/$f" "${path}/$f"; done`;
  const hosts = ['127.0.0.1 localhost', '::1 localhost ip6-localhost', ...files.hosts].join('\\n');
  const own: Record<string, string> = {
    '/etc/hostname': `${files.hostname}\\n`,
    '/etc/hosts': `${hosts}\\n`,
    '/etc/resolv.conf': `nameserver ${files.nameServer}\\noptions timeout:2 attempts:2\\n`,
    '/etc/nsswitch.conf': 'passwd: files\\ngroup: files\\nhosts: files dns\\n',
  };
  return [
    'set -e',
    ...SHADOWED.map(shadow),
    'cd /',
    'mount -t tmpfs -o mode=755 tmpfs /run',
    ...Object.entries(own).map(([path, text]) => `rm -f ${path}; printf '${text}' > ${path}`),
    `hostname ${files.hostname}`,
    'ip link set lo up',
    // The inherited /sys shows the interfaces of whoever mounted it; some containers forbid a fresh one.
    'mount -t sysfs sysfs /sys 2>/dev/null || true',
    'echo ready',
    'exec sleep infinity',
  ].join('\n');
}
