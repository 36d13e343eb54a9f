/** The engine in this process on an in-memory adapter, found and reached by the window's own connection. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectLocal } from '#agent/local-api/client.ts';
import { HostedAgent } from '#electron/main/hosted-agent.ts';
import { Hosting, type HostingOptions } from '#electron/main/hosting.ts';
import { MemoryHost } from '../../in-process/memory-host.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'causeway-hosted-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const socket = () => join(directory, 'run', 'agent.sock');
const right = (state = 'state') => ({ stateDirectory: join(directory, state), adapterName: 'causeway0' });
const start: HostingOptions['start'] = async (options) =>
  new HostedAgent({ ...options, host: new MemoryHost(), logLevel: 'silent' });

test('where nobody answers it runs the agent, and takes it away with itself', async () => {
  const hosting = new Hosting({ right: right(), socket: socket(), start });
  await hosting.settled;
  expect(hosting.failure).toBeUndefined();
  using client = await connectLocal(socket());
  expect(await client.call('status', {})).toMatchObject({ summary: 'not-activated', machine: null });
  await hosting[Symbol.asyncDispose]();
  await client.closed;
  expect(existsSync(socket())).toBe(false);
});

test('where somebody answers, or without the right, it runs none', async () => {
  await using first = new Hosting({ right: right(), socket: socket(), start });
  await first.settled;
  const never = () => Promise.reject(new Error('it was started'));
  const elsewhere = join(directory, 'other.sock');
  await using second = new Hosting({ right: right('2'), socket: socket(), start: never });
  await using third = new Hosting({ right: undefined, socket: elsewhere, start: never });
  await Promise.all([second.settled, third.settled]);
  expect([second.failure, third.failure]).toEqual([undefined, undefined]);
});

test('why it can not run is said in the catalogue’s words', async () => {
  await using first = new Hosting({ right: right(), socket: socket(), start });
  await first.settled;
  await using second = new Hosting({ right: right(), socket: join(directory, 'other.sock'), start });
  await second.settled;
  expect(second.failure).toMatchObject({ code: 'STATE_IN_USE' });
  await using broken = new Hosting({
    right: right(),
    socket: join(directory, 'third.sock'),
    start: () => Promise.reject(new Error('no native code here')),
  });
  await broken.settled;
  expect(broken.failure).toMatchObject({ code: 'INTERNAL' });
});

test('an end that comes during the start waits for it, and leaves nothing', async () => {
  const hosting = new Hosting({ right: right(), socket: socket(), start });
  await hosting[Symbol.asyncDispose]();
  expect(existsSync(socket())).toBe(false);
});
