/**
 * The relay as adversary: somebody has the server's database and all its keys, runs what they like on its
 * address, and can read and change everything there. Against the real engines of agents, over the real relay.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { machineId } from '#protocol/ids.ts';
import { lockKeyOf, newSeed } from '#protocol/lock/key.ts';
import { planLock, signLock } from '#protocol/lock/signing.ts';
import { viewLock } from '#relay-server/control/administration/lock.ts';
import type { RunningServer } from '#relay-server/server.ts';
import type { Side } from '../administrator.ts';
import { LockHand } from '../lock-hand.ts';
import { InProcessAgent, InProcessNetwork, until } from './network.ts';

let network: InProcessNetwork;
let office: Side;
let web: Side;
let victim: InProcessAgent;
let friend: InProcessAgent;
let hand: LockHand;
let evil: RunningServer | undefined;
const agents: InProcessAgent[] = [];

beforeEach(async () => {
  network = await InProcessNetwork.start();
  const { administrator } = network;
  [office, web] = [await administrator.group('office'), await administrator.role('web')];
  await administrator.connect(office, web);
  victim = await network.member('sql01', await administrator.token(office));
  friend = await network.member('web-1', await administrator.token(web));
  hand = await LockHand.lock(administrator);
  await until(() => isLocked(victim) && isLocked(friend));
});
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.engine[Symbol.asyncDispose]();
  await evil?.close();
  evil = undefined;
  await network[Symbol.asyncDispose]();
});

const detail = (agent: InProcessAgent) => agent.engine.status().parts.activation.detail;
const isLocked = (agent: InProcessAgent) => detail(agent) === 'in contoso, locked';
const holds = (agent: InProcessAgent, sequence: number) =>
  agent.logged.some(({ message, details }) => message === 'lock' && details.sequence === sequence);
const diagnosed = async (agent: InProcessAgent) =>
  (await agent.engine.diagnose(() => undefined)).find(({ name }) => name === 'lock')?.detail;
const warning = (agent: InProcessAgent) => agent.engine.status().parts.activation.error?.code;

async function reaches(from: InProcessAgent, to: string): Promise<true | string> {
  try {
    await from.engine.ping(to, 3_000);
    return true;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

/** The attacker has the disk: changes what is on it, and runs the server again with all its keys. */
async function takeOver(change: (database: DatabaseSync) => void): Promise<RunningServer> {
  await network.server.close();
  const database = new DatabaseSync(join(network.directory, 'relay', 'causeway.sqlite'));
  change(database);
  database.close();
  evil = await network.restartServer();
  return evil;
}

/** A computer of the attacker, which believes whatever the server says. */
async function intruder(name: string, token: string): Promise<InProcessAgent> {
  const agent = await InProcessAgent.start(name, join(network.directory, `intruder-${name}`));
  agents.push(agent);
  await agent.up(token);
  return agent;
}

async function backOnline(...these: InProcessAgent[]): Promise<void> {
  for (const agent of these) {
    agent.engine.refresh().catch(() => undefined);
    await until(() => agent.engine.status().summary === 'connected');
  }
}

const nothingOfTheLock = (database: DatabaseSync) => {
  database.exec('delete from lock_steps; delete from lock_certificates;');
};

describe('a locked subscription', () => {
  test('goes on as before, for machines whose administrator has signed them', async () => {
    expect(await reaches(friend, 'sql01')).toBe(true);
    expect(await reaches(victim, 'web-1')).toBe(true);
    expect(warning(victim)).toBeUndefined();
    expect(await diagnosed(victim)).toMatch(
      /locked by statement 1, signed by ada \([\w -]{29}\); .* behind this computer, as a grant in hand show/,
    );
  });

  test('keeps its sessions while its key is exchanged for another', async () => {
    expect(await reaches(friend, 'sql01')).toBe(true);
    const to = victim.host.self?.ipv4 ?? '';
    friend.send(to, 'before');
    await until(() => victim.received().join().includes('before'));
    const since = victim.engine.status().peers[0]?.receivedBytes ?? 0;
    await hand.exchangeKey();
    await until(() => holds(victim, 2) && holds(friend, 2));
    friend.send(to, 'after');
    await until(() => victim.received().join().includes('after'));
    const lost = [...victim.logged, ...friend.logged].filter(({ message }) => message === 'no longer backed');
    expect(lost).toEqual([]);
    // The session is the same one: its counts go on.
    expect(victim.engine.status().peers[0]?.receivedBytes).toBeGreaterThan(since);
  });

  test('a new machine waits for a signature, says so, and is in with it', async () => {
    const late = await network.member('web-2', await network.administrator.token(web));
    expect(warning(late)).toBe('LOCK_MACHINE_UNSIGNED');
    expect(await reaches(late, 'sql01')).toBe('LOCK_MACHINE_UNSIGNED');
    expect(await diagnosed(late)).toMatch(/\[LOCK_MACHINE_UNSIGNED\]$/);
    await hand.sign();
    await until(() => warning(late) === undefined);
    expect(await reaches(late, 'sql01')).toBe(true);
  });

  test('a token that was signed before lets a machine in without a hand, and the server has not its key', async () => {
    const token = await hand.preSigned(web);
    const late = await network.member('web-2', token);
    expect(warning(late)).toBeUndefined();
    expect(await reaches(late, 'sql01')).toBe(true);
    expect((await hand.view()).machines.find(({ name }) => name === 'web-2')).toMatchObject({ state: 'by-token' });
  });

  test('a recovery secret releases it for every agent, also one that was away; a wrong one for none', async () => {
    await friend.engine.down({ forget: false });
    await expect(hand.release(`cwr1_${'A'.repeat(43)}`)).rejects.toThrow('LOCK_RECOVERY_REFUSED');
    await hand.release();
    await until(() => detail(victim) === 'in contoso');
    expect(await diagnosed(victim)).toMatch(/is locked no more/);
    await friend.up();
    await until(() => detail(friend) === 'in contoso');
    const late = await network.member('web-2', await network.administrator.token(web));
    expect(await reaches(late, 'sql01')).toBe(true);
  });

  test('outlives the agent, and its owner’s new token of the same subscription', async () => {
    await friend.engine.down({ forget: false });
    await friend.up(await network.administrator.token(web));
    expect(isLocked(friend)).toBe(true);
  });
});

describe('with the server’s database and all its keys, no new machine gets in', () => {
  test('not when the server says that there is no lock', async () => {
    const token = await network.administrator.token(web);
    await takeOver(nothingOfTheLock);
    await backOnline(victim);
    const mallory = await intruder('mallory', token);
    expect(warning(mallory)).toBeUndefined();
    expect(await reaches(mallory, 'sql01')).toBe('PEER_UNREACHABLE');
    expect(await reaches(victim, 'mallory')).toBe('LOCK_MACHINE_UNSIGNED');
    mallory.send(victim.host.self?.ipv4 ?? '', 'let me in');
    expect(victim.received().join()).not.toContain('let me in');
    expect(victim.logged.map(({ details }) => String(details.error)).join()).toContain('no lock key has signed');
    expect(warning(victim)).toBe('LOCK_STATEMENT_REFUSED');
    expect(await diagnosed(victim)).toMatch(/shows an older one, or none\..* \[LOCK_STATEMENT_REFUSED\]$/);
    expect(isLocked(victim)).toBe(true);
  });

  test('not when the server shows a lock with a key of its own', async () => {
    const token = await network.administrator.token(web);
    const server = await takeOver(nothingOfTheLock);
    const mallory = await intruder('mallory', token);
    const { context } = server.control;
    const home = context.directory.find('contoso');
    const key = await lockKeyOf(newSeed());
    const view = { ...(await viewLock(context, home)), sequence: 40 };
    const plan = await planLock(view, Date.now(), { keys: () => [{ key: key.publicKey, name: 'ada' }] });
    const { statement = '', certificates = [] } = await signLock(view, plan, key);
    home.lock.putStep({ subscription: home.id, sequence: 41, kind: 'statement', text: statement });
    for (const [index, text] of certificates.entries()) {
      const machine = plan.machines[index];
      if (machine) home.lock.putCertificate({ subscription: home.id, machine: machine.id, name: machine.name, text });
    }
    context.notices.selfChanged(home, home.machines.after(undefined));
    await backOnline(victim);
    await until(() => warning(victim) === 'LOCK_STATEMENT_REFUSED');
    await until(() => isLocked(mallory));
    expect(await reaches(mallory, 'sql01')).toBe('PEER_UNREACHABLE');
    expect(await reaches(victim, 'mallory')).toBe('LOCK_MACHINE_UNSIGNED');
  });

  test('not in the place of a machine that is there: its name, addresses and id with another key', async () => {
    const token = await network.administrator.token(web);
    const id = friend.engine.self?.id ?? '';
    await friend.engine.down({ forget: false });
    await takeOver((database) => {
      nothingOfTheLock(database);
      database.prepare('delete from machines where id = ?').run(id);
    });
    const mallory = await intruder('web-1', token);
    await backOnline(victim);
    expect(mallory.engine.self?.name).toBe('web-1');
    expect(await reaches(mallory, 'sql01')).toBe('PEER_UNREACHABLE');
    expect(await reaches(victim, 'web-1')).toBe('LOCK_MACHINE_UNSIGNED');
  });

  test('not a removed one whose old certificate and old policy are brought back', async () => {
    const server = network.server.control.context;
    const home = server.directory.find('contoso');
    const backup = { steps: home.lock.statements, text: '' };
    const id = machineId.parse(friend.engine.self?.id);
    backup.text = home.lock.certificates.get(id)?.record.text ?? '';
    const record = home.machine(id);
    await network.administrator.attempt('DELETE', '/machines/web-1');
    await hand.sign();
    await until(() => holds(victim, 2));
    const evilServer = await takeOver((database) => {
      nothingOfTheLock(database);
      const put = database.prepare('insert into lock_steps (subscription, sequence, kind, text) values (?, 1, ?, ?)');
      put.run(home.id, 'statement', backup.steps[0] ?? '');
      const certificate = 'insert into lock_certificates (machine, subscription, name, text) values (?, ?, ?, ?)';
      database.prepare(certificate).run(id, home.id, 'web-1', backup.text);
    });
    if (record !== undefined) evilServer.control.context.directory.putMachine(record);
    await friend.up();
    await backOnline(victim, friend);
    expect(await reaches(friend, 'sql01')).not.toBe(true);
    expect(await reaches(victim, 'web-1')).not.toBe(true);
    expect(warning(victim)).toBe('LOCK_STATEMENT_REFUSED');
  });

  test('nor does a name or an address lead to another member, whose key the attacker has', async () => {
    const { administrator } = network;
    const taken = await network.member('web-2', await administrator.token(web));
    await hand.sign();
    await until(() => warning(taken) === undefined);
    const server = await takeOver(() => undefined);
    const home = server.control.context.directory.find('contoso');
    const [asked, instead] = [home.machineByName('web-1'), home.machineByName('web-2')];
    home.machineByName = () => instead;
    home.machineByAddress = () => instead;
    await backOnline(victim, taken);
    expect(await reaches(victim, 'web-1')).toBe('GRANT_NOT_FOR_US');
    expect(await reaches(victim, asked?.ipv4 ?? '')).toBe('GRANT_NOT_FOR_US');
    expect(await reaches(victim, 'web-2')).toBe(true);
  });

  test('and a member reaches nobody whom the signed policy does not name', async () => {
    const { administrator } = network;
    const vault = await administrator.group('vault');
    const safe = await network.member('safe', await administrator.token(vault));
    await hand.sign();
    await until(() => warning(safe) === undefined);
    await administrator.connect(vault, web);
    const server = await takeOver(() => undefined);
    const home = server.control.context.directory.find('contoso');
    // What an honest server would refuse.
    const text = (id: string) => home.lock.certificates.get(machineId.parse(id))?.record.text ?? '';
    home.lock.backingOf = (a, b) => [text(a.id), text(b.id)];
    await backOnline(friend, safe);
    expect(await reaches(friend, 'safe')).toBe('LOCK_POLICY_UNSIGNED');
    expect(await reaches(safe, 'web-1')).toBe('LOCK_POLICY_UNSIGNED');
    expect(await reaches(friend, 'sql01')).toBe(true);
  });
});
