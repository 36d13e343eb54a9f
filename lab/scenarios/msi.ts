/**
 * The installer for Windows under Wine, as far as that is Windows: one signed file, downloaded for two
 * subscriptions, whose names let two computers in. Each is installed silently by Windows Installer, and the
 * agent runs as a service of the service control manager.
 *
 * The driver of adapters can not be had there, so the agents activate and connect to their server, and stay
 * without an adapter; the scenario `windows` shows the rest, without the installer.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleForNode22 } from '#build/bundle.ts';
import { buildAgentMsi } from '#build/installers/msi/msi.ts';
import { signInstaller } from '#build/installers/msi/sign.ts';
import { ROOT } from '#build/portal-config.ts';
import type { Administrator } from '../administrator.ts';
import { until } from '../causeway.ts';
import { STANDARD_LAB } from '../hosts/description.ts';
import type { Host } from '../hosts/host.ts';
import { prepareWindows, WindowsComputer } from '../windows/windows-computer.ts';
import type { Scenario } from './story.ts';

const FILE = 'causeway-agent-windows-x64.msi';
const NEWER = '99.0.0';
const INSTALL_MS = 120_000;
const ACTIVATE_MS = 60_000;
const SETTINGS = 'HKLM\\Software\\Causeway';
const SERVICE = 'HKLM\\System\\CurrentControlSet\\Services\\Causeway';
/** Wine says of itself that it is Windows 7, where Node 22 does not start; a service has no environment of ours. */
const AS_WINDOWS_10 = ['winecfg', '/v', 'win10'];
/** Wine ends its services with the last program of a user; Windows does not. */
const STAYS = 'setInterval(() => {}, 1e6)';

export const msi: Scenario = {
  name: 'msi',
  shows: 'one signed installer for Windows lets two computers into two subscriptions, upgrades, repairs and goes',
  needs: ['wine', 'x86_64-w64-mingw32-gcc', 'wixl', 'msibuild', 'osslsigncode', 'openssl'],
  builds: true,
  prepare: () => prepareWindows() ?? prepareInstaller(),
  lab: STANDARD_LAB,
  async tell(story) {
    const own = (name: string) => join(story.lab.directory, name);
    const [pc02, laptop] = [story.lab.host('pc02'), story.lab.host('laptop')];
    const newer = own('newer.msi');
    await story.step('the installer is built, and signed once', async () => {
      await mkdir(own('downloads'));
      await copyFile(await buildAgentMsi(), own(`downloads/${FILE}`));
      await buildAgentMsi({ version: NEWER, file: newer });
      await pc02.must(['sh', '-c', CERTIFICATE, 'sh', story.lab.directory]);
      const signing = { certificates: own('certificate.pem'), key: own('key.pem') };
      for (const file of [own(`downloads/${FILE}`), newer]) await signInstaller(file, signing);
      return FILE;
    });
    const { administrator: contoso } = await story.startCauseway(undefined, ['--downloads', own('downloads')]);
    const fabrikam = await contoso.newSubscription('fabrikam');
    const computers: { computer: WindowsComputer; administrator: Administrator; file: string; token: string }[] = [];
    await story.step('it is downloaded for two subscriptions: the same bytes, another name', async () => {
      const bundle = await bundleForNode22();
      for (const [host, administrator] of [
        [pc02, contoso],
        [laptop, fabrikam],
      ] as const) {
        const { file, token } = await download(host, administrator, own(host.name));
        computers.push({ computer: await WindowsComputer.on(host, bundle), administrator, file, token });
      }
      const [one, other] = await Promise.all(computers.map(({ file }) => readFile(file)));
      assert(one !== undefined && other !== undefined && one.equals(other));
      assert.notEqual(computers[0]?.token, computers[1]?.token);
      for (const { file } of computers) {
        const verify = ['osslsigncode', 'verify', '-CAfile', own('certificate.pem'), '-in', file];
        assert.match(await pc02.must(verify), /Signature verification: ok/);
      }
      return createHash('sha256').update(one).digest('hex');
    });
    for (const { computer, administrator, file, token } of computers) {
      const { name } = computer.host;
      await story.step(`${name}: installed silently, it is a service that activates itself`, async () => {
        await computer.must(AS_WINDOWS_10);
        computer.spawn('session', [computer.path('node.exe'), '-e', STAYS]);
        await computer.must(['msiexec', '/i', `Z:${file}`, '/qn'], { timeoutMs: INSTALL_MS });
        assert.match(
          await computer.must(['reg', 'query', SERVICE, '/v', 'ImagePath']),
          /node\.exe.*causeway\.js.*service/,
        );
        await until(
          async () => (await administrator.attempt('GET', `/machines/${name}`)).status === 200,
          ACTIVATE_MS,
          () => `${name} does not activate itself`,
        );
        await until(
          async () => !(await computer.must(['reg', 'query', SETTINGS, '/s'])).includes(token),
          ACTIVATE_MS,
          () => 'the token is still in the registry',
        );
        return `${(await administrator.machine(name)).os}; the registry’s values are wiped`;
      });
    }
    const [first] = computers;
    assert(first !== undefined);
    const { computer, administrator, file } = first;
    await story.step('a file that was damaged is repaired', async () => {
      await computer.must(['cmd', '/c', 'del', 'C:\\Program Files\\Causeway\\share\\LICENSE']);
      await computer.must(['msiexec', '/i', `Z:${file}`, '/qn', 'REINSTALL=ALL', 'REINSTALLMODE=amus'], {
        timeoutMs: INSTALL_MS,
      });
      assert.match(
        await computer.must(['cmd', '/c', 'type', 'C:\\Program Files\\Causeway\\share\\LICENSE']),
        /MIT|ermission/,
      );
      return 'the licence is there again';
    });
    await story.step('a newer version takes its place, and the computer stays the machine that it was', async () => {
      const { id } = await administrator.machine('pc02');
      await computer.must(['msiexec', '/i', `Z:${newer}`, '/qn'], { timeoutMs: INSTALL_MS });
      await until(
        async () => (await administrator.machine('pc02')).online,
        ACTIVATE_MS,
        () => 'pc02 does not come back',
      );
      assert.equal((await administrator.machine('pc02')).id, id);
      const uninstall = 'HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall';
      const listed = await computer.must(['reg', 'query', uninstall, '/s']);
      assert.deepEqual(
        listed.match(/DisplayVersion\s+REG_SZ\s+\S+/g)?.map((line) => line.split(/\s+/).at(-1)),
        [NEWER],
      );
      return `${NEWER}, and no other is installed`;
    });
    await story.step('it is removed, and leaves nothing', async () => {
      await computer.must(['msiexec', '/x', `Z:${newer}`, '/qn'], { timeoutMs: INSTALL_MS });
      for (const key of [SETTINGS, SERVICE]) assert.notEqual((await computer.run(['reg', 'query', key])).code, 0, key);
      for (const directory of ['C:\\Program Files\\Causeway', 'C:\\ProgramData\\Causeway']) {
        const left = await computer.run(['cmd', '/c', 'dir', '/s', '/b', directory]);
        assert.equal(left.stdout.trim(), '', directory);
      }
      assert.equal((await administrator.attempt('GET', '/machines/pc02')).status, 404);
      return 'no file, no key, no service, and no machine at the server';
    });
  },
};

const CERTIFICATE = `cd "$1" && openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=Causeway test' -addext extendedKeyUsage=codeSigning -keyout key.pem -out certificate.pem`;

/** From an install link of the subscription, as a browser does it. */
async function download(
  host: Host,
  administrator: Administrator,
  directory: string,
): Promise<{ file: string; token: string }> {
  const { url } = (await administrator.attempt('POST', '/install-links', {})).body as { url: string };
  const [page = '', token = ''] = url.split('#');
  const fetch = 'mkdir -p "$1" && cd "$1" && curl -fsSk -OJ --data-urlencode token@- "$2" && ls';
  const name = await host.must(['sh', '-c', fetch, 'sh', directory, `${page}/download/${FILE}`], { input: token });
  assert.equal(name, FILE.replace('.msi', `.${token}.msi`));
  return { file: join(directory, name), token };
}

/** Fetches what the installer is made of, which the lab has no way to. */
function prepareInstaller(): string | null {
  const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'build/installers/msi/msi.ts')], {
    encoding: 'utf8',
  });
  return status === 0 ? null : `The installer could not be made: ${stderr.trim().split('\n').at(-1)}`;
}
