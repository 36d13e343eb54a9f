/**
 * A role is scaled from none to fifty instances and back, and nobody lifts a hand: each joins by the line in its
 * service configuration, and each that ends leaves nothing behind.
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Administrator } from '../administrator.ts';
import { until } from '../causeway.ts';
import { cloudOf, type LabDescription, officeOf } from '../hosts/description.ts';
import type { Program } from '../hosts/host.ts';
import { type InstanceStart, startAndReach } from '../traffic/instance-starts.ts';
import type { Scenario, Story } from './story.ts';

const INSTANCES = 50;
/** Long, since fifty programs start on a few processors here, and each in a data centre on its own. */
const PATIENCE_MS = 300_000;
const AIM_MS = 5_000;
/** Of those that start one after another: as many seconds as a story may take for it. */
const SPREAD = process.env.LAB_LONG === '1' ? INSTANCES : 12;
/** How long an instance that was killed stays in the directory, in this story. */
const GONE_AFTER_S = 10;
/** By then what V8 compiled is kept (runtime/launch.ts). */
const COMPILED_AFTER_S = 5;
const names = Array.from({ length: INSTANCES }, (_, i) => `web-${i}`);

const SCALE_LAB: LabDescription = {
  servers: [{ name: 'relay', address: '198.18.0.10' }],
  sites: [
    officeOf([{ name: 'pc01', address: '192.168.1.10' }]),
    cloudOf(names.map((name, i) => ({ name, address: `10.20.0.${i + 10}` }))),
  ],
};

export const scale: Scenario = {
  name: 'scale',
  shows: `${INSTANCES} role instances start together and are reached by name; all stop, and the directory is clean`,
  needs: [],
  lab: SCALE_LAB,
  async tell(story) {
    const { lab } = story;
    const { causeway, administrator } = await story.startCauseway();
    const pc01 = lab.host('pc01');
    const configuration = join(lab.directory, 'web.cscfg');
    const start = (name: string) => {
      const words = ['--service-config', configuration, '--instance', name.replace('web-', '')];
      return causeway.startRole(lab.host(name), words, ['sh', '-c', 'echo the application runs; exec sleep infinity']);
    };

    await story.step('a computer in the office, a role, and its service configuration', async () => {
      const office = await administrator.group('office');
      const web = await administrator.role('web');
      await administrator.connect(web, office);
      await causeway.activate(pc01, await administrator.token(office));
      await writeFile(configuration, serviceConfiguration(await administrator.token(web)), { mode: 0o600 });
      return 'the file is the original’s, with the activation token and WaitForConnectivity';
    });

    await story.step('one runs for some seconds, so that the program has been compiled, as in an image', async () => {
      const words = ['--service-config', configuration, '--instance', '0'];
      const first = causeway.startRole(lab.host('web-0'), words, ['sleep', String(COMPILED_AFTER_S)]);
      await until(
        async () => !first.running,
        PATIENCE_MS,
        () => 'it does not end',
      );
      assert.deepEqual(await instances(administrator), []);
      return 'it ended with its command';
    });

    let programs: Program[] = [];
    const plan = { names, everyMs: 0, patienceMs: PATIENCE_MS, start };
    await story.step(`${INSTANCES} instances start at once, and pc01 reaches each by its bare name`, async () => {
      const starts = await startAndReach(pc01, plan);
      programs = starts.map(({ program }) => program);
      note(story, 'atOnce', starts);
      return told(starts);
    });

    await story.step('the command of each runs, and the directory lists them as instances of web', async () => {
      await Promise.all(programs.map((program) => program.prints(/^the application runs$/m)));
      assert.deepEqual(await instances(administrator), [...names].sort());
      return `${INSTANCES} commands, ${INSTANCES} entries`;
    });

    await story.step('all stop; each says goodbye, and the directory is clean', async () => {
      const began = performance.now();
      await Promise.all(programs.map((program) => program.end('SIGTERM')));
      const ms = Math.round(performance.now() - began);
      const unheard = programs.filter(({ output }) => output.includes('Goodbye was not heard')).length;
      const left = (await instances(administrator)).length;
      Object.assign(story.figures, { stoppedMs: ms, leftAtOnce: left });
      // On a computer that is far too busy a goodbye may come too late; the next step waits for those.
      assert(left <= unheard, `${left} are left, and only ${unheard} goodbyes were not heard`);
      return `${left} are left ${seconds(ms)} s after SIGTERM`;
    });

    await story.step(
      `${SPREAD} start one a second, so that they hardly wait for a processor: each is reached within ${AIM_MS / 1_000} s`,
      async () => {
        const starts = await startAndReach(pc01, { ...plan, names: names.slice(0, SPREAD), everyMs: 1_000 });
        note(story, 'spread', starts);
        const late = starts.filter(({ reachedAfterMs, waitedMs }) => reachedAfterMs - waitedMs > AIM_MS);
        await Promise.all(starts.map(({ program }) => program.end('SIGTERM')));
        // What a busy computer took from them is not theirs; all else is.
        assert.deepEqual(
          late.map(({ name }) => name),
          [],
        );
        return told(starts);
      },
    );

    await story.step(
      `the server is started again with ${GONE_AFTER_S} s for those that stopped without a word`,
      async () => {
        await causeway.relay.end('SIGTERM');
        await causeway.restartRelay(['--instances-gone-after', String(GONE_AFTER_S)]);
        await until(
          async () => (await instances(administrator)).length === 0,
          GONE_AFTER_S * 4_000,
          () => 'some are still in the directory',
        );
        return 'the directory is clean';
      },
    );

    await story.step('an instance that is killed and comes back in time is the same machine', async () => {
      const first = start('web-0');
      await first.prints(/^the application runs$/m);
      const { id } = await administrator.machine('web-0');
      await first.end('SIGKILL');
      const second = start('web-0');
      programs.push(second);
      await second.prints(/^the application runs$/m);
      assert.equal((await administrator.machine('web-0')).id, id);
      return 'the id is that of before';
    });

    await story.step(`one that is killed and stays away is gone after ${GONE_AFTER_S} s`, async () => {
      await programs.at(-1)?.end('SIGKILL');
      const killed = performance.now();
      assert.deepEqual(await instances(administrator), ['web-0']);
      await until(
        async () => (await instances(administrator)).length === 0,
        GONE_AFTER_S * 4_000,
        () => 'it is still in the directory',
      );
      const ms = performance.now() - killed;
      assert(ms > GONE_AFTER_S * 900, `it was removed after ${ms} ms already`);
      return `it was removed ${seconds(ms)} s after it was killed`;
    });
  },
};

async function instances(administrator: Administrator): Promise<string[]> {
  const { status, body } = await administrator.attempt('GET', '/machines?limit=200');
  assert.equal(status, 200);
  const { items } = body as { items: { name: string; role: string | null }[] };
  return items.filter(({ role }) => role !== null).map(({ name }) => name);
}

/** The starts in one sentence. */
function told(starts: readonly InstanceStart[]): string {
  const at = quantiles(starts.map(({ reachedAfterMs }) => reachedAfterMs));
  const inTime = starts.filter(({ reachedAfterMs }) => reachedAfterMs <= AIM_MS).length;
  const cpu = quantiles(starts.map(({ cpuSeconds }) => cpuSeconds * 1_000)).half;
  const waited = quantiles(starts.map(({ waitedMs }) => waitedMs)).half;
  return [
    `from its own start, the first after ${seconds(at.first)} s, half of them after ${seconds(at.half)} s,`,
    `all after ${seconds(at.last)} s; ${inTime} of ${starts.length} within ${AIM_MS / 1_000} s;`,
    `half took less than ${(cpu / 1_000).toFixed(2)} s of a processor, and waited less than ${seconds(waited)} s for one`,
  ].join(' ');
}

function note({ figures }: Story, run: string, starts: readonly InstanceStart[]): void {
  const at = quantiles(starts.map(({ reachedAfterMs }) => reachedAfterMs));
  Object.assign(figures, {
    [`${run}Instances`]: starts.length,
    [`${run}ReachedMedianMs`]: at.half,
    [`${run}ReachedSlowestMs`]: at.last,
    [`${run}ReachedInFiveSeconds`]: starts.filter(({ reachedAfterMs }) => reachedAfterMs <= AIM_MS).length,
    [`${run}CpuMsMedian`]: Math.round(quantiles(starts.map(({ cpuSeconds }) => cpuSeconds * 1_000)).half),
    [`${run}WaitedMedianMs`]: Math.round(quantiles(starts.map(({ waitedMs }) => waitedMs)).half),
    [`${run}MegabytesEach`]: Math.round(
      starts.reduce((total, { program }) => total + program.usage().rssBytes, 0) / starts.length / 1e6,
    ),
  });
}

function quantiles(numbers: readonly number[]): { first: number; half: number; last: number } {
  const sorted = numbers.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN;
  return { first: at(0), half: at(0.5), last: at(1) };
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}

function serviceConfiguration(token: string): string {
  const setting = (name: string, value: string) =>
    `<Setting name="Microsoft.WindowsAzure.Plugins.Connect.${name}" value="${value}" />`;
  return `<?xml version="1.0" encoding="utf-8"?>
<ServiceConfiguration serviceName="Shop" xmlns="http://schemas.microsoft.com/ServiceHosting/2008/10/ServiceConfiguration" osFamily="2" osVersion="*">
  <Role name="web">
    <Instances count="${INSTANCES}" />
    <ConfigurationSettings>
      <Setting name="Microsoft.WindowsAzure.Plugins.Diagnostics.ConnectionString" value="UseDevelopmentStorage=true" />
      ${setting('ActivationToken', token)}
      ${setting('WaitForConnectivity', 'true')}
      ${setting('ConnectivityTimeout', String(PATIENCE_MS / 1_000))}
      ${setting('EnableDomainJoin', '')}
    </ConfigurationSettings>
  </Role>
</ServiceConfiguration>
`;
}
