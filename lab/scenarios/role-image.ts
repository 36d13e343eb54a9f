/**
 * The image of a role as an application's container: built from its Dockerfile, run on a host of the lab with the
 * rights that the compose file gives it and no more. By hand, since building it takes minutes and two registries.
 */
import assert from 'node:assert/strict';
import { until } from '../causeway.ts';
import { STANDARD_LAB } from '../hosts/description.ts';
import type { Host } from '../hosts/host.ts';
import { buildImage, containerRoot, imageConfiguration } from '../role-image/image.ts';
import type { Scenario } from './story.ts';

const BUNDLE = '/run/bundle';
const CRUN = ['crun', '--root', '/run/crun', '--cgroup-manager=disabled'];
const CONTAINER = 'role';
const PATIENCE_MS = 120_000;
/** What Docker gives a container, and NET_ADMIN. */
const CAPABILITIES = [
  ...['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID', 'SETPCAP', 'NET_BIND_SERVICE'],
  ...['NET_RAW', 'SYS_CHROOT', 'MKNOD', 'AUDIT_WRITE', 'SETFCAP', 'NET_ADMIN'],
].map((name) => `CAP_${name}`);

export const roleImage: Scenario = {
  name: 'role-image',
  shows: 'the image of build/role/Dockerfile, built and run: its command is not root, its health is told, it leaves',
  needs: ['buildah', 'mmdebstrap', 'crun'],
  prepare: buildImage,
  byHand: true,
  builds: true,
  lab: STANDARD_LAB,
  async tell(story) {
    const { lab } = story;
    const [sql01, web1] = [lab.host('sql01'), lab.host('web-1')];
    const { causeway, administrator } = await story.startCauseway();
    const { entrypoint, environment, healthCheck } = imageConfiguration();
    const inside = (words: readonly string[]) => web1.run([...CRUN, 'exec', CONTAINER, ...words]);

    await story.step('a container of the image starts, with the token as a secret', async () => {
      const [office, web] = [await administrator.group('office'), await administrator.role('web')];
      await administrator.connect(web, office);
      await causeway.activate(sql01, await administrator.token(office));
      await web1.write('/run/secrets/token', await administrator.token(web));
      await writeBundle(web1, containerRoot(), {
        args: [...entrypoint, 'sh', '-c', 'echo the command runs as $(id -u); exec sleep infinity'],
        environment,
      });
      return entrypoint.join(' ');
    });
    const program = web1.spawn('container', [...CRUN, 'run', '--bundle', BUNDLE, CONTAINER]);
    await story.step('its command runs once everything is proven, and not as root', async () => {
      const [said] = await program.prints(/^the command runs as (\d+)$/m, PATIENCE_MS);
      assert.match(said, / 10001$/);
      return said;
    });
    await story.step('it reaches sql01 by name, and sql01 reaches it', async () => {
      const found = await inside(['getent', 'hosts', 'sql01']);
      assert.equal(found.code, 0, found.stderr);
      await until(
        async () => (await sql01.run(['ping', '-c', '1', '-W', '5', 'web-1'])).code === 0,
        PATIENCE_MS,
        () => 'sql01 does not reach web-1',
      );
      return found.stdout.trim();
    });
    await story.step('its health check says that it is well', async () => {
      const { code, stdout, stderr } = await inside(healthCheck);
      assert.equal(code, 0, stdout + stderr);
      return healthCheck.join(' ');
    });
    await story.step('stopped as engines stop it, it says goodbye', async () => {
      await web1.must([...CRUN, 'kill', CONTAINER, 'TERM']);
      await until(
        async () => !program.running,
        PATIENCE_MS,
        () => 'the container runs on',
      );
      assert(!program.output.includes('Goodbye was not heard'), program.tail());
      const { body } = await administrator.attempt('GET', '/machines?limit=200');
      const { items } = body as { items: { name: string }[] };
      assert.deepEqual(
        items.map(({ name }) => name),
        ['sql01'],
      );
      return 'the directory is clean';
    });
  },
};

interface Start {
  readonly args: readonly string[];
  readonly environment: readonly string[];
}

/** In the host's network, as a pod's containers share one; all else is the container's own (OCI runtime specification). */
async function writeBundle(host: Host, root: string, { args, environment }: Start): Promise<void> {
  // crun looks at it even where it shall make none.
  await host.must(['mount', '-t', 'cgroup2', 'none', '/sys/fs/cgroup']);
  await host.must(['sh', '-c', `mkdir -p ${BUNDLE} && cp -L /etc/resolv.conf /run/resolv.conf`]);
  const temporary = (destination: string, ...options: string[]) => ({
    destination,
    type: 'tmpfs',
    source: 'tmpfs',
    options: ['nosuid', 'strictatime', 'mode=755', ...options],
  });
  const bound = (source: string, destination: string) => ({ destination, source, type: 'bind', options: ['rbind'] });
  const configuration = {
    ociVersion: '1.0.2',
    root: { path: root },
    hostname: 'web-1',
    process: {
      user: { uid: 0, gid: 0 },
      args,
      env: [
        ...environment,
        'CAUSEWAY_ACTIVATION_TOKEN_FILE=/run/secrets/token',
        'CAUSEWAY_WAIT_FOR_CONNECTIVITY=true',
        'CAUSEWAY_INSTANCE=web-1',
      ],
      cwd: '/',
      noNewPrivileges: true,
      capabilities: { bounding: CAPABILITIES, effective: CAPABILITIES, permitted: CAPABILITIES },
    },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      temporary('/dev'),
      temporary('/run'),
      bound('/run/secrets', '/run/secrets'),
      bound('/run/resolv.conf', '/etc/resolv.conf'),
    ],
    linux: {
      namespaces: ['mount', 'pid', 'ipc', 'uts'].map((type) => ({ type })),
      devices: [{ path: '/dev/net/tun', type: 'c', major: 10, minor: 200, fileMode: 0o666, uid: 0, gid: 0 }],
    },
  };
  await host.write(`${BUNDLE}/config.json`, JSON.stringify(configuration));
}
