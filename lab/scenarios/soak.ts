/**
 * The soak: twenty agents and a relay server under random faults, with traffic of which every byte is compared and
 * probes of everything that policy denies. By hand, for it takes as long as it is given:
 *
 *     npm run soak -- --minutes 60 [--seed TEXT]
 */
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { until } from '../causeway.ts';
import type { Lab } from '../hosts/lab.ts';
import { Crew } from '../soak/crew.ts';
import { Ledger } from '../soak/ledger.ts';
import { LOOKS_AT_LEAST } from '../soak/levels.ts';
import { watchStarvation } from '../soak/starvation.ts';
import { Storm } from '../soak/storm.ts';
import { recoveryTable, totalsTable, watchedTable } from '../soak/tables.ts';
import { lookAll, watched } from '../soak/watched.ts';
import { deniedTo, MACHINES, peersOf, SOAK_LAB } from '../soak/world.ts';
import type { Scenario } from './story.ts';

const MINUTE_MS = 60_000;
const PROBE = fileURLToPath(new URL('../soak/level-probe.ts', import.meta.url));
/** Where the logs of a soak that failed are kept. */
const KEPT = fileURLToPath(new URL('../../dist/soak', import.meta.url));
/** Looks at what processes hold, over the whole time; not more often than the least, which is for tries. */
const LOOKS = 12;
const LOOK_LEAST_MS = 40_000;
/** Without traffic and faults before a look: V8 gives memory back late. */
const SETTLE_MS = 20_000;
/** The relay server keeps its process for this last part of the time. */
const RELAY_STAYS_FROM = 0.45;
/**
 * After the last fault; then everything has to have been answered within the last part of it. A lasting TCP connection
 * that was silent for a while, because policy denied it, tries again only after as long a while.
 */
const HEAL_MS = 100_000;
const ANSWERED_WITHIN_MS = 20_000;
/** Until all talk, on a computer full of others. */
const START_MS = 90_000;
/** Agents that are started at once, on a small computer. */
const STARTS_AT_ONCE = 3;

export const soak: Scenario = {
  name: 'soak',
  shows: `${MACHINES.length} agents under random faults: every byte right, nobody let in, nothing leaks (npm run soak -- --minutes N)`,
  needs: [],
  byHand: true,
  lab: SOAK_LAB,
  async tell(story) {
    const { minutes, seed } = wanted();
    const { lab } = story;
    for (const host of lab.hosts) host.variables.NODE_OPTIONS = `--import=${PROBE}`;
    const { causeway, administrator } = await story.startCauseway();
    const ledger = new Ledger();
    const say = (line: string) => void process.stderr.write(`    ${new Date().toISOString().slice(11, 19)} ${line}\n`);
    const crews: Crew[] = [];
    const storms: Storm[] = [];

    await story.step(`${MACHINES.length} machines join, in three groups at three sites`, async () => {
      const [alpha, beta, gamma] = [
        await administrator.group('alpha', { interconnected: true }),
        await administrator.group('beta'),
        await administrator.group('gamma'),
      ];
      await administrator.connect(alpha, beta);
      const connection = await administrator.connect(alpha, gamma);
      const tokens = {
        alpha: await administrator.token(alpha),
        beta: await administrator.token(beta),
        gamma: await administrator.token(gamma),
      };
      for (let at = 0; at < MACHINES.length; at += STARTS_AT_ONCE) {
        const some = MACHINES.slice(at, at + STARTS_AT_ONCE);
        await Promise.all(some.map(({ name, group }) => causeway.activate(lab.host(name), tokens[group])));
      }
      const crew = await Crew.start(lab, (name, word) => ledger.heard(name, word));
      crews.push(crew);
      const members = await Promise.all(
        MACHINES.map(async ({ name }) => ({ name, ...(await causeway.agent(name).addresses()) })),
      );
      for (const machine of MACHINES) {
        const [talkTo, neverReach] = [peersOf(machine), deniedTo(machine)];
        crew.tell(machine.name, { do: 'begin', members, talkTo, neverReach });
      }
      const around = { seed, lab, causeway, administrator, ledger, crew, alpha, gamma, connection, say };
      await until(
        async () => ledger.silentSince(Date.now() - ANSWERED_WITHIN_MS).length === 0,
        START_MS,
        () => ['not all talk', ...ledger.unexplained().slice(0, 20)].join('\n'),
      );
      ledger.begin();
      watchStarvation(lab.hosts, ledger);
      storms.push(new Storm(around));
      return `${MACHINES.flatMap(peersOf).length} pairs talk`;
    });

    await story.step(`faults at random for ${minutes} minutes, seed ${seed}`, async () => {
      const [crew, storm] = [crews[0], storms[0]];
      assert(crew && storm);
      const [began, last] = [performance.now(), minutes * MINUTE_MS];
      const told = new Set<string>();
      const every = Math.max(LOOK_LEAST_MS, last / LOOKS);
      for (let look = 1; performance.now() - began < last; look++) {
        const next = Math.min(last, look * every - SETTLE_MS);
        if (look * every > RELAY_STAYS_FROM * last) storm.keepRelay();
        await Promise.race([sleep(Math.max(0, began + next - performance.now())), storm.failed]);
        await storm.pause();
        crew.tellAll({ do: 'pause' });
        await sleep(SETTLE_MS);
        await lookAll(lab.hosts);
        crew.tellAll({ do: 'resume' });
        storm.resume();
        const unexplained = ledger.unexplained();
        for (const line of unexplained.filter((one) => !told.has(one))) say(`unexplained: ${line}`);
        for (const line of unexplained) told.add(line);
        say(
          `${ledger.faults.length} faults, ${ledger.disturbances} disturbances, ${ledger.byStarvation} by a busy computer, ${unexplained.length} unexplained`,
        );
        assert.equal(crew.size, MACHINES.length, 'a program of the soak has ended');
        if (ledger.wrong.length + ledger.leaks.length > 100) break;
      }
      await storm.end();
      await sleep(HEAL_MS);
      noteOffline(lab, ledger);
      Object.assign(story.figures, {
        minutes: Math.round((performance.now() - began) / MINUTE_MS),
        faults: ledger.faults.length,
      });
      for (const line of [
        ...recoveryTable(ledger),
        '',
        ...watchedTable(watched(lab.hosts)),
        '',
        ...totalsTable(ledger),
      ]) {
        process.stderr.write(`    ${line}\n`);
      }
      // All of it, for the first step that fails is the last that is told.
      for (const line of [...ledger.wrong, ...ledger.leaks, ...ledger.unexplained()]) say(line);
      keepLogs(lab, seed);
      return `${ledger.faults.length} faults were injected, and all were undone`;
    });

    await story.step('after the last one everybody is answered again', async () => {
      const silent = ledger.silentSince(Date.now() - ANSWERED_WITHIN_MS);
      assert.deepEqual(silent, []);
      return 'over lasting connections and by datagrams';
    });
    await story.step('every byte is right', async () => {
      story.figures.wrong = ledger.wrong.length;
      assert.deepEqual(ledger.wrong, []);
      const { bytes, requests, transfers, datagrams } = ledger.counts;
      Object.assign(story.figures, { megabytes: Math.round(bytes / 1e6), requests, transfers, datagrams });
      return `${Math.round(bytes / 1e6)} MB in ${requests} requests, ${transfers} of them transfers, and ${datagrams} datagrams`;
    });
    await story.step('nobody reached whom policy denied', async () => {
      const { probes } = ledger.counts;
      Object.assign(story.figures, { probes, leaks: ledger.leaks.length });
      assert.deepEqual(ledger.leaks, []);
      return `${probes} probes; nothing came through later than a second after a change`;
    });
    await story.step('every disconnect and every silence is a fault’s', async () => {
      const unexplained = ledger.unexplained();
      const byStarvation = ledger.byStarvation;
      Object.assign(story.figures, {
        disturbances: ledger.disturbances,
        byStarvation,
        unexplained: unexplained.length,
      });
      assert.deepEqual(unexplained, []);
      return `${ledger.disturbances} of them, all explained; ${byStarvation} by nothing but a computer that was too busy`;
    });
    await story.step('no process holds more than before', async () => {
      const judged = watched(lab.hosts).filter(({ growth }) => growth !== null);
      const leaks = judged.flatMap(({ label, growth }) =>
        (growth ?? []).flatMap(({ quantity, first, last, leaks: grown }) =>
          grown ? [`${label}: ${quantity} ${Math.round(first)} to ${Math.round(last)}`] : [],
        ),
      );
      Object.assign(story.figures, { processesJudged: judged.length, leaking: leaks.length });
      assert.deepEqual(leaks, []);
      return judged.length > 0
        ? `${judged.length} processes: memory, descriptors and timers of their first third and their last`
        : `none lived for ${LOOKS_AT_LEAST} looks: too short a soak to say`;
    });
  },
};

function wanted(): { minutes: number; seed: string } {
  const { values } = parseArgs({
    strict: false,
    options: { minutes: { type: 'string', default: '5' }, seed: { type: 'string' } },
  });
  const minutes = Number(values.minutes);
  assert(minutes > 0, '--minutes takes a number above 0');
  return { minutes, seed: String(values.seed ?? Date.now().toString(36)) };
}

/** What the agents say of themselves: each loss of a connection to the server is a disconnect. */
function noteOffline(lab: Lab, ledger: Ledger): void {
  for (const { name, programs } of lab.hosts) {
    for (const { output } of programs.filter(({ label }) => label.endsWith(': agent'))) {
      for (const line of output.split('\n').filter((text) => / offline"/.test(text) && text.startsWith('{'))) {
        const { time, msg, cause } = JSON.parse(line) as { time: number; msg: string; cause: string };
        ledger.disturbed({ machines: [name], what: `${msg}: ${cause}`, from: time, to: time });
      }
    }
  }
}

function keepLogs(lab: Lab, seed: string): void {
  cpSync(join(lab.directory, 'logs'), join(KEPT, seed), { recursive: true });
}
