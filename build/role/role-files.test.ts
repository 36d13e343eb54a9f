/**
 * The examples of how a role instance is run (container, compose, Kubernetes, systemd), held against the rules of
 * their formats, against each other, and against the command that they start. Where the real tool is at hand,
 * it is asked as well.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { causewayCommand } from '#agent/cli/commands.ts';
import { PLAIN } from '#agent/cli/output.ts';
import { DEFAULT_DNS_ADDRESS } from '#agent/dns/server.ts';
import { SETTING_NAMES, variableOf } from '#agent/role/settings/setting-names.ts';

const HERE = import.meta.dirname;
const read = (file: string) => readFileSync(join(HERE, file), 'utf8');
const FILES = ['Dockerfile', 'compose.yaml', 'kubernetes.yaml', 'causeway-role.service'];

const role = causewayCommand({ style: PLAIN, print: () => undefined }).commands.find((one) => one.name() === 'role');
const variables = [
  ...SETTING_NAMES.map(variableOf),
  ...(role?.options ?? []).flatMap(({ envVar }) => envVar ?? []),
  'CAUSEWAY_SOCKET',
];

// biome-ignore lint/suspicious/noExplicitAny: looks into documents of every shape.
type Document = any;

function documents(file: string): Document[] {
  return parseAllDocuments(read(file), { strict: true, uniqueKeys: true }).map((document) => {
    expect([...document.errors, ...document.warnings]).toEqual([]);
    return document.toJS();
  });
}

test.each(FILES)('%s sets only variables that there are, and holds no token', (file) => {
  const text = read(file);
  const used = [...text.matchAll(/\bCAUSEWAY_[A-Z_]+/g)].map(([name]) => name);
  expect(used.length).toBeGreaterThan(0);
  expect(used.filter((name) => !variables.includes(name))).toEqual([]);
  expect(text).not.toMatch(/cwt1_|CAUSEWAY_ACTIVATION_TOKEN\b/);
});

test.each(FILES)('%s uses only options that there are', (file) => {
  const known = (role?.options ?? []).flatMap(({ long }) => long ?? []);
  const words = read(file)
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .flatMap((line) => /causeway"?,? "?role\b(.*)$/.exec(line)?.[1] ?? [])
    .flatMap((rest) => (rest.split(/"--"| -- /)[0] ?? '').match(/--[a-z-]+/g) ?? []);
  expect(words.filter((word) => !known.includes(word))).toEqual([]);
});

describe('the Dockerfile', () => {
  const instructions = read('Dockerfile')
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => /^([A-Z]+)\s+(.*)$/.exec(line)?.slice(1) as [string, string]);
  const of = (name: string) => instructions.filter(([instruction]) => instruction === name).map(([, rest]) => rest);
  const given = new Map(of('ARG').map((argument) => argument.split('=') as [string, string]));
  const stages = of('FROM').map((from) => {
    const [image = '', name] = /^(\S+) AS ([a-z]+)$/.exec(from)?.slice(1) ?? [];
    return [image.replace(/^\$\{(\w+)\}$/, (_, argument) => given.get(argument) ?? ''), name] as [string, string];
  });
  const stage = (name: string) => {
    const begin = instructions.findIndex(
      ([instruction, rest]) => instruction === 'FROM' && rest.endsWith(` AS ${name}`),
    );
    const end = instructions.findIndex(([instruction], at) => at > begin && instruction === 'FROM');
    return instructions.slice(begin, end < 0 ? undefined : end);
  };

  test('is made of known instructions; each image has a version, each stage a name', () => {
    const known = ['ARG', 'FROM', 'RUN', 'COPY', 'WORKDIR', 'ENV', 'USER', 'ENTRYPOINT', 'HEALTHCHECK'];
    for (const [instruction] of instructions) expect(known).toContain(instruction);
    const names = stages.map(([, name]) => name);
    for (const [image] of stages) if (!names.includes(image)) expect(image).toMatch(/^[a-z]+:(?!latest)[\w.-]+$/);
    for (const copy of of('COPY')) {
      const from = /^--from=(\S+)/.exec(copy)?.[1];
      if (from !== undefined) expect(names).toContain(from);
    }
    expect(names.at(-1)).toBe('adapter');
  });

  test('nothing of the build gets into what runs but the agent', () => {
    expect(of('COPY')).toEqual(['. .', '--from=build /out/causeway /opt/causeway/current']);
    expect(
      stage('agent')
        .map(([, rest]) => rest)
        .join(),
    ).not.toMatch(/\bnpm\b/);
  });

  test('packages come without those they only recommend, and without their lists', () => {
    for (const run of of('RUN').filter((line) => line.includes('apt-get install'))) {
      expect(run).toMatch(
        /apt-get update\s+&& apt-get install --yes --no-install-recommends .*rm -rf \/var\/lib\/apt\/lists/s,
      );
    }
  });

  test('runs as nobody’s root: without an adapter not at all, with one only the agent', () => {
    expect(stage('userspace')).toContainEqual(['USER', '10001:10001']);
    const user = /useradd .*--uid 10001 .* (\w+)$/.exec(of('RUN').find((line) => line.includes('useradd')) ?? '')?.[1];
    expect(stage('adapter')).toContainEqual(['ENV', `CAUSEWAY_USER=${user}`]);
  });

  test('starts the command of the role behind a first process that reaps, and tells its health', () => {
    for (const entry of of('ENTRYPOINT')) {
      const words: string[] = JSON.parse(entry);
      expect(words.slice(0, 4)).toEqual(['tini', '--', 'causeway', 'role']);
      expect(words.at(-1)).toBe('--');
    }
    expect(of('HEALTHCHECK').join()).toContain('CMD ["causeway", "status", "--connected"]');
  });

  test('takes from this directory no more than it needs', () => {
    expect(read('Dockerfile.dockerignore').split('\n')).toEqual(
      expect.arrayContaining(['.git', 'node_modules', 'dist']),
    );
  });
});

describe('compose', () => {
  const [compose] = documents('compose.yaml');
  const { web } = compose.services;

  test('builds the Dockerfile that is there, and a stage of it', () => {
    const context = resolve(HERE, web.build.context);
    expect(existsSync(join(context, 'package.json'))).toBe(true);
    expect(join(context, web.build.dockerfile)).toBe(join(HERE, 'Dockerfile'));
    expect(read('Dockerfile')).toContain(` AS ${web.build.target}\n`);
  });

  test('the token is a secret, read from where the engine puts it', () => {
    for (const secret of web.secrets) expect(Object.keys(compose.secrets)).toContain(secret);
    expect(web.environment.CAUSEWAY_ACTIVATION_TOKEN_FILE).toBe(`/run/secrets/${web.secrets[0]}`);
    for (const value of Object.values(web.environment)) expect(typeof value).toBe('string');
  });

  test('has the rights of the adapter and no others; any number can run', () => {
    expect(web).toMatchObject({ cap_drop: ['ALL'], devices: ['/dev/net/tun'] });
    expect(web.cap_add).toContain('NET_ADMIN');
    for (const name of ['privileged', 'container_name', 'network_mode', 'ports']) expect(web).not.toHaveProperty(name);
  });
});

describe('Kubernetes', () => {
  const [deployment, ...others] = documents('kubernetes.yaml');
  const pod = deployment.spec.template;
  const [sidecar] = pod.spec.initContainers;
  const containers = [...pod.spec.initContainers, ...pod.spec.containers];

  test('is a Deployment that finds its own pods', () => {
    expect(others).toEqual([]);
    expect(deployment).toMatchObject({ apiVersion: 'apps/v1', kind: 'Deployment' });
    expect(pod.metadata.labels).toMatchObject(deployment.spec.selector.matchLabels);
  });

  test('the agent is a sidecar that is ready before the application starts', () => {
    expect(sidecar.restartPolicy).toBe('Always');
    expect(sidecar.startupProbe.exec.command).toEqual(['causeway', 'status', '--connected']);
  });

  test('the token comes from a secret, and every mount from a volume', () => {
    const volumes = pod.spec.volumes.map(({ name }: { name: string }) => name);
    const mounts: { name: string; mountPath: string }[] = containers.flatMap((one) => one.volumeMounts ?? []);
    expect(mounts.map(({ name }) => name).sort()).toEqual([...volumes].sort());
    const token = pod.spec.volumes.find(({ secret }: Document) => secret !== undefined);
    expect(token.secret).toMatchObject({ secretName: 'causeway-activation-token', defaultMode: 0o400 });
    const { value } = sidecar.env.find(({ name }: Document) => name === 'CAUSEWAY_ACTIVATION_TOKEN_FILE');
    expect(value.startsWith(`${mounts.find(({ name }) => name === token.name)?.mountPath}/`)).toBe(true);
  });

  test('the application has no rights, the agent those of the adapter', () => {
    for (const { securityContext } of containers) {
      expect(securityContext).toMatchObject({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } });
    }
    expect(sidecar.securityContext.capabilities.add).toContain('NET_ADMIN');
    expect(pod.spec.containers[0].securityContext).toMatchObject({ runAsNonRoot: true });
    expect(pod.spec.containers[0].securityContext.capabilities).not.toHaveProperty('add');
  });

  test('asks the agent for names first, and the cluster after it', () => {
    expect(pod.spec.dnsPolicy).toBe('None');
    expect(pod.spec.dnsConfig.nameservers[0]).toBe(DEFAULT_DNS_ADDRESS);
    expect(pod.spec.dnsConfig.nameservers).toHaveLength(2);
  });
});

describe('systemd', () => {
  const analyze = spawnSync('systemd-analyze', ['--version']).status === 0;

  test.skipIf(!analyze)(`finds nothing wrong with the unit${analyze ? '' : ' (skipped: no systemd-analyze)'}`, () => {
    const { stderr } = spawnSync('systemd-analyze', ['verify', join(HERE, 'causeway-role.service')], {
      encoding: 'utf8',
    });
    // The agent is not installed where this runs.
    const said = stderr
      .split('\n')
      .filter((line) => line !== '' && !line.includes('/opt/causeway/current/bin/causeway'));
    expect(said).toEqual([]);
  });

  test('the unit gives the agent time for goodbye, and its command the signal only by way of it', () => {
    const unit = read('causeway-role.service');
    expect(unit).toMatch(/^KillMode=mixed$/m);
    expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1])).toBeGreaterThan(10);
    expect(unit).toMatch(/^LoadCredential=activation-token:/m);
  });
});
