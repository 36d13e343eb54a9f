/**
 * What Causeway costs when nothing is going on: connected, sessions open, and then nobody says a word.
 */
import assert from 'node:assert/strict';
import { STANDARD_LAB } from '../hosts/description.ts';
import { offerServices, waitForPage } from '../traffic/probes.ts';
import type { Scenario } from './story.ts';

const WATCHED_SECONDS = 60;
const CPU_PERCENT_MAX = 0.2;
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
      { name: 'agent', program: causeway.agent('web-1').program, rssMax: 90 * MEGABYTE },
      { name: 'relay', program: causeway.relay, rssMax: 110 * MEGABYTE },
    ];
    const before = watched.map(({ program }) => program.usage().cpuSeconds);
    await story.step(`nobody says a word for ${WATCHED_SECONDS} seconds`, async () => {
      await new Promise((resolve) => setTimeout(resolve, WATCHED_SECONDS * 1_000));
      return 'all sessions stay open';
    });
    const seen = watched.map(({ name, program, rssMax }, index) => {
      const { rssBytes, cpuSeconds } = program.usage();
      const percent = ((cpuSeconds - (before[index] ?? 0)) / WATCHED_SECONDS) * 100;
      story.figures[`${name}RssMB`] = Math.round(rssBytes / MEGABYTE);
      story.figures[`${name}CpuPercent`] = Math.round(percent * 1_000) / 1_000;
      return { name, rssBytes, rssMax, percent };
    });
    for (const { name, rssBytes, rssMax, percent } of seen) {
      await story.step(
        `the ${name} is below ${rssMax / MEGABYTE} MB and ${CPU_PERCENT_MAX} % of a processor`,
        async () => {
          assert(rssBytes > 0, `the ${name} is gone`);
          const text = `${(rssBytes / MEGABYTE).toFixed(1)} MB resident, ${percent.toFixed(3)} % processor`;
          assert(rssBytes < rssMax && percent < CPU_PERCENT_MAX, text);
          return text;
        },
      );
    }
  },
};
