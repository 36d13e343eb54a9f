/**
 * What installing costs the network: two hundred computers download an installer of 150 MB at once, each with
 * its token put in, from a relay server that forwards as fast as it can. Forwarding counts, and the memory.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Causeway, RELAY_DATA, RELAY_PORT } from '#lab/causeway.ts';
import { enterEnclosure } from '#lab/hosts/enclosure.ts';
import type { Host, Program } from '#lab/hosts/host.ts';
import { Lab } from '#lab/hosts/lab.ts';
import { usageOf } from '#lab/hosts/processes.ts';
import { LAB_COMMANDS, obstacle } from '#lab/prerequisites.ts';
import { Part } from '../load/part.ts';
import { forgetPeak, peakBytes } from '../measure/peak-memory.ts';
import { fillQueues } from '../peers/congestion.ts';
import { benchLab } from '../peers/contender.ts';
import { bar, Series, type Suite } from '../suite.ts';

const DOWNLOADS = 200;
const INSTALLER_BYTES = 150_000_000;
const FILE = 'causeway-agent-linux-x64.tar.gz';
const MIB = 1_048_576;
const FLOW = { pairs: 4, payloadBytes: 16_384 } as const;
const WINDOW_FRAMES = 48;
const WARM_UP_MS = 1_500;
/** Two hundred TLS handshakes beside a flood, on a busy computer. */
const PATIENCE_MS = 60_000;
const PROGRAM = fileURLToPath(new URL('../programs/many-downloads.ts', import.meta.url));
/** Two pieces of 64 KiB for each, in buffers and in the sockets' own, and as much again for whoever collects them. */
const MEMORY_AIM_MIB = 96;

export const suite: Suite = {
  name: 'downloads',
  summary: '200 downloads of a 150 MB installer with the token put in, beside forwarding: what forwarding loses',
  async run(options) {
    const why = obstacle(LAB_COMMANDS, options.say);
    if (why !== null) throw new Error(why);
    const lab = await Lab.build(await enterEnclosure(), benchLab(3));
    options.say(`congestion control: ${await fillQueues(lab)}`);
    const [relayHost, left, right, clients] = ['relay', 'm1', 'm2', 'm3'].map((name) => lab.host(name)) as [
      Host,
      Host,
      Host,
      Host,
    ];
    const directory = join(lab.directory, 'downloads');
    await mkdir(directory);
    await writeFile(join(directory, FILE), Buffer.alloc(INSTALLER_BYTES, 'installer'));
    const { causeway, administrator } = await Causeway.start(relayHost, 'bench', ['--downloads', directory]);
    const made = await administrator.attempt('POST', '/install-links', {});
    const [, link = '', token = ''] = /\/install\/(\w+)#(.+)$/.exec((made.body as { url: string }).url) ?? [];
    const url = `https://${relayHost.address}:${RELAY_PORT}/install/${link}/download/${FILE}`;
    const grantKey = await relayHost.must(['cat', `${RELAY_DATA}/grant-key.pem`]);
    const login = { kind: 'causeway', address: relayHost.address, port: RELAY_PORT, grantKey } as const;
    const series = new Series();
    const relay = causeway.relay.pid;
    const durationMs = options.quick ? 4_000 : 10_000;
    using receiver = await Part.start(right, { role: 'receive', login, ...FLOW });
    using _sender = await Part.start(left, { role: 'send', login, ...FLOW, windowFrames: WINDOW_FRAMES });
    for (let round = 1; round <= options.rounds; round++) {
      await sleep(WARM_UP_MS);
      const alone = await measure(receiver, relay, durationMs);
      forgetPeak(relay);
      const before = peakBytes(relay);
      const downloads = clients.spawn('downloads', [process.execPath, PROGRAM, url, String(DOWNLOADS)], {
        environment: { TOKEN: token },
      });
      const first = await allBegun(downloads);
      const beside = await measure(receiver, relay, durationMs, downloads.pid);
      const { begun, bytes } = said(downloads);
      await downloads.end('SIGKILL');
      const grown = (peakBytes(relay) - before) / MIB;
      series.add('ours', '', 'forwarding alone', 'Gbit/s', alone.gigabits);
      series.add('ours', '', 'forwarding beside', 'Gbit/s', beside.gigabits);
      series.add('ours', '', 'forwarding kept', '', beside.gigabits / alone.gigabits);
      series.add('ours', '', 'relay alone', 'CPU-s/GB', alone.relayCost);
      series.add('ours', '', 'relay beside', 'CPU-s/GB', beside.relayCost);
      series.add('ours', '', 'relay’s share alone', 'of a processor', alone.relayShare);
      series.add('ours', '', 'relay’s share beside', 'of a processor', beside.relayShare);
      series.add('ours', '', 'who downloads', 'of a processor', beside.clientShare);
      series.add('ours', '', 'downloads together', 'MB/s', (bytes - first.bytes) / 1e6 / (durationMs / 1_000));
      series.add('ours', '', 'memory grown at most', 'MiB', grown);
      options.say(
        `round ${round}  ${alone.gigabits.toFixed(2)} Gbit/s alone, ${beside.gigabits.toFixed(2)} beside ${begun} downloads; memory +${grown.toFixed(0)} MiB`,
      );
    }
    const bars = [
      bar(
        `forwarding beside ${DOWNLOADS} downloads, share of alone`,
        '',
        series.median('ours', '', 'forwarding kept'),
        'higher',
        0.9,
      ),
      bar(
        `${DOWNLOADS} downloads, memory`,
        'MiB',
        series.median('ours', '', 'memory grown at most'),
        'lower',
        MEMORY_AIM_MIB,
      ),
    ];
    return { figures: series.figures(), bars, absent: [] };
  },
};

interface Measured {
  /** Gbit/s of payload that arrived. */
  readonly gigabits: number;
  /** Processor seconds of the relay server for each GB that it forwarded: says more than rates where others compute too. */
  readonly relayCost: number;
  /** How much of one processor each had. */
  readonly relayShare: number;
  readonly clientShare: number;
}

async function measure(receiver: Part, relay: number, durationMs: number, clients?: number): Promise<Measured> {
  const cpuOf = (pid: number | undefined) => (pid === undefined ? 0 : usageOf(pid).cpuSeconds);
  const look = async () => ({
    ...(await receiver.counts()),
    at: performance.now(),
    relay: cpuOf(relay),
    clients: cpuOf(clients),
  });
  const before = await look();
  await sleep(durationMs);
  const after = await look();
  const bytes = (after.frames - before.frames) * FLOW.payloadBytes;
  const milliseconds = after.at - before.at;
  const cpu = after.relay - before.relay;
  return {
    gigabits: (bytes * 8) / 1e6 / milliseconds,
    relayCost: (cpu * 1e9) / bytes,
    relayShare: (cpu * 1_000) / milliseconds,
    clientShare: ((after.clients - before.clients) * 1_000) / milliseconds,
  };
}

async function allBegun(program: Program): Promise<ReturnType<typeof said>> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const now = said(program);
    if (now.begun === DOWNLOADS) return now;
    if (now.refused > 0 || Date.now() > deadline)
      throw new Error(`${now.begun} downloads began, ${now.refused} were refused\n${program.tail()}`);
    await sleep(250);
  }
}

function said(program: Program): { begun: number; refused: number; bytes: number } {
  const line = program.output.trimEnd().split('\n').at(-1) ?? '';
  return line.startsWith('{') ? JSON.parse(line) : { begun: 0, refused: 0, bytes: 0 };
}
