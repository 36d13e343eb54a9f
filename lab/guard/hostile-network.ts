/**
 * A relay server in which everything that has a text has a hostile one: people, groups, roles, tokens, keys,
 * what agents say of themselves, what browsers call themselves. Made as its users make it: by REST and by
 * control connections.
 */

import type { Browser } from 'playwright-core';
import type { AgentStatus } from '#protocol/status.ts';
import { decodeToken } from '#protocol/token.ts';
import { LoopbackBrowser } from '#relay-server/api/loopback-browser.fixture.ts';
import type { OidcSettings } from '#relay-server/control/access/oidc-settings.ts';
import { LoopbackConnection, LoopbackKeys } from '#relay-server/loopback-machine.fixture.ts';
import { type LoopbackServer, startLoopbackServer } from '#relay-server/loopback-server.fixture.ts';
import { Visit } from '../browser/visit.ts';
import { HOSTILE_DESCRIPTION, HOSTILE_NAMES, HOSTILE_NOTE, HOSTILE_SIGN_IN_NAMES } from './hostile-texts.ts';

export const PASSWORD = 'violet kettle onward brick';
/** Whose names are harmless, so that they can sign in by the page. */
const PEOPLE = { ada: 'owner', bob: 'administrator', vic: 'viewer' } as const;
export type Name = keyof typeof PEOPLE;
export const SUBSCRIPTION = 'constructor';

export interface HostileNetwork extends AsyncDisposable {
  readonly relay: LoopbackServer;
  /** Addresses of the pages of single things. */
  readonly detailPages: readonly string[];
  /** With its token. */
  readonly installLink: string;
  /** Of a group that two people may edit. */
  readonly group: string;
  /** Somebody who is signed in, at a browser of their own. */
  visitOf(browser: Browser, name: Name): Promise<Visit>;
}

const OIDC: OidcSettings = {
  issuer: new URL('https://id.example'),
  clientId: 'c',
  clientSecret: 's',
  label: HOSTILE_NAMES[0] ?? '',
  scopes: 'openid',
  provision: 'none',
};
const AT = `/subscriptions/${SUBSCRIPTION}`;

export async function startHostileNetwork(): Promise<HostileNetwork> {
  const relay = await startLoopbackServer({ claim: false, oidc: OIDC });
  const ada = new LoopbackBrowser(relay.server.url);
  const make = async (path: string, body: unknown) => {
    const answer = await ada.ask('POST', path, body);
    if (answer.status > 201) throw new Error(`${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  };
  const { firstSecret: secret } = relay.server;
  const first = { secret, name: 'ada', displayName: HOSTILE_NAMES[0], password: PASSWORD };
  await make('/welcome', { ...first, subscription: SUBSCRIPTION });
  const signedIn = await people(relay, make);
  for (const name of HOSTILE_NAMES) {
    await make(`${AT}/groups`, { name, description: HOSTILE_DESCRIPTION, interconnected: true });
    await make(`${AT}/roles`, { name, description: HOSTILE_DESCRIPTION });
    await make(`${AT}/connections`, { a: { kind: 'role', name }, b: { kind: 'group', name } });
  }
  for (const rights of ['viewer', 'owner']) await make('/api-keys', { description: HOSTILE_NOTE, rights });
  const [name = ''] = HOSTILE_NAMES;
  const inGroup = await make(`${AT}/tokens`, { description: HOSTILE_NOTE, group: name });
  const inRole = await make(`${AT}/tokens`, { description: HOSTILE_NOTE, role: name });
  const link = await make(`${AT}/install-links`, { description: HOSTILE_NOTE, group: name });
  const computer = await hostileMachine(relay.server.url, inGroup.token, 'constructor');
  await hostileMachine(relay.server.url, inRole.token, 'xn--constructor');
  await ada.ask('DELETE', `${AT}/tokens/${inRole.id}`);
  const [group, role] = [await firstOf(ada, 'groups', name), await firstOf(ada, 'roles', name)];
  await ada.ask('PATCH', `${AT}/groups/${group}`, { description: `${HOSTILE_NOTE} again` });
  const shared = await make(`${AT}/groups`, { name: 'Shared', description: 'as it was' });
  await relay.server.control.context.access.refusals.flush();
  return {
    relay,
    detailPages: [`computers/${computer}`, `groups/${group}`, `roles/${role}`].map(
      (page) => `/s/${SUBSCRIPTION}/${page}`,
    ),
    installLink: link.url,
    group: shared.id,
    async visitOf(browser, name) {
      const visit = await Visit.begin(browser, relay.server.url);
      for (const [cookie, value] of signedIn.get(name)?.cookies ?? []) {
        const attributes = { secure: true, httpOnly: true, sameSite: 'Strict' } as const;
        await visit.context.addCookies([{ name: cookie, value, url: relay.server.url, ...attributes }]);
      }
      return visit;
    },
    [Symbol.asyncDispose]: () => relay[Symbol.asyncDispose](),
  };
}

/** Signs each in from a browser with a hostile name, and has a sign-in of each refused. */
async function people(
  relay: LoopbackServer,
  make: (path: string, body: unknown) => Promise<unknown>,
): Promise<ReadonlyMap<string, LoopbackBrowser>> {
  const signedIn = new Map<string, LoopbackBrowser>();
  for (const [at, name] of HOSTILE_SIGN_IN_NAMES.entries()) {
    await make('/people', { name, displayName: HOSTILE_NAMES[at + 1], rights: 'viewer', password: PASSWORD });
  }
  for (const [name, rights] of Object.entries(PEOPLE)) {
    const person = { name, displayName: HOSTILE_NAMES[1], rights, password: PASSWORD };
    if (name !== 'ada') await make('/people', person);
    const browser = new LoopbackBrowser(relay.server.url);
    const named = { 'user-agent': HOSTILE_NAMES[0] };
    await browser.ask('POST', '/session', { name, password: 'wrong' }, named);
    await browser.ask('POST', '/session', { name, password: PASSWORD }, named);
    signedIn.set(name, browser);
  }
  return signedIn;
}

async function firstOf(browser: LoopbackBrowser, kind: string, name: string): Promise<string> {
  const { items } = (await browser.ask('GET', `${AT}/${kind}`)).body;
  return items.find((item: { name: string }) => item.name === name).id;
}

/** Reports what an agent could say, all of it hostile, and stays. @returns its id */
async function hostileMachine(url: string, token: string, name: string): Promise<string> {
  const connection = await LoopbackConnection.open(url);
  const [evil = ''] = HOSTILE_NAMES;
  const params = connection.activation(decodeToken(token), new LoopbackKeys(), name);
  const { self } = await connection.request('activate', { ...params, os: evil.repeat(2), agentVersion: evil });
  await connection.request('report', { relay: 'connected', relayRoundTripMs: 3, sessions: 1, status: status(self.id) });
  const check = { name: evil, sentence: HOSTILE_DESCRIPTION, remedy: HOSTILE_DESCRIPTION };
  const checks = (['ok', 'failed', 'skipped', 'warning'] as const).map((result) => ({ ...check, result }));
  await connection.request('diagnostics', { checks });
  return self.id;
}

function status(id: string): AgentStatus {
  const [evil = ''] = HOSTILE_NAMES;
  const error = { code: evil, message: HOSTILE_DESCRIPTION, remedy: HOSTILE_DESCRIPTION, details: { [evil]: evil } };
  const part = { state: 'failed', provenAt: null, error, detail: evil } as const;
  const peer = { name: evil, ipv4: evil, ipv6: evil, state: 'connected', provenAt: 1, roundTripMs: 1, error } as const;
  return {
    version: evil,
    at: Date.now(),
    wanted: 'up',
    summary: 'degraded',
    machine: { id, name: evil, fullName: evil, ipv4: evil, ipv6: evil, subscription: evil, memberOf: evil },
    policyVersion: 1,
    policyRefreshedAt: 1,
    clockOffsetMs: 1,
    parts: { activation: part, control: part, relay: part, adapter: part, names: part },
    relayRoundTripMs: 1,
    peers: [{ ...peer, id, receivedBytes: 1, sentBytes: 1, grantExpiresAt: 1 }],
  } as unknown as AgentStatus;
}
