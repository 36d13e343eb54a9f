/**
 * What Causeway costs when nothing is going on: connected, sessions open, and then nobody says a word.
 */
import assert from 'node:assert/strict';
import { STANDARD_LAB } from '../hosts/description.ts';
import { offerServices, waitForPage } from '../traffic/probes.ts';
import type { Scenario } from './story.ts';

const WATCHED_SECONDS = 60;
/** What else the computer does costs everybody (cold caches, a slower clock): a calm minute is waited for. */
const MINUTES_MAX = 3;
/** What is aimed at; on a computer that does other things too it is now and then more. */
const CPU_PERCENT_AIM = 0.2;
/** A failure: something is wrong, whatever else the computer does. */
const CEILING = { cpuPercent: 1, timesAim: 1.25 } as const;
const SETTLE_MS = 25_000;
const MEGABYTE = 1_000_000;

export const idle: Scenario = {
  name: 'idle',
  shows: `memory and processor time of agent and relay over ${WATCHED_SECONDS} idle seconds`,
  needs: [],
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
    const watched = [
      { name: 'agent', program: causeway.agent('web-1').program, rssAim: 90 * MEGABYTE },
      { name: 'relay', program: causeway.relay, rssAim: 110 * MEGABYTE },
    ];
    const percents = watched.map(() => Number.POSITIVE_INFINITY);
    let minutes = 0;
    await story.step(`nobody says a word for ${WATCHED_SECONDS} seconds`, async () => {
      do {
        const before = watched.map(({ program }) => program.usage().cpuSeconds);
        await new Promise((resolve) => setTimeout(resolve, WATCHED_SECONDS * 1_000));
        for (const [index, { program }] of watched.entries()) {
          const percent = ((program.usage().cpuSeconds - (before[index] ?? 0)) / WATCHED_SECONDS) * 100;
          percents[index] = Math.min(percents[index] ?? percent, percent);
        }
        minutes += 1;
      } while (minutes < MINUTES_MAX && percents.some((percent) => percent >= CPU_PERCENT_AIM));
      return minutes === 1 ? 'all sessions stay open' : `the calmest of ${minutes} minutes counts`;
    });
    const seen = watched.map(({ name, program, rssAim }, index) => {
      const { rssBytes } = program.usage();
      const percent = percents[index] ?? 0;
      story.figures[`${name}RssMB`] = Math.round(rssBytes / MEGABYTE);
      story.figures[`${name}CpuPercent`] = Math.round(percent * 1_000) / 1_000;
      return { name, rssBytes, rssAim, percent };
    });
    for (const { name, rssBytes, rssAim, percent } of seen) {
      const aims = `${rssAim / MEGABYTE} MB and ${CPU_PERCENT_AIM} %`;
      await story.step(`the ${name} is small and quiet (${aims} of a processor are aimed at)`, async () => {
        assert(rssBytes > 0, `the ${name} is gone`);
        const text = `${(rssBytes / MEGABYTE).toFixed(1)} MB resident, ${percent.toFixed(3)} % processor`;
        assert(rssBytes < rssAim * CEILING.timesAim && percent < CEILING.cpuPercent, text);
        return rssBytes < rssAim && percent < CPU_PERCENT_AIM ? text : `${text}: over what is aimed at`;
      });
    }
  },
};
