/** Every state of the window, for pictures: what is told to it, and what a person does before the picture. */
import type { Page } from 'playwright-core';
import { CausewayError } from '#protocol/errors.ts';
import type { Check } from '#protocol/local-api.ts';
import type { Words } from '#renderer/words/words.ts';
import { brokenAt, hereWith, peersOf, refusal, SERVER, sessionsOf, TOKEN, type Wishes } from './played-states.ts';
import type { Play, PlayedWindow } from './played-window.ts';

export interface Scene {
  readonly name: string;
  readonly play: Play;
  readonly act?: (page: Page, words: Words, window: PlayedWindow) => Promise<unknown>;
}

const FEW = peersOf(12);
const MANY = peersOf(200);
const BEGAN = Date.now();
/** Of the play, at a time: it began long ago. */
const secondAt = (at: number) => 1_000 + (at - BEGAN) / 1_000;
const LEAVING = {
  action: 'take this computer out of its subscription',
  otherwise: 'ask whoever administers this computer',
};
const NEVER = () => new Promise<never>(() => undefined);
const NOT_ACTIVATED: Play = { state: () => hereWith({ activated: false, wanted: 'down' }) };

function joined(wishes: () => Wishes = () => ({}), peers = FEW): Play {
  const at = (at: number) => hereWith({ at, peers: sessionsOf(peers, secondAt(at)), ...wishes() });
  return { state: () => at(Date.now()), past: at, peers };
}

function refreshed(gained: string[], lost: string[]): Play {
  const lastRefresh = { at: BEGAN, policyVersion: 42, gained, lost };
  return joined(() => ({ lastRefresh }));
}

function press(name: (words: Words) => string): NonNullable<Scene['act']> {
  return (page, words) =>
    page
      .getByRole('button', { name: name(words) })
      .first()
      .click();
}

function typed(text: string): NonNullable<Scene['act']> {
  return (page, words) => page.getByRole('textbox', { name: words.activate.label }).fill(text);
}

function pinged(peer: string): NonNullable<Scene['act']> {
  return async (page, words) => {
    await page.getByRole('button', { name: peer }).first().click();
    const ping = page.getByRole('button', { name: words.peers.ping });
    await ping.click();
    await ping.scrollIntoViewIfNeeded();
  };
}

async function activate(page: Page, words: Words, window: PlayedWindow): Promise<void> {
  await typed(TOKEN)(page, words, window);
  await page.getByRole('button', { name: words.actions.activate, exact: true }).click();
}

function choose(item: (words: Words) => string): NonNullable<Scene['act']> {
  return async (page, words) => {
    await page.getByRole('button', { name: words.menu }).click();
    await page.getByRole('menuitem', { name: item(words) }).click();
  };
}

const CHECKS: readonly Check[] = [
  { name: 'activation', ok: true, detail: 'Activated as anna-laptop in contoso.', remedy: null },
  { name: 'server name', ok: true, detail: 'relay.contoso.example is 203.0.113.7.', remedy: null },
  { name: 'server port', ok: true, detail: 'TCP to relay.contoso.example:443 connects.', remedy: null },
  { name: 'server key', ok: true, detail: 'TLS works and the key is the one in the activation token.', remedy: null },
  { name: 'clock', ok: true, detail: 'This computer and the server agree to within 4 ms.', remedy: null },
  { name: 'relay', ok: true, detail: 'The relay answers (relay.contoso.example).', remedy: null },
];
const UNREACHABLE = refusal('SERVER_UNREACHABLE', { server: SERVER, cause: 'no route to host' });
const BAD_CHECK: Check = {
  name: 'server port',
  ok: false,
  detail: `${UNREACHABLE.message} [${UNREACHABLE.code}]`,
  remedy: UNREACHABLE.remedy,
};

function diagnosing(checks: readonly Check[], ends: boolean): Pick<Scene, 'play' | 'act'> {
  return {
    play: { ...joined(), calls: { diagnose: () => (ends ? Promise.resolve([...checks]) : NEVER()) } },
    act: async (page, words, window) => {
      await choose((words) => words.diagnostics.title)(page, words, window);
      await page.getByRole('button', { name: words.diagnostics.run }).click();
      for (const check of checks) await window.send({ type: 'check', check });
    },
  };
}

export const SCENES: readonly Scene[] = [
  { name: 'starting', play: { state: () => ({ agent: 'starting' }) } },
  { name: 'not-activated', play: NOT_ACTIVATED },
  { name: 'token-begun', play: NOT_ACTIVATED, act: typed(TOKEN.slice(0, 40)) },
  { name: 'token-mistyped', play: NOT_ACTIVATED, act: typed(`${TOKEN.slice(0, -4)}abcd`) },
  { name: 'token-good', play: NOT_ACTIVATED, act: typed(TOKEN) },
  { name: 'activating', play: { ...NOT_ACTIVATED, calls: { up: NEVER } }, act: activate },
  {
    name: 'activation-refused',
    play: { ...NOT_ACTIVATED, calls: { up: () => Promise.reject(new CausewayError('TOKEN_REVOKED')) } },
    act: activate,
  },
  {
    name: 'file-without-token',
    play: NOT_ACTIVATED,
    act: (page) =>
      page
        .locator('input[type=file]')
        .setInputFiles({ name: 'notes.causeway', mimeType: 'text/plain', buffer: Buffer.from('Dear Anna,') }),
  },
  {
    name: 'token-offered',
    play: NOT_ACTIVATED,
    act: async (_page, _words, window) => window.send({ type: 'token-offered', token: TOKEN }),
  },
  {
    name: 'connecting',
    play: {
      state: () =>
        hereWith({
          parts: { control: { state: 'ok' }, relay: { state: 'pending', provenAt: null }, names: { state: 'pending' } },
        }),
    },
  },
  { name: 'connected-nobody', play: joined(() => ({}), []) },
  { name: 'connected', play: joined() },
  {
    name: 'connected-search',
    play: joined(() => ({}), MANY),
    act: (page, words) => page.getByRole('searchbox', { name: words.peers.search }).fill('sql0'),
  },
  {
    name: 'connected-nobody-found',
    play: joined(),
    act: (page, words) => page.getByRole('searchbox', { name: words.peers.search }).fill('payroll'),
  },
  { name: 'peer-open', play: joined(), act: pinged('build01') },
  {
    name: 'peer-unreachable',
    play: {
      ...joined(),
      calls: {
        services: async () => [],
        ping: () => Promise.reject(new CausewayError('PEER_UNREACHABLE', { name: 'fs02', cause: 'no answer' })),
      },
    },
    act: pinged('fs02'),
  },
  { name: 'connected-many', play: joined(() => ({}), MANY) },
  { name: 'connected-unassigned', play: joined(() => ({ memberOf: null }), []) },
  {
    name: 'warned',
    play: joined(() => ({ parts: { names: { error: refusal('CLOCK_SKEWED', { skew: '3 minutes' }) } } })),
  },
  { name: 'broken-control', play: joined(() => brokenAt('control', UNREACHABLE)) },
  { name: 'broken-relay', play: joined(() => brokenAt('relay', UNREACHABLE)) },
  { name: 'broken-adapter', play: joined(() => brokenAt('adapter', refusal('ADAPTER_FAILED', { cause: 'busy' }))) },
  { name: 'broken-names', play: joined(() => brokenAt('names', refusal('NAMES_FAILED', { cause: 'busy' }))) },
  { name: 'disabled', play: joined(() => brokenAt('control', refusal('MACHINE_DISABLED'))) },
  {
    name: 'activation-lost',
    play: joined(() => brokenAt('activation', refusal('AUTHENTICATION_FAILED')), []),
  },
  { name: 'off', play: joined(() => ({ wanted: 'down', peers: [] })) },
  {
    name: 'connect-failed',
    play: {
      ...joined(() => ({ wanted: 'down', peers: [] })),
      calls: { up: () => Promise.reject(new CausewayError('TUN_MISSING')) },
    },
    act: press((words) => words.actions.connect),
  },
  {
    name: 'away',
    play: {
      state: () => ({
        agent: 'away',
        since: BEGAN - 75_000,
        error: refusal('AGENT_NOT_RUNNING', { socket: '/run/causeway.sock' }),
      }),
    },
  },
  { name: 'refreshing', play: joined(() => ({ refreshingSince: Date.now() - 4_000 })) },
  { name: 'refreshed-alike', play: refreshed([], []) },
  { name: 'refreshed', play: refreshed(['sql07', 'web03'], ['print01']) },
  {
    name: 'refresh-failed',
    play: {
      ...joined(),
      calls: { refresh: () => Promise.reject(new CausewayError('TIMED_OUT', { action: 'the refresh', seconds: 5 })) },
    },
    act: press((words) => words.actions.refresh),
  },
  { name: 'diagnostics', play: joined(), act: choose((words) => words.diagnostics.title) },
  { name: 'diagnostics-running', ...diagnosing(CHECKS.slice(0, 4), false) },
  { name: 'diagnostics-done', ...diagnosing(CHECKS, true) },
  { name: 'diagnostics-failed', ...diagnosing([...CHECKS.slice(0, 2), BAD_CHECK], true) },
  {
    name: 'diagnostics-saved',
    play: joined(),
    act: async (page, words, window) => {
      await choose((words) => words.diagnostics.title)(page, words, window);
      await page.getByRole('button', { name: words.diagnostics.save }).click();
    },
  },
  { name: 'preferences', play: joined(), act: choose((words) => words.preferences.title) },
  {
    name: 'leaving',
    play: joined(),
    act: async (page, words, window) => {
      await choose((words) => words.preferences.title)(page, words, window);
      await page.getByRole('button', { name: words.preferences.leave }).click();
    },
  },
  {
    name: 'leaving-refused',
    play: { ...joined(), calls: { down: () => Promise.reject(new CausewayError('PRIVILEGE_MISSING', LEAVING)) } },
    act: async (page, words, window) => {
      await choose((words) => words.preferences.title)(page, words, window);
      await page.getByRole('button', { name: words.preferences.leave }).click();
      await page.getByRole('button', { name: words.preferences.leaveSure, exact: true }).click();
    },
  },
  { name: 'about', play: joined(), act: choose((words) => words.about.title) },
  { name: 'menu', play: joined(), act: (page, words) => page.getByRole('button', { name: words.menu }).click() },
];
