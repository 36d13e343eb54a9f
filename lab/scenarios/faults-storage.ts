/**
 * Disks that are full or take no writes, and a database that is locked or damaged: refused in words, with what was
 * acknowledged before still there, and back from a backup.
 */
import assert from 'node:assert/strict';
import { RELAY_DATA } from '../causeway.ts';
import { type Fault, FaultLab } from '../faults/fault-lab.ts';
import { keepRows } from '../faults/fault-table.ts';
import { ROAMING_LAB } from '../hosts/description.ts';
import type { Host } from '../hosts/host.ts';
import type { Scenario } from './story.ts';

const AGENT_STATE = '/var/lib/causeway';
/** Over what `causeway-relay check` wants to be free, and little enough to fill. */
const SERVER_DISK = '96m';
const AGENT_DISK = '4m';
const DATABASE = `${RELAY_DATA}/causeway.sqlite`;

export const faultsStorage: Scenario = {
  name: 'faults-storage',
  shows: 'full and read-only disks, a locked and a damaged database: refused in words, restored from a backup',
  needs: [],
  lab: ROAMING_LAB,
  async tell(story) {
    await story.step('server and laptop keep their data on small disks', async () => {
      await smallDisk(story.lab.host('relay'), RELAY_DATA, SERVER_DISK);
      await smallDisk(story.lab.host('laptop'), AGENT_STATE, AGENT_DISK);
      return `${SERVER_DISK} for the server, ${AGENT_DISK} for the laptop`;
    });
    const lab = await FaultLab.start(story);
    for (const fault of [
      serverDiskFull(lab),
      agentDiskFull(lab),
      agentDiskReadOnly(lab),
      locked(lab),
      readOnly(lab),
      damaged(lab),
    ]) {
      await lab.suffer(fault);
    }
    keepRows('faults-storage', lab.rows);
  },
};

async function smallDisk(host: Host, path: string, size: string): Promise<void> {
  await host.must(['mkdir', '-p', path]);
  await host.must(['mount', '-t', 'tmpfs', '-o', `size=${size},mode=700`, 'tmpfs', path]);
}

/** Writes until nothing more fits. */
async function fill(host: Host, path: string): Promise<void> {
  await host.run(['dd', 'if=/dev/zero', `of=${path}/ballast`, 'bs=64k'], { timeoutMs: 60_000 });
  await host.run(['dd', 'if=/dev/zero', `of=${path}/ballast2`, 'bs=512']);
}

async function empty(host: Host, path: string): Promise<void> {
  await host.must(['rm', '-f', `${path}/ballast`, `${path}/ballast2`]);
}

/** A change is refused with this code, and tunnels go on. @returns the words of the table */
async function refuses(lab: FaultLab, code: string): Promise<string> {
  const answer = await lab.administrator.attempt('POST', '/groups', { name: 'refused' });
  assert.equal((answer.body as { error?: { code?: string } }).error?.code, code, JSON.stringify(answer));
  await lab.goesOn();
  return `${await lab.statusWords()}; changes: ${code}`;
}

function serverDiskFull(lab: FaultLab): Fault {
  const { relayHost } = lab;
  return {
    name: 'the server’s disk is full',
    inject: () => fill(relayHost, RELAY_DATA),
    heal: () => empty(relayHost, RELAY_DATA),
    named: { by: 'server', codes: ['DISK_FULL'] },
    meanwhile: () => refuses(lab, 'DISK_FULL'),
  };
}

function agentDiskFull(lab: FaultLab): Fault {
  const { host } = lab.laptop;
  return {
    name: 'the agent’s disk is full',
    inject: () => fill(host, AGENT_STATE),
    heal: () => empty(host, AGENT_STATE),
    named: { by: 'agent', codes: ['DISK_FULL'] },
    meanwhile: async () => {
      await lab.goesOn();
      return lab.statusWords();
    },
  };
}

function agentDiskReadOnly(lab: FaultLab): Fault {
  const { host } = lab.laptop;
  const remount = (mode: string) => host.must(['mount', '-o', `remount,${mode}`, AGENT_STATE]);
  return {
    name: 'the agent’s disk is read-only, and the agent is started anew',
    inject: async () => {
      await lab.laptop.stop();
      await remount('ro');
      await lab.laptop.start();
    },
    heal: async () => void (await remount('rw')),
    named: { by: 'agent', codes: ['DIRECTORY_READ_ONLY'] },
    // What it would change on the computer it must be able to undo after a crash, so it changes nothing.
    meanwhile: () => lab.saysOnce(/DIRECTORY_READ_ONLY/),
  };
}

function locked(lab: FaultLab): Fault {
  const { relayHost } = lab;
  const script = `const { DatabaseSync } = require('node:sqlite'); const db = new DatabaseSync('${DATABASE}'); db.exec('begin immediate'); console.log('locked'); setInterval(() => {}, 1e6);`;
  let holder: ReturnType<Host['spawn']> | undefined;
  return {
    name: 'another program holds the database locked',
    inject: async () => {
      holder = relayHost.spawn('locker', [process.execPath, '-e', script]);
      await holder.prints(/locked/);
    },
    heal: async () => {
      await holder?.end('SIGKILL');
    },
    named: { by: 'server', codes: ['DATABASE_LOCKED'] },
    meanwhile: () => refuses(lab, 'DATABASE_LOCKED'),
  };
}

function readOnly(lab: FaultLab): Fault {
  const { causeway, relayHost } = lab;
  const remount = (mode: string) => relayHost.must(['mount', '-o', `remount,${mode}`, RELAY_DATA]);
  return {
    name: 'the server’s disk is read-only, and the server is started anew',
    inject: async () => {
      await causeway.killRelay();
      await remount('ro');
    },
    heal: async () => {
      await remount('rw');
      await causeway.restartRelay();
    },
    named: { by: 'server', codes: ['DIRECTORY_READ_ONLY'] },
    meanwhile: async () => refusesToStart(lab, 'DIRECTORY_READ_ONLY'),
  };
}

function damaged(lab: FaultLab): Fault {
  const { causeway, relayHost } = lab;
  let backup = '';
  return {
    name: 'the database is damaged, and comes back from a backup',
    inject: async () => {
      const { stdout, stderr } = await causeway.relayCommand(['backup', '--json']);
      backup = (JSON.parse(stdout || stderr) as { path: string }).path;
      await causeway.killRelay();
      // The log beside it, too: a whole first page in there would stand for the damaged one.
      const ruin = `for f in ${DATABASE} ${DATABASE}-wal; do dd if=/dev/urandom of=$f bs=4096 count=1 conv=notrunc; done`;
      await relayHost.must(['sh', '-c', ruin]);
    },
    heal: async () => {
      const restored = await causeway.relayCommand(['restore', backup]);
      assert.equal(restored.code, 0, restored.stderr);
      await causeway.restartRelay();
    },
    named: { by: 'server', codes: ['STATE_CORRUPT'] },
    meanwhile: () => refusesToStart(lab, 'STATE_CORRUPT'),
  };
}

/** The start ends with this code, and the files stay as they are. */
async function refusesToStart(lab: FaultLab, code: string): Promise<string> {
  const before = await lab.relayHost.fingerprint(DATABASE);
  const started = await lab.causeway.relayCommand(['serve', '--listen', '0.0.0.0:443', '--json']);
  assert.match(started.stderr, new RegExp(code));
  assert.equal(await lab.relayHost.fingerprint(DATABASE), before, 'a refused start changed the database');
  const words = await lab.saysOnce(/degraded/);
  return `${words}; the server does not start: ${code}`;
}
