/**
 * Many at once: a server that restarts under two hundred sessions, or comes back to all of them after a longer
 * outage, is not run over; and slow requests of an attacker hold up nobody. `LAB_LONG=1` has a thousand sessions;
 * they take minutes to activate, since the server lets two a second in from one line.
 */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { until } from '../causeway.ts';
import { type Fault, FaultLab } from '../faults/fault-lab.ts';
import { keepRows } from '../faults/fault-table.ts';
import { cloudOf, type LabDescription, ROAMING_LAB } from '../hosts/description.ts';
import type { Program } from '../hosts/host.ts';
import type { Scenario } from './story.ts';

const SESSIONS = process.env.LAB_LONG === '1' ? 1_000 : 200;
const ACTIVATED_WITHIN_MS = SESSIONS * 3_000;
const BACK_WITHIN_MS = 120_000;
const OUTAGE_MS = 20_000;
const LORISES = 300;
const program = (name: string) => fileURLToPath(new URL(`../faults/${name}.ts`, import.meta.url));

const LAB: LabDescription = {
  ...ROAMING_LAB,
  sites: [
    ...ROAMING_LAB.sites,
    cloudOf([{ name: 'many-1', address: '10.20.0.4' }]),
    { ...cloudOf([{ name: 'many-2', address: '10.21.0.4' }]), name: 'cloud-2', lan: '10.21.0', address: '198.19.6.1' },
  ],
};

export const faultsCrowd: Scenario = {
  name: 'faults-crowd',
  shows: 'a restart under 200 sessions, all of them back after an outage without a stampede, and slow requests',
  needs: [],
  lab: LAB,
  async tell(story) {
    const lab = await FaultLab.start(story);
    const crowds: Program[] = [];
    await story.step(`${SESSIONS} more agents are connected`, async () => {
      const token = await lab.administrator.token(await lab.administrator.group('crowd'));
      for (const name of ['many-1', 'many-2']) {
        const command = [process.execPath, program('crowd'), String(SESSIONS / 2), name];
        const environment = { CAUSEWAY_ACTIVATION_TOKEN: token };
        crowds.push(story.lab.host(name).spawn('crowd', command, { environment }));
      }
      const ms = await allBack(crowds, ACTIVATED_WITHIN_MS);
      return `after ${ms} ms, each with a control and a relay connection`;
    });
    for (const fault of [restart(lab, crowds), outage(lab, crowds), slowRequests(lab)]) await lab.suffer(fault);
    keepRows('faults-crowd', lab.rows);
  },
};

function restart({ causeway, story }: FaultLab, crowds: readonly Program[]): Fault {
  return {
    name: 'the relay restarts under 200 sessions',
    inject: async () => {
      await causeway.relay.end('SIGTERM');
      await causeway.restartRelay();
    },
    heal: async () => {
      story.figures.restartAllBackMs = await allBack(crowds, BACK_WITHIN_MS);
    },
    named: { by: 'server', codes: ['SERVER_RESTARTED'] },
    meanwhile: async () => 'connecting, for a moment',
  };
}

function outage(lab: FaultLab, crowds: readonly Program[]): Fault {
  const { causeway, story } = lab;
  return {
    name: 'all of them come back at once after an outage of 20 s',
    inject: async () => {
      await causeway.killRelay();
      await new Promise((resolve) => setTimeout(resolve, OUTAGE_MS));
    },
    heal: async () => {
      await causeway.restartRelay();
      const back = Date.now();
      story.figures.outageAllBackMs = await allBack(crowds, BACK_WITHIN_MS);
      const most = await mostAttempts(lab, crowds, back);
      story.figures.attemptsIn100MsMost = most;
      // Who comes at once would be all in the first tenth of a second; spread over half of the longest wait it is 1 in 75.
      assert(most <= SESSIONS / 4, `${most} of ${SESSIONS} came within 100 ms: a stampede`);
    },
    named: { by: 'agent', codes: ['SERVER_PORT_CLOSED'] },
  };
}

function slowRequests(lab: FaultLab): Fault {
  const { story } = lab;
  let attacker: Program | undefined;
  return {
    name: 'slow loris: 300 connections that send a byte a second',
    inject: async () => {
      attacker = story.lab
        .host('many-2')
        .spawn('slow-loris', [process.execPath, program('slow-loris'), 'relay.lab', String(LORISES)]);
      await attacker.prints(/"closed":[1-9]|"open":[1-9]\d\d/, 60_000);
    },
    heal: async () => {
      await attacker?.end('SIGKILL');
    },
    named: { by: 'server', codes: ['REQUESTS_SLOW'] },
    meanwhile: async () => {
      await lab.goesOn();
      const began = performance.now();
      assert.equal((await lab.administrator.attempt('GET', '/groups')).status, 200);
      story.figures.answerBesideSlowMs = Math.round(performance.now() - began);
      return 'connected; the administrator is answered';
    },
  };
}

/** Waits until each has both of its connections. @returns milliseconds that it took */
async function allBack(crowds: readonly Program[], withinMs: number): Promise<number> {
  const began = performance.now();
  const last = (crowd: Program) => [...crowd.output.matchAll(/^\{"control":(\d+),"relay":(\d+)\}$/gm)].at(-1);
  await until(
    async () =>
      crowds.every((crowd) =>
        last(crowd)
          ?.slice(1)
          .every((count) => Number(count) === SESSIONS / 2),
      ),
    withinMs,
    () => `not all are connected\n${crowds.map((crowd) => crowd.tail(3)).join('\n')}`,
  );
  return Math.round(performance.now() - began);
}

/** @returns the most attempts of all of them in any tenth of a second since a moment */
async function mostAttempts({ story }: FaultLab, crowds: readonly Program[], since: number): Promise<number> {
  const perTenth = new Map<number, number>();
  for (const [index, crowd] of crowds.entries()) {
    await story.lab.host(`many-${index + 1}`).must(['kill', '-USR2', String(crowd.pid)]);
    const [line] = await crowd.prints(/^\{"attempts":.*\}$/m);
    for (const at of (JSON.parse(line) as { attempts: number[] }).attempts) {
      const tenth = Math.floor((at - since) / 100);
      if (at >= since) perTenth.set(tenth, (perTenth.get(tenth) ?? 0) + 1);
    }
  }
  return Math.max(0, ...perTenth.values());
}
