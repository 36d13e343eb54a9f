import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LIMITS } from '#protocol/limits.ts';
import { HandClock } from '../hand-clock.fixture.ts';
import { systemRandom } from '../random.ts';
import { ownIdentity } from '../tls/certificate.ts';
import { Observations } from './observations.ts';
import { readObserved } from './observed-file.ts';

const EVERY = LIMITS.OBSERVED_EVERY_MS.value;
let directory: string;
let clock: HandClock;
let machines: number;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'causeway-observations-'));
  clock = new HandClock();
  machines = 0;
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function live(): Promise<Observations> {
  const identity = await ownIdentity(directory, ['relay.example'], clock.now(), systemRandom);
  const [logger, slow] = [pino({ level: 'silent' }), () => undefined];
  return Observations.begin({ dataDirectory: directory, clock, logger, identity, machines: () => machines, slow });
}

const seen = async () => readObserved(directory);

test('how many machines a life had is known to the next one, also when it was killed', async () => {
  await live();
  machines = 202;
  clock.advance(EVERY);
  await expect.poll(async () => (await seen())?.machines).toBe(202);
  machines = 0;
  const next = await live();
  expect((await seen())?.before).toEqual({ machines: 202, endedAt: null });
  machines = 5;
  await next.end();
  expect(await seen()).toMatchObject({ machines: 5, endedAt: clock.now() });
});

test('a life that was too short for machines to come back is passed over; one that was not is what counts', async () => {
  machines = 202;
  await (await live()).end();
  machines = 3;
  const short = await live();
  await short.end();
  const long = await live();
  expect((await seen())?.before?.machines).toBe(202);
  for (let at = 0; at <= 60_000; at += EVERY) clock.advance(EVERY);
  await long.end();
  await live();
  expect((await seen())?.before?.machines).toBe(3);
});
