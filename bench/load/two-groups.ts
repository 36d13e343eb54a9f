/**
 * A subscription of two groups, each with half of the machines, and its administrator, who connects the groups and
 * disconnects them again: changes of policy that concern everybody.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import type { MachineId } from '#protocol/ids.ts';
import type { machinePage } from '#protocol/rest/machines.ts';
import type { connection, group } from '#protocol/rest/policy.ts';
import { SUBSCRIPTION } from './company.ts';
import type { RestSession } from './rest-session.ts';

export interface Member {
  readonly id: MachineId;
  readonly name: string;
}

/** All have been told of a change by then. */
const TOLD_MS = 4_000;
const PAGE = 1_000;

export class TwoGroups {
  readonly #session: RestSession;
  readonly #groups: readonly [string, string];
  #connection = '';

  static async of(session: RestSession): Promise<TwoGroups> {
    const { items } = await ask<{ items: z.infer<typeof group>[] }>(session, 'GET', '/groups');
    const [a, b] = items.map(({ id }) => id);
    if (a === undefined || b === undefined) throw new Error('there are not two groups');
    return new TwoGroups(session, [a, b]);
  }

  private constructor(session: RestSession, groups: readonly [string, string]) {
    this.#session = session;
    this.#groups = groups;
  }

  /** Puts so many enabled machines into the groups by turns. @returns them: neighbours (0 and 1, 2 and 3 …) are of the two */
  async fill(count: number): Promise<Member[]> {
    const all = (await this.#enabled()).slice(0, count);
    if (all.length < count) throw new Error(`only ${all.length} machines are enabled`);
    const changes = this.#groups.map((id, index) => {
      return { do: 'assign', machines: all.filter((_, at) => at % 2 === index).map((member) => member.id), group: id };
    });
    await ask(this.#session, 'POST', '/changes', { changes });
    return all;
  }

  async connect(): Promise<void> {
    const [a, b] = this.#groups.map((id) => ({ kind: 'group', id }));
    const { id } = await ask<z.infer<typeof connection>>(this.#session, 'POST', '/connections', { a, b });
    this.#connection = id;
  }

  async disconnect(): Promise<void> {
    await ask(this.#session, 'DELETE', `/connections/${this.#connection}`);
  }

  /** Connects them, and waits until everybody has been told: that is not to be measured. */
  async connectAndSettle(): Promise<void> {
    await this.connect();
    await sleep(TOLD_MS);
  }

  async disconnectAndSettle(): Promise<void> {
    await this.disconnect();
    await sleep(TOLD_MS);
  }

  async policyVersion(): Promise<number> {
    return (await ask<{ policyVersion: number }>(this.#session, 'GET', '')).policyVersion;
  }

  async #enabled(): Promise<Member[]> {
    const enabled: Member[] = [];
    for (let cursor = ''; ; ) {
      const path = `/machines?limit=${PAGE}${cursor}`;
      const page = await ask<z.infer<typeof machinePage>>(this.#session, 'GET', path);
      enabled.push(...page.items.filter(({ disabled }) => !disabled).map(({ id, name }) => ({ id, name })));
      if (page.next === null) return enabled;
      cursor = `&after=${encodeURIComponent(page.next)}`;
    }
  }
}

function ask<Body>(session: RestSession, method: string, path: string, body?: unknown): Promise<Body> {
  return session.ask<Body>(method, `/subscriptions/${SUBSCRIPTION}${path}`, body);
}
