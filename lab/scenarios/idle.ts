/**
 * What Causeway costs when nothing is going on: connected, sessions open, and then nobody says a word.
 */
import assert from 'node:assert/strict';
import { STANDARD_LAB } from '../hosts/description.ts';
import type { Program } from '../hosts/host.ts';
import { wakesOf } from '../hosts/processes.ts';
import { offerServices, waitForPage } from '../traffic/probes.ts';
import type { Scenario } from './story.ts';

const WATCHED_SECONDS = 60;
/** What is aimed at. What a wake costs depends on the computer: a bare Node beside it tells how much. */
const CPU_PERCENT_AIM = 0.2;
/** A failure: what is wrong by these does not depend on what else the computer does. */
const CEILING = { wakesPerSecond: 10, timesRssAim: 1.25 } as const;
const SETTLE_MS = 25_000;
const MEGABYTE = 1_000_000;
/** Wakes once a second and does nothing. */
const BARE_NODE = [process.execPath, '--eval', 'setInterval(() => undefined, 1_000)'];

export const idle: Scenario = {
  name: 'idle',
  shows: `memory, wakes and processor time of agent and relay over ${WATCHED_SECONDS} idle seconds`,
  needs: [],
  alone: true,
  lab: STANDARD_LAB,
  async tell(story) {
    const { lab } = story;
    const [sql01, web1] = [lab.host('sql01'), lab.host('web-1')];
    const { causeway, administrator } = await story.startCauseway();

    await story.step('web-1 and sql01 are connected and have talked', async () => {
      const databases = await administrator.group('databases');
      const web = await administrator.role('web');
      await administrator.connect(web, databases);
      await causeway.activate(sql01, await administrator.token(databases));
      await causeway.activate(web1, await administrator.token(web));
      await offerServices(sql01);
      await waitForPage(web1, 'sql01');
      // What a start leaves to be done is not yet idleness: V8 gives memory back in several collections,
      // the last of them some 20 seconds after the last packet.
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      return 'there is a session between them';
    });
    const bare = web1.spawn('bare-node', BARE_NODE);
    const watched = [
      { name: 'agent', program: causeway.agent('web-1').program, rssAim: 90 * MEGABYTE },
      { name: 'relay', program: causeway.relay, rssAim: 110 * MEGABYTE },
    ];
    const seen: Seen[] = [];
    await story.step(`nobody says a word for ${WATCHED_SECONDS} seconds`, async () => {
      const before = watched.map(({ program }) => look(program));
      const bareBefore = look(bare);
      await new Promise((resolve) => setTimeout(resolve, WATCHED_SECONDS * 1_000));
      seen.push(...watched.map(({ program }, index) => between(before[index] ?? look(program), look(program))));
      const { cpuPercent, wakesPerSecond } = between(bareBefore, look(bare));
      return `a bare Node that wakes ${wakesPerSecond.toFixed(1)} times a second takes ${cpuPercent.toFixed(3)} % of a processor here`;
    });
    for (const [index, { name, rssAim }] of watched.entries()) {
      const aims = `${rssAim / MEGABYTE} MB and ${CPU_PERCENT_AIM} %`;
      await story.step(`the ${name} is small and quiet (${aims} of a processor are aimed at)`, async () => {
        const { rssBytes, cpuPercent, wakesPerSecond } = seen[index] ?? assert.fail(`the ${name} is gone`);
        story.figures[`${name}RssMB`] = Math.round(rssBytes / MEGABYTE);
        story.figures[`${name}CpuPercent`] = Math.round(cpuPercent * 1_000) / 1_000;
        story.figures[`${name}WakesPerSecond`] = Math.round(wakesPerSecond * 10) / 10;
        const text = `${(rssBytes / MEGABYTE).toFixed(1)} MB resident, ${wakesPerSecond.toFixed(1)} wakes a second, ${cpuPercent.toFixed(3)} % processor`;
        assert(rssBytes < rssAim * CEILING.timesRssAim && wakesPerSecond < CEILING.wakesPerSecond, text);
        return rssBytes < rssAim && cpuPercent < CPU_PERCENT_AIM ? text : `${text}: over what is aimed at`;
      });
    }
  },
};

interface Look {
  readonly cpuSeconds: number;
  readonly rssBytes: number;
  readonly wakes: number;
}

interface Seen {
  readonly rssBytes: number;
  readonly cpuPercent: number;
  readonly wakesPerSecond: number;
}

function look(program: Program): Look {
  return { ...program.usage(), wakes: wakesOf(program.pid) };
}

function between(before: Look, after: Look): Seen {
  return {
    rssBytes: after.rssBytes,
    cpuPercent: ((after.cpuSeconds - before.cpuSeconds) / WATCHED_SECONDS) * 100,
    wakesPerSecond: (after.wakes - before.wakes) / WATCHED_SECONDS,
  };
}
