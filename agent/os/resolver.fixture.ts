/** Scenarios of resolver.test.ts, each run in an enclosure with an /etc/resolv.conf of its own. */
import { lookup } from 'node:dns/promises';
import { appendFile, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_DNS_ADDRESS } from '#agent/dns/server.ts';
import { codeOf, runScenario, sh } from './enclosure.fixture.ts';
import { DOMAINS, SELF_ADDRESSES, SELF_NAME, SQL01, seen, startOurs, startUpstream, ZONE } from './names.fixture.ts';
import { configureNetwork } from './network.ts';
import { applyToResolvConf, type ResolvConfOptions, restoreResolvConf } from './resolv-conf-setup.ts';
import { RESOLV_CONF, type ResolverOptions, restoreLeftovers, setUpResolver } from './resolver.ts';
import { proveNames } from './self-test.ts';

/** 30 seconds of silence from a server would be seen as a failed look-up: `sh` gives up after 15. */
const ORIGINAL = '# by hand\nnameserver 127.0.0.2\noptions timeout:30 attempts:1';

const SUFFIX = DOMAINS.forward;
const directory = await mkdtemp(join(tmpdir(), 'cwos-'));

function optionsFor(extra: Partial<ResolverOptions> = {}): ResolverOptions {
  const names = { adapter: 'cwos0', server: DEFAULT_DNS_ADDRESS, suffix: SUFFIX, routedDomains: DOMAINS.reverse };
  return { ...names, stateDirectory: directory, hostName: 'web1', ...extra };
}

/** Our own files over those of the system, mounted as containers and `ip netns exec` do. */
async function useResolvConf(text: string): Promise<void> {
  await sh('ip link set lo up');
  await writeFile(join(directory, 'resolv.conf'), text);
  await writeFile(join(directory, 'nsswitch.conf'), 'hosts: files dns\n');
  await sh(`mount --bind ${directory}/resolv.conf ${RESOLV_CONF}`);
  await sh(`mount --bind ${directory}/nsswitch.conf /etc/nsswitch.conf`);
}

const content = (path = RESOLV_CONF) => readFile(path, 'latin1');
const found = (name: string) =>
  lookup(name, 4).then(
    ({ address }) => address,
    (error: NodeJS.ErrnoException) => error.code,
  );

await runScenario(
  {
    async glibc() {
      await useResolvConf(ORIGINAL);
      const upstream = await startUpstream('127.0.0.2');
      // Many programs ask for a family only if the computer has an address of it (AI_ADDRCONFIG).
      await sh('ip tuntap add cwos0 mode tun');
      await configureNetwork({ ...ZONE.self, adapter: 'cwos0', ipv6Range: ZONE.ipv6Range, mtu: 1_400 });
      const before = { bare: await seen('sql01'), outside: await seen('www.example.com'), here: await found('sql01') };
      upstream.asked.clear();
      const server = await startOurs();
      const setup = await setUpResolver(optionsFor());
      const during = {
        mode: setup.mode,
        bare: await seen('sql01'),
        full: await seen(`sql01.${SUFFIX}`),
        reverse: await sh(`getent hosts ${SQL01.ipv4} | awk '{print $2}'`),
        denied: await seen(`other.${SUFFIX}`),
        outside: await seen('www.example.com'),
        /** This process asked before the change. */
        here: await found('sql01'),
        proof: await codeOf(proveNames(SELF_NAME, SELF_ADDRESSES)),
        proofOfOther: await codeOf(proveNames(SELF_NAME, ['100.64.9.9'])),
        asked: [...upstream.asked],
      };
      await server[Symbol.asyncDispose]();
      const dead = {
        outside: await seen('www.example.com'),
        bare: await seen('sql01'),
        proof: await codeOf(proveNames(SELF_NAME, SELF_ADDRESSES)),
      };
      await setup.restore();
      return {
        before,
        during,
        dead,
        isRestored: (await content()) === ORIGINAL,
        after: await found('www.example.com'),
      };
    },

    /** The mount point can not be renamed over, nor removed. */
    async crash() {
      await useResolvConf(ORIGINAL);
      const inode = (await stat(RESOLV_CONF)).ino;
      await setUpResolver(optionsFor());
      const setup = await setUpResolver(optionsFor());
      const marks = (await content()).split('causeway: begin').length - 1;
      await setUpResolver(optionsFor());
      const undone = await restoreLeftovers({ stateDirectory: directory });
      const isRestored = (await content()) === ORIGINAL;
      await setup.restore();
      return { marks, undone, isRestored, sameInode: (await stat(RESOLV_CONF)).ino === inode, again: await content() };
    },

    /** Rewritten in place under the mount, then replaced beside it. */
    async foreignRewrite() {
      await useResolvConf(ORIGINAL);
      const texts: string[] = [];
      for (const path of [RESOLV_CONF, join(directory, 'plain.conf')]) {
        await writeFile(path, ORIGINAL);
        const reapplied: (string | null)[] = [];
        let notice = () => {};
        const setup = await setUpResolver(
          optionsFor({
            resolvConf: path,
            onReapplied: (failure) => {
              reapplied.push(failure?.code ?? null);
              notice();
            },
          }),
        );
        for (const lease of ['nameserver 127.0.0.3\n', 'nameserver 127.0.0.4\n']) {
          const { promise, resolve } = Promise.withResolvers<void>();
          notice = resolve;
          const heldOpen = setInterval(() => {}, 1_000);
          if (path === RESOLV_CONF) await writeFile(path, lease);
          else {
            await writeFile(`${path}.lease`, lease);
            await rename(`${path}.lease`, path);
          }
          await promise;
          clearInterval(heldOpen);
          const first = (await content(path)).match(/^nameserver .*$/gm);
          texts.push(`${first}`);
        }
        await setup.restore();
        texts.push(await content(path), `${reapplied}`);
      }
      return texts;
    },

    async mounts() {
      const results: Record<string, unknown> = {};
      const state = join(directory, 'state');
      await sh(`mkdir ${state} ${directory}/etc; mount -t tmpfs -o size=64k cwos ${directory}/etc`);
      const path = join(directory, 'etc/resolv.conf');
      const ours = { server: DEFAULT_DNS_ADDRESS, suffix: SUFFIX };
      const options: ResolvConfOptions = { path, stateDirectory: state, ours, hostDomain: null };
      const attempt = async () => ({
        code: await codeOf(applyToResolvConf(options)),
        whole: (await content(path)) === text,
        left: await sh(`ls ${directory}/etc ${state}`),
      });
      let text = ORIGINAL;
      await writeFile(path, text);
      await sh(`mount -o remount,ro ${directory}/etc`);
      results.readOnly = await attempt();

      await sh(`mount -o remount,rw ${directory}/etc`);
      const fill = () => sh(`cat /dev/zero > ${directory}/etc/filler || true`);
      await fill().catch(() => undefined);
      results.full = await attempt();

      // In place, and longer than its last block has room for.
      text = `#${'x'.repeat(4_000)}\nnameserver 127.0.0.2\n`;
      await rm(join(directory, 'etc/filler'));
      await writeFile(path, text);
      await sh(`touch ${directory}/bound; mount --bind ${path} ${directory}/bound`);
      await fill().catch(() => undefined);
      results.fullInPlace = {
        code: await codeOf(applyToResolvConf({ ...options, path: join(directory, 'bound') })),
        whole: (await content(path)) === text,
        left: await sh(`ls ${state}`),
      };

      // The state directory has no room: resolv.conf is not touched.
      await rm(join(directory, 'etc/filler'));
      await sh(`mkdir ${directory}/etc/state`);
      await fill().catch(() => undefined);
      const elsewhere = join(directory, 'plain.conf');
      await writeFile(elsewhere, ORIGINAL);
      const cramped = { ...options, path: elsewhere, stateDirectory: join(directory, 'etc/state') };
      results.fullState = {
        code: await codeOf(applyToResolvConf(cramped)),
        whole: (await content(elsewhere)) === ORIGINAL,
      };

      // A read-only directory with a writable file mounted in it (a container with a read-only root).
      await rm(join(directory, 'etc/filler'));
      await writeFile(path, ORIGINAL);
      await writeFile(join(directory, 'writable'), ORIGINAL);
      await sh(`umount ${directory}/bound; mount --bind ${directory}/writable ${path}`);
      await sh(`mount -o remount,ro,bind ${directory}/etc`);
      const code = await codeOf(applyToResolvConf(options));
      const isApplied = (await content(path)).startsWith('# by hand\n# causeway: begin');
      await appendFile(path, '# added\n');
      await restoreResolvConf(options);
      results.writableMount = { code, isApplied, restored: (await content(path)) === `${ORIGINAL}\n# added\n` };
      return results;
    },
  },
  async () => {
    await sh(`cd /; umount ${directory}/etc/resolv.conf ${directory}/bound ${directory}/etc || true`).catch(
      () => undefined,
    );
    await rm(directory, { recursive: true, force: true });
  },
);
