/**
 * Two groups that are not connected, and machines of both whose control connections are open, beside others
 * whom no change of the two concerns.
 */

import type { z } from 'zod';
import type { Visit } from '#lab/browser/visit.ts';
import type { machinePage } from '#protocol/rest/machines.ts';
import type { connection, group } from '#protocol/rest/policy.ts';
import type { LoopbackConnection } from '#relay-server/loopback-machine.fixture.ts';
import { type Company, type Machine, SUBSCRIPTION } from './company.ts';

export interface Affected {
  readonly groups: readonly [Side, Side];
  /** Members of the first that are online; at least as many as of the other. */
  readonly ofA: readonly Online[];
  readonly ofB: readonly Online[];
}

export interface Online {
  readonly machine: Machine;
  readonly connection: LoopbackConnection;
}

interface Side {
  readonly id: string;
  readonly name: string;
}

/** REST's greatest page. */
const PAGE = 1_000;

/** @param visit signed in. @param affected machines of both groups together. @param others online beside them */
export async function bringOnline(company: Company, visit: Visit, affected: number, others: number): Promise<Affected> {
  const groups = await twoGroups(visit);
  const [a, b] = await Promise.all(groups.map(({ id }) => machinesOf(visit, `group=${id}`)));
  if (a === undefined || b === undefined) throw new Error('there are two groups');
  const [ofB, ofA] = [b.slice(0, affected / 2), a.slice(0, affected - Math.min(b.length, affected / 2))];
  if (ofA.length + ofB.length < affected) {
    throw new Error(`${groups[0].name} and ${groups[1].name} have too few computers`);
  }
  const concerned = new Set<string>(groups.map(({ id }) => id));
  const bystanders = (await machinesOf(visit, 'sort=activatedAt')).filter(({ group }) => !concerned.has(group ?? ''));
  await company.connect(bystanders.slice(0, others));
  return { groups, ofA: await online(company, ofA), ofB: await online(company, ofB) };
}

async function online(company: Company, machines: readonly Machine[]): Promise<Online[]> {
  const connections = await company.connect(machines);
  return connections.flatMap((connection, index) => {
    const machine = machines[index];
    return machine === undefined ? [] : { machine, connection };
  });
}

/** The largest that nothing connects yet. */
async function twoGroups(visit: Visit): Promise<[Side, Side]> {
  const all = await list<z.infer<typeof group>>(visit, 'groups');
  const connected = await list<z.infer<typeof connection>>(visit, 'connections');
  const [first, ...rest] = all.sort((one, other) => other.machines - one.machines);
  const second = rest.find(
    ({ id }) => !connected.some(({ a, b }) => [a.id, b.id].every((end) => [id, first?.id].includes(end as never))),
  );
  if (first === undefined || second === undefined) throw new Error('there are not two groups without a connection');
  return [first, second];
}

async function machinesOf(visit: Visit, query: string): Promise<Machine[]> {
  const { items }: z.infer<typeof machinePage> = await read(visit, `machines?limit=${PAGE}&${query}`);
  return items.filter(({ disabled }) => !disabled);
}

async function list<Item>(visit: Visit, things: string): Promise<Item[]> {
  return (await read<{ items: Item[] }>(visit, things)).items;
}

async function read<Body>(visit: Visit, path: string): Promise<Body> {
  const { status, text } = await visit.ask('GET', `/subscriptions/${SUBSCRIPTION}/${path}`);
  if (status !== 200) throw new Error(`${path} was answered with ${status}: ${text}`);
  return JSON.parse(text);
}
