/**
 * An administrator in the office works on a role instance in the cloud by its bare name: a shell
 * that outlives the relay, and files.
 */
import assert from 'node:assert/strict';
import { until } from '../causeway.ts';
import { STANDARD_LAB } from '../hosts/description.ts';
import type { Host } from '../hosts/host.ts';
import { knowServer, makeAccount, makeSshKey, SSH_CONFIG, startSshServer, Terminal } from '../ssh.ts';
import type { Scenario } from './story.ts';

const MEGABYTES = process.env.LAB_LONG === '1' ? 500 : 100;
const COPY_MS = 180_000;
/** How long the relay is away while somebody works. */
const AWAY_MS = 3_000;
const COUNT = 'i=0; while :; do i=$((i+1)); echo line $i; sleep 0.05; done';

export const remoteAdmin: Scenario = {
  name: 'remote-admin',
  shows: 'ssh and scp from the office to a role instance by name; a shell that outlives the relay',
  needs: ['sshd', 'ssh'],
  prepare: () =>
    process.getuid?.() === 0
      ? null
      : 'OpenSSH’s server changes to other users, for which the lab has to be run as root.',
  lab: STANDARD_LAB,
  async tell(story) {
    const { lab } = story;
    const [pc02, laptop, web1] = [lab.host('pc02'), lab.host('laptop'), lab.host('web-1')];
    const { causeway, administrator } = await story.startCauseway();

    await story.step('web-1, an instance of the role web, runs sshd; pc02 knows its key by its name', async () => {
      const administrators = await administrator.group('administrators');
      const web = await administrator.role('web');
      await administrator.connect(web, administrators);
      await causeway.activate(pc02, await administrator.token(administrators));
      await causeway.activate(web1, await administrator.token(web));
      await makeAccount(web1);
      const key = await makeSshKey(pc02);
      const server = await startSshServer(web1, key);
      await knowServer(pc02, web1);
      const [line] = await server.prints(/Server listening on .*/);
      return line;
    });
    await story.step('ssh web-1 from pc02: the right machine, by its host key; it sees pc02', async () => {
      const said = await ssh(pc02, 'echo "$(hostname) $SSH_CONNECTION"');
      const { ipv4, ipv6 } = await causeway.agent('pc02').addresses();
      const [hostname, client = ''] = said.split(' ');
      assert.equal(hostname, 'web-1');
      assert([ipv4, ipv6].includes(client), `it sees ${client}`);
      return `web-1 sees ${client}, pc02’s own overlay address`;
    });
    await story.step('a laptop that is in no group does not even know the name', async () => {
      await causeway.activate(laptop, await administrator.token());
      await causeway.agent('laptop').connected();
      const refused = await laptop.run([
        'ssh',
        '-T',
        '-o',
        'BatchMode=yes',
        '-o',
        'ConnectTimeout=5',
        'operator@web-1',
      ]);
      assert.notEqual(refused.code, 0);
      assert.match(refused.stderr, /Could not resolve hostname web-1/);
      return refused.stderr.trim();
    });
    await story.step(`scp of ${MEGABYTES} MB to web-1 and back, content equal`, async () => {
      await pc02.must(['sh', '-c', `head -c ${MEGABYTES}000000 /dev/urandom > /run/image`]);
      const there = await timed(() => scp(pc02, '/run/image', 'web-1:image'));
      const back = await timed(() => scp(pc02, 'web-1:image', '/run/image-back'));
      const sums = [
        await ssh(pc02, 'sha256sum < image'),
        await pc02.must(['sh', '-c', 'sha256sum < /run/image']),
        await pc02.must(['sh', '-c', 'sha256sum < /run/image-back']),
      ];
      assert.equal(new Set(sums).size, 1, sums.join('\n'));
      await pc02.must(['rm', '/run/image', '/run/image-back']);
      story.figures.scpToInstanceMBps = Math.round(MEGABYTES / there);
      story.figures.scpFromInstanceMBps = Math.round(MEGABYTES / back);
      return `${story.figures.scpToInstanceMBps} MB/s there, ${story.figures.scpFromInstanceMBps} MB/s back, SHA-256 ${sums[0]?.slice(0, 16)}…`;
    });

    let terminal: Terminal | null = null;
    const session = () => {
      assert(terminal !== null, 'an earlier step did not open it');
      return terminal;
    };
    await story.step('a shell on web-1, on a terminal: it counts', async () => {
      terminal = await Terminal.open(pc02, `ssh -F ${SSH_CONFIG} web-1`);
      await session().type('tty; stty -echo\n');
      const [name] = await session().shows(/\/dev\/pts\/\d+/);
      await session().type(`${COUNT}\n`);
      await session().shows(/^line 20\b/m);
      return `${name} on web-1; a line every 50 ms`;
    });
    await story.step('the relay is killed (kill -9) and comes back: the shell goes on', async () => {
      await causeway.killRelay();
      const killedAt = lastLine(session());
      // Somebody does not wait: this is typed into the silence.
      await session().type('\u0003echo "typed into the silence: $((6 * 7))"; echo end of $i\n');
      await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
      const silentAt = lastLine(session());
      assert(!session().screen.includes('silence'), 'what was typed arrived without a relay');
      const restarted = performance.now();
      await causeway.restartRelay();
      await session().shows(/^typed into the silence: 42/m, 30_000);
      const [, total] = await session().shows(/^end of (\d+)/m);
      story.figures.shellBackAfterRestartMs = Math.round(performance.now() - restarted);
      assert(session().running, 'the session ended');
      const lines = linesOf(session());
      assert.deepEqual(
        lines,
        Array.from({ length: Number(total) }, (_, index) => index + 1),
      );
      assert(lines.length - silentAt > (AWAY_MS / 50) * 0.5, `only ${lines.length - silentAt} lines after the silence`);
      return `line ${killedAt} when it was killed, ${total} lines in all, none lost, none twice; what was typed meanwhile was done, ${story.figures.shellBackAfterRestartMs} ms after the relay’s start`;
    });
    await story.step('the shell ends when it is told to', async () => {
      await session().type('exit 7\n');
      await until(
        async () => !session().running,
        10_000,
        () => 'the session did not end',
      );
      return 'exit 7';
    });
  },
};

async function ssh(client: Host, command: string): Promise<string> {
  return client.must(['ssh', '-F', SSH_CONFIG, 'web-1', command]);
}

async function scp(client: Host, from: string, to: string): Promise<void> {
  await client.must(['scp', '-q', '-F', SSH_CONFIG, from, to], { timeoutMs: COPY_MS });
}

/** @returns seconds */
async function timed(act: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await act();
  return (performance.now() - started) / 1000;
}

function linesOf(terminal: Terminal): number[] {
  return [...terminal.screen.matchAll(/^line (\d+)$/gm)].map(([, number]) => Number(number));
}

function lastLine(terminal: Terminal): number {
  return linesOf(terminal).at(-1) ?? 0;
}
