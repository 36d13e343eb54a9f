/** Who may call: the window's own page in its main frame, and nobody else; and how often. */
import { expect, test, vi } from 'vitest';
import { CALLS } from '../ipc/schema.ts';
import { ALL_CALLS } from './call-gate.ts';
import type { CallHandlers } from './calls.ts';
import { serveCalls } from './ipc.ts';

type Listener = (event: object, name: unknown, args: unknown) => Promise<{ ok: boolean; error?: { code: string } }>;

const mainFrame = { url: 'causeway-window://app/index.html' };
const page = { mainFrame };

function served(handled: () => Promise<unknown> = async () => ({}), shown: object | undefined = page) {
  let listener: Listener | undefined;
  const handlers = Object.fromEntries(Object.keys(CALLS).map((name) => [name, handled])) as unknown as CallHandlers;
  serveCalls({
    ipcMain: { handle: (_channel: string, given: Listener) => (listener = given) } as never,
    handlers,
    page: () => shown as never,
    onBug: () => undefined,
  });
  if (listener === undefined) throw new Error('nothing is served');
  return listener;
}

test('the window’s own page is answered', async () => {
  expect(await served()({ sender: page, senderFrame: mainFrame }, 'state', {})).toEqual({ ok: true, result: {} });
});

test.each([
  ['a frame in the page', { sender: page, senderFrame: { url: mainFrame.url } }],
  ['a frame that has gone', { sender: page, senderFrame: null }],
  ['another page', { sender: { mainFrame }, senderFrame: mainFrame }],
  ['nobody', {}],
])('%s is refused', async (_who, event) => {
  const handled = vi.fn();
  expect(await served(handled)(event, 'state', {})).toMatchObject({ ok: false, error: { code: 'ORIGIN_REFUSED' } });
  expect(handled).not.toHaveBeenCalled();
});

test.each(['about:blank', 'https://example.com/', 'causeway-window://app.evil/', 'causeway-window://other/', ''])(
  'the main frame is refused while it shows %s',
  async (url) => {
    const frame = { url };
    const elsewhere = { mainFrame: frame };
    const answer = await served(vi.fn(), elsewhere)({ sender: elsewhere, senderFrame: frame }, 'state', {});
    expect(answer).toMatchObject({ ok: false, error: { code: 'ORIGIN_REFUSED' } });
  },
);

test('before there is a window nobody is answered', async () => {
  let listener: Listener | undefined;
  serveCalls({
    ipcMain: { handle: (_channel: string, given: Listener) => (listener = given) } as never,
    handlers: {} as never,
    page: () => undefined,
    onBug: () => undefined,
  });
  expect(await listener?.({ sender: page, senderFrame: mainFrame }, 'state', {})).toMatchObject({ ok: false });
});

test('of a flood so many calls are handled at a time, and every one is answered', async () => {
  let underWay = 0;
  let most = 0;
  const call = served(async () => {
    most = Math.max(most, ++underWay);
    await new Promise((resolve) => setTimeout(resolve, 5));
    underWay--;
    return {};
  });
  const own = { sender: page, senderFrame: mainFrame };
  const answers = await Promise.all(Array.from({ length: 10_000 }, () => call(own, 'state', {})));
  expect(most).toBe(ALL_CALLS.atOnce);
  expect(answers.filter(({ ok }) => ok)).toHaveLength(ALL_CALLS.atOnce);
  expect(new Set(answers.flatMap(({ error }) => error?.code ?? []))).toEqual(new Set(['RATE_LIMITED']));
});
