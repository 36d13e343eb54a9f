/**
 * The server killed at random moments while its policy changes: what it has acknowledged is there after
 * the restart, what it has not is there wholly or not at all, and the audit tells exactly of what is there.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PolicyChangeInput, PolicyDocument } from '#protocol/rest/changes.ts';
import { callRest, json, type RestServer } from '../../rest-client.ts';

const MAIN = fileURLToPath(new URL('../../main.ts', import.meta.url));
const CHANGES = 200;
const KILLS = 8;

let directory: string;
let child: ChildProcess | undefined;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-relay-test-'));
});
afterEach(async () => {
  await kill();
  await rm(directory, { recursive: true, force: true });
});

async function kill(): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** @returns what the server says of itself when it listens. */
async function start(lines: number): Promise<{ url: string; pin: string; secret: string }> {
  const args = ['serve', '--json', '--data', directory, '--listen', '127.0.0.1:0', '--log-level', 'error'];
  child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const said: object[] = [];
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    said.push(JSON.parse(line));
    if (said.length === lines) break;
  }
  return Object.assign({}, ...said);
}

/** One batch: its own group, which is connected to the role, or removed again; and two changes at once, to tear apart. */
function batch(number: number): PolicyChangeInput[] {
  const name = `group ${number}`;
  if (number % 5 === 4)
    return [
      { do: 'remove-group', group: `group ${number - 1}` },
      { do: 'create-group', name },
    ];
  return [
    { do: 'create-group', name, interconnected: number % 2 === 0 },
    { do: 'connect', a: { kind: 'role', name: 'Web' }, b: { kind: 'group', name } },
  ];
}

/** What is there when the first `count` batches are. */
function expected(count: number): { document: PolicyDocument; audits: string[] } {
  const groups = new Map<string, boolean>();
  const connected = new Set<string>();
  const audits: string[] = [];
  for (let number = 0; number < count; number++) {
    for (const change of batch(number)) {
      if (change.do === 'create-group') {
        groups.set(change.name, change.interconnected ?? false);
        audits.push(`group.create ${change.name}`);
      } else if (change.do === 'remove-group') {
        groups.delete(change.group);
        connected.delete(change.group);
        audits.push(`group.remove ${change.group}`);
      } else {
        connected.add(`group ${number}`);
        audits.push(`connection.create the group group ${number} and the role Web`);
      }
    }
  }
  const named = [...groups].map(([name, interconnected]) => ({ name, description: '', interconnected }));
  const pairs = [...connected].map((name): [string, string] => ['role Web', `group ${name}`]);
  return {
    document: {
      groups: named.sort((a, b) => (a.name < b.name ? -1 : 1)),
      roles: [{ name: 'Web', description: '' }],
      connections: pairs.sort((a, b) => (a[1] < b[1] ? -1 : 1)),
    },
    audits,
  };
}

/** Of changes of the policy, oldest first, read past the server. */
function auditsOnDisk(): string[] {
  const database = new DatabaseSync(join(directory, 'causeway.sqlite'), { readOnly: true });
  try {
    const rows = database.prepare(
      "select action, target_name from audit where action not like 'subscription.%' and action not like 'api-key.%' order by id",
    );
    return rows.all().map(({ action, target_name }) => `${action} ${target_name}`);
  } finally {
    database.close();
  }
}

test('killed eight times during 200 changes, it keeps each acknowledged one and no other', {
  timeout: 120_000,
}, async () => {
  const { url, pin, secret } = await start(2);
  const key = JSON.parse(await callRest({ url, pin, apiKey: '' }, 'POST', '/claim', json({ secret }))).key;
  let server: RestServer = { url, pin, apiKey: key };
  const at = '/subscriptions/contoso';
  await callRest(server, 'POST', '/subscriptions', json({ name: 'contoso' }));
  await callRest(server, 'POST', `${at}/changes`, json({ changes: [{ do: 'create-role', name: 'Web' }] }));
  let [done, kills, unacknowledgedButThere] = [0, 0, 0];
  const killEvery = CHANGES / KILLS;
  let typicalMs = 20;
  while (done < CHANGES) {
    const started = performance.now();
    // Somewhere in the middle of a change, or between two.
    const killed = kills < KILLS && done >= kills * killEvery + killEvery / 2;
    const request = callRest(server, 'POST', `${at}/changes`, json({ changes: batch(done) }));
    if (!killed) {
      await request;
      typicalMs = 0.8 * typicalMs + 0.2 * (performance.now() - started);
      done++;
      continue;
    }
    kills++;
    const answered = request.then(
      () => true,
      () => false,
    );
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 1.2 * typicalMs));
    await kill();
    const acknowledged = await answered;
    server = { ...server, ...(await restarted()) };
    const document = JSON.parse(await callRest(server, 'GET', `${at}/policy`));
    const audits = auditsOnDisk().slice(1);
    const [without, withIt] = [expected(done), expected(done + 1)];
    const isThere = audits.length === withIt.audits.length;
    expect({ document, audits }).toEqual(isThere ? withIt : without);
    if (acknowledged) expect(isThere).toBe(true);
    else if (isThere) unacknowledgedButThere++;
    if (isThere) done++;
  }
  const document = JSON.parse(await callRest(server, 'GET', `${at}/policy`));
  expect({ document, audits: auditsOnDisk().slice(1) }).toEqual(expected(CHANGES));
  expect(kills).toBe(KILLS);
  expect(unacknowledgedButThere).toBeLessThanOrEqual(KILLS);

  async function restarted(): Promise<Pick<RestServer, 'url' | 'pin'>> {
    const { url, pin } = await start(1);
    return { url, pin };
  }
});
