/**
 * The programs themselves are killed, stopped, given another time or another certificate, and run out of what they
 * need. Who restarts what was killed is the service manager, whose part the lab plays.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { LIMITS } from '#protocol/limits.ts';
import { RELAY_DATA, until } from '../causeway.ts';
import { type Fault, FaultLab } from '../faults/fault-lab.ts';
import { keepRows } from '../faults/fault-table.ts';
import { ROAMING_LAB } from '../hosts/description.ts';
import type { Scenario } from './story.ts';

/** Debian's libfaketime; the clock is read anew from the file each time. */
const CLOCK = '/run/clock';
const FAKE_CLOCK = {
  LD_PRELOAD: '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1',
  FAKETIME_TIMESTAMP_FILE: CLOCK,
  FAKETIME_NO_CACHE: '1',
  FAKETIME_DONT_FAKE_MONOTONIC: '1',
};

export const faultsProcesses: Scenario = {
  name: 'faults-processes',
  shows:
    'processes killed, stopped, with other clocks and certificates, out of descriptors: named, and back by themselves',
  needs: ['faketime'],
  lab: ROAMING_LAB,
  async tell(story) {
    const lab = await FaultLab.start(story);
    for (const fault of [
      ...ofTheRelay(lab),
      ...ofTheAgents(lab),
      ...ofClocks(lab),
      ...ofCertificates(lab),
      ...ofDescriptors(lab),
    ]) {
      await lab.suffer(fault);
    }
    keepRows('faults-processes', lab.rows);
  },
};

function ofTheRelay({ causeway, relayHost }: FaultLab): Fault[] {
  const signal = (name: string) => relayHost.must(['kill', `-${name}`, String(causeway.relay.pid)]);
  return [
    {
      name: 'kill -9 of the relay',
      inject: () => causeway.killRelay(),
      heal: () => causeway.restartRelay(),
      named: { by: 'agent', codes: ['SERVER_PORT_CLOSED'] },
    },
    {
      name: 'SIGSTOP of the relay',
      inject: async () => void (await signal('STOP')),
      heal: async () => void (await signal('CONT')),
      named: { by: 'agent', codes: ['SERVER_SILENT'] },
    },
  ];
}

function ofTheAgents({ causeway, laptop, story }: FaultLab): Fault[] {
  const sql01 = causeway.agent('sql01');
  const signal = (name: string) => laptop.host.must(['kill', `-${name}`, String(laptop.program.pid)]);
  return [
    {
      name: 'kill -9 of the agent that writes',
      inject: () => laptop.kill(),
      heal: () => laptop.start(),
      named: { by: 'agent', codes: ['AGENT_NOT_RUNNING'] },
    },
    {
      name: 'SIGSTOP of the agent that writes',
      inject: async () => void (await signal('STOP')),
      heal: async () => void (await signal('CONT')),
      named: { by: 'agent', codes: ['AGENT_SILENT'] },
    },
    {
      name: 'kill -9 of the agent at the other end',
      inject: () => sql01.kill(),
      heal: () => sql01.start(),
      named: { by: 'agent', codes: ['PEER_UNREACHABLE'] },
      meanwhile: async () => {
        await until(
          async () => (await laptop.status()).peers.some(({ state }) => state !== 'connected'),
          30_000,
          () => `laptop takes sql01 for connected\n${story.lab.host('laptop').name}`,
        );
        return 'connected; sql01 unreachable';
      },
    },
  ];
}

function ofClocks({ laptop }: FaultLab): Fault[] {
  const jump = (name: string, offset: string): Fault => ({
    name,
    inject: async () => {
      await laptop.host.write(CLOCK, '+0');
      await laptop.restart({ environment: FAKE_CLOCK });
      await laptop.connected(30_000);
      await laptop.host.write(CLOCK, offset);
    },
    heal: () => laptop.host.write(CLOCK, '+0'),
    named: { by: 'agent', codes: ['CLOCK_SKEWED'] },
    meanwhile: async () => {
      await until(
        async () => Math.abs((await laptop.status()).clockOffsetMs ?? 0) > 86_400_000,
        30_000,
        () => 'the agent does not notice that its clock jumped',
      );
      const { summary, parts } = await laptop.connected(30_000);
      return `${summary}, with a warning (${parts.control.error?.code})`;
    },
  });
  return [jump('the clock jumps two days ahead', '+2d'), jump('the clock jumps two days back', '-2d')];
}

function ofCertificates(lab: FaultLab): Fault[] {
  const { causeway, relayHost } = lab;
  const key = `${RELAY_DATA}/tls-key.pem`;
  const restart = async () => {
    await causeway.relay.end('SIGTERM');
    await causeway.restartRelay();
  };
  return [
    {
      name: 'another certificate for the same key',
      inject: async () => {
        await relayHost.must(['rm', `${RELAY_DATA}/tls-certificate.pem`]);
        await restart();
      },
      heal: async () => undefined,
      named: { by: 'server', codes: ['CERTIFICATE_EXCHANGED'] },
      meanwhile: async () => {
        await causeway.agent('laptop').connected(30_000);
        return 'connected: the pin is the key’s';
      },
    },
    {
      name: 'another key of the server',
      inject: async () => {
        await relayHost.must(['mv', key, `${key}.kept`]);
        await restart();
      },
      heal: async () => {
        await relayHost.must(['mv', `${key}.kept`, key]);
        await restart();
      },
      named: { by: 'agent', codes: ['SERVER_PIN_MISMATCH'] },
      // For a moment after the old server has gone it is not reached.
      meanwhile: () => lab.saysOnce(/SERVER_PIN_MISMATCH/),
    },
  ];
}

function ofDescriptors({ causeway, relayHost, laptop }: FaultLab): Fault[] {
  const pid = () => String(causeway.relay.pid);
  const limit = (most: string) => relayHost.must(['prlimit', `--pid=${pid()}`, `--nofile=${most}`]);
  return [
    {
      name: 'the server has no file descriptor left',
      inject: async () => {
        // The limit is on numbers: the first that is free, so that none below it is.
        const free = 'i=0; while [ -e "/proc/$1/fd/$i" ]; do i=$((i + 1)); done; echo "$i"';
        await limit(`${await relayHost.must(['sh', '-c', free, 'sh', pid()])}:`);
      },
      heal: async () => void (await limit('4096:')),
      named: { by: 'server', codes: ['DESCRIPTORS_EXHAUSTED'] },
      meanwhile: async () => {
        // Who comes now is turned away; who is there stays.
        const { stdout } = await laptop.causeway(['diagnose', '--json'], { timeoutMs: 60_000 });
        assert.match(stdout, /SERVER_TURNS_AWAY|SERVER_SILENT/);
        // Until what the server does by itself has come round: it must outlive that, too.
        await sleep(LIMITS.RELAY_SAMPLE_EVERY_MS.value + 2_000);
        return `${(await laptop.status()).summary}; diagnose: ${/SERVER_TURNS_AWAY|SERVER_SILENT/.exec(stdout)?.[0]}`;
      },
    },
  ];
}
