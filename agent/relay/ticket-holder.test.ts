import { beforeEach, expect, test } from 'vitest';
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { TicketHolder } from './ticket-holder.ts';

const LIFETIME_MS = LIMITS.TICKET_LIFETIME_S.value * 1_000;

let now: number;
let answers: boolean;
let issued: number;
let holder: TicketHolder;

beforeEach(() => {
  [now, answers, issued] = [1_800_000_000_000, true, 0];
  holder = new TicketHolder({
    now: () => now,
    ask: async () => {
      if (!answers) throw new CausewayError('SERVER_UNREACHABLE', { server: '', cause: '' });
      return { ticket: String(++issued), expiresAt: now + LIFETIME_MS };
    },
  });
});

/** Asks when it is due, for so long. @returns the least that was left of the ticket in hand */
async function keep(ms: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (const end = now + ms; now < end; ) {
    now += holder.dueMs;
    const { expiresAt } = await holder.fresh();
    least = Math.min(least, expiresAt - now);
  }
  return least;
}

test('is renewed at half of its life', async () => {
  await holder.fresh();
  expect(await keep(20 * LIFETIME_MS)).toBe(LIFETIME_MS);
  expect(issued).toBe(41);
});

test.each([0, 0.25, 0.49])(
  'an outage of most of what is left ends no connection that began with %d of it gone',
  async (gone) => {
    await holder.fresh();
    now += gone * LIFETIME_MS;
    // Just when it becomes due.
    const outage = LIFETIME_MS / 2 - 2 * LIMITS.TICKET_RETRY_MS.value;
    now += holder.dueMs - 1;
    answers = false;
    const least = await keep(outage);
    answers = true;
    await keep(1);
    expect(least).toBeGreaterThan(0);
    expect((await holder.fresh()).expiresAt - now).toBe(LIFETIME_MS);
  },
);

test('one that the relay refused is not shown again', async () => {
  await holder.fresh();
  holder.refused();
  expect(holder.holds).toBe(false);
  expect(await holder.fresh()).toMatchObject({ ticket: '2' });
});

test('without one nothing is held, and the refusal is told', async () => {
  answers = false;
  await expect(holder.fresh()).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
  expect(holder.holds).toBe(false);
});
