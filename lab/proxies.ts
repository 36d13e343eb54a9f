/**
 * Debian's squid and tinyproxy on a host of the lab, each with its files below /run. Knows nothing of who uses them.
 */
import { until } from './causeway.ts';
import type { Host, Program } from './hosts/host.ts';

export const PROXY_USER = 'alice';
export const PROXY_PASSWORD = 'open:sesame-7';

export const SQUID_PORT = 3128;
export const INSPECTING_PORT = 3129;
export const TINYPROXY_PORT = 8888;

const DIRECTORY = '/run/squid-lab';
const CERTIFICATES = '/usr/lib/squid/security_file_certgen';

/** `basic` wants {@link PROXY_USER}; `negotiate` wants a ticket that nobody here has; `inspecting` opens TLS. */
export type SquidKind = 'basic' | 'negotiate' | 'inspecting';

/** Waits until it listens. @param nameServer that it asks */
export async function startSquid(host: Host, kind: SquidKind, nameServer: string): Promise<Program> {
  await host.must(['sh', '-c', `rm -rf ${DIRECTORY} && mkdir -p ${DIRECTORY}`]);
  if (kind === 'basic') {
    const hash = await host.must(['openssl', 'passwd', '-apr1', '-stdin'], { input: PROXY_PASSWORD });
    await host.write(`${DIRECTORY}/users`, `${PROXY_USER}:${hash}\n`);
  }
  if (kind === 'inspecting') await makeAuthority(host);
  await host.write(`${DIRECTORY}/squid.conf`, squidConfiguration(kind, nameServer));
  await host.must(['chown', '-R', 'proxy:proxy', DIRECTORY]);
  const program = host.spawn('squid', ['squid', '-N', '-d', '1', '-f', `${DIRECTORY}/squid.conf`]);
  await listening(host, kind === 'inspecting' ? INSPECTING_PORT : SQUID_PORT, program);
  return program;
}

export async function startTinyproxy(host: Host): Promise<Program> {
  const file = '/run/tinyproxy-lab.conf';
  const lines = [
    `Port ${TINYPROXY_PORT}`,
    'User nobody',
    'Group nogroup',
    'Timeout 600',
    'MaxClients 50',
    'ConnectPort 443',
  ];
  await host.write(file, `${lines.join('\n')}\n`);
  const program = host.spawn('tinyproxy', ['tinyproxy', '-d', '-c', file]);
  await listening(host, TINYPROXY_PORT, program);
  return program;
}

function squidConfiguration(kind: SquidKind, nameServer: string): string {
  const signedIn = ['acl signed_in proxy_auth REQUIRED', 'http_access allow signed_in'];
  const lines: Record<SquidKind, readonly string[]> = {
    basic: [
      `auth_param basic program /usr/lib/squid/basic_ncsa_auth ${DIRECTORY}/users`,
      'auth_param basic realm lab',
      `http_port ${SQUID_PORT}`,
      ...signedIn,
    ],
    // It only has to read and answer lines: nobody gets as far as to be judged by it.
    negotiate: ['auth_param negotiate program /bin/cat', `http_port ${SQUID_PORT}`, ...signedIn],
    inspecting: [
      `http_port ${INSPECTING_PORT} ssl-bump tls-cert=${DIRECTORY}/authority.pem generate-host-certificates=on`,
      `sslcrtd_program ${CERTIFICATES} -s ${DIRECTORY}/certificates -M 4MB`,
      'tls_outgoing_options flags=DONT_VERIFY_PEER',
      'sslproxy_cert_error allow all',
      'ssl_bump bump all',
      'http_access allow all',
    ],
  };
  return [
    ...lines[kind],
    'http_access deny all',
    `dns_nameservers ${nameServer}`,
    `pid_filename ${DIRECTORY}/squid.pid`,
    `access_log stdio:${DIRECTORY}/access.log`,
    `cache_log ${DIRECTORY}/cache.log`,
    `coredump_dir ${DIRECTORY}`,
    'cache_effective_user proxy',
    'cache deny all',
    'visible_hostname proxy.lab',
    'shutdown_lifetime 0 seconds',
    'pinger_enable off',
    '',
  ].join('\n');
}

async function makeAuthority(host: Host): Promise<void> {
  const file = `${DIRECTORY}/authority.pem`;
  const subject = ['-subj', '/O=Contoso/CN=Contoso inspection'];
  const request = ['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject];
  await host.must([...request, '-keyout', file, '-out', `${file}.crt`]);
  await host.must(['sh', '-c', `cat ${file}.crt >> ${file}`]);
  await host.must([CERTIFICATES, '-c', '-s', `${DIRECTORY}/certificates`, '-M', '4MB']);
}

async function listening(host: Host, port: number, program: Program): Promise<void> {
  const sockets = async () => (await host.run(['ss', '-Hltn', `sport = :${port}`])).stdout.trim() !== '';
  await until(
    async () => (await sockets()) || !program.running,
    15_000,
    () => `${program.label} does not listen on ${port}\n${program.tail()}`,
  );
  if (!program.running) throw new Error(`${program.label} ended\n${program.tail()}`);
}
