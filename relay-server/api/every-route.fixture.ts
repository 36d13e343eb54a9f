/**
 * Every route of the API's own description, for tests that ask all of them: a new route is met by them
 * without being named.
 */
import type { Rights } from '#protocol/rest/api.ts';
import { activateMachine } from '../loopback-machine.fixture.ts';
import type { LoopbackServer } from '../loopback-server.fixture.ts';
import { LoopbackBrowser } from './loopback-browser.fixture.ts';

export interface Route {
  readonly method: string;
  /** As in the description, below /api/v1: `/people/{person}`. */
  readonly template: string;
  readonly needs: Rights | 'nobody';
}

export const PASSWORD = 'violet kettle onward brick';
/** Its answer never ends. */
const ENDLESS = '/events';
/** With fewer, it is the description that is wrong. */
const FEWEST = 40;

/** All but the stream of events. */
export async function everyRoute(browser: LoopbackBrowser): Promise<Route[]> {
  const { paths } = (await browser.ask('GET', '/openapi.json')).body;
  const items = Object.entries(paths as Record<string, Record<string, { 'x-rights': Route['needs'] }>>);
  const routes = items.flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      method: method.toUpperCase(),
      template: path.replace(/^\/api\/v1/, ''),
      needs: operation['x-rights'],
      versioned: path.startsWith('/api/v1/'),
    })),
  );
  const found = routes.filter(({ versioned, template }) => versioned && template !== ENDLESS);
  if (found.length < FEWEST) throw new Error(`the description has only ${found.length} routes`);
  return found;
}

/** The path with each `{parameter}` filled in. */
export function pathOf({ template }: Route, filling: (parameter: string) => string): string {
  return template.replace(/\{(\w+)\}/g, (_braces, parameter: string) => filling(parameter));
}

/** Everything that a change could touch, as the store has it; uses and refused tries are no changes. */
export async function everythingOf(relay: LoopbackServer): Promise<string> {
  const { store, directory } = relay.server.control.context;
  const of = async <Item>(list: (subscription: ReturnType<typeof directory.list>[number]['id']) => Promise<Item>) =>
    Promise.all(directory.list().map(({ id }) => list(id)));
  const people = await store.people.list();
  const sessions = (await Promise.all(people.map(({ id }) => store.sessions.list(id)))).flat();
  const { machines, ...rest } = await store.readDirectory();
  return JSON.stringify(
    [
      { ...rest, machines: machines.map((machine) => ({ ...machine, lastSeenAt: null })) },
      people.map((person) => ({ ...person, lastSignInAt: null })),
      (await store.listApiKeys()).map((key) => ({ ...key, lastUsedAt: null })),
      sessions.map(({ id }) => id).sort(),
      await of((id) => store.installing.listTokens(id)),
      await of((id) => store.installing.listLinks(id)),
      (await store.audit.list({}, undefined, 10_000)).filter(({ action }) => !action.endsWith('.refuse')),
    ],
    null,
    1,
  );
}

/** Ids of one thing of each kind, by the name that the description gives its parameter. */
export type Things = Readonly<Record<string, string>>;

/** Signs up the owner ada, with the subscriptions contoso, in which there is one of everything, and fabrikam. */
export async function furnish(relay: LoopbackServer): Promise<{ ada: LoopbackBrowser; things: Things }> {
  const ada = new LoopbackBrowser(relay.server.url);
  const must = async (method: string, path: string, body: unknown) => {
    const answer = await ada.ask(method, path, body);
    if (answer.status !== 201) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  };
  const { firstSecret: secret } = relay.server;
  const person = await must('POST', '/welcome', {
    secret,
    name: 'ada',
    displayName: 'Ada',
    password: PASSWORD,
    subscription: 'contoso',
  });
  const at = '/subscriptions/contoso';
  await must('POST', '/subscriptions', { name: 'fabrikam' });
  const group = await must('POST', `${at}/groups`, { name: 'office' });
  const role = await must('POST', `${at}/roles`, { name: 'web' });
  const sides = { a: { kind: 'group', id: group.id }, b: { kind: 'role', id: role.id } };
  const connection = await must('POST', `${at}/connections`, sides);
  const token = await must('POST', `${at}/tokens`, { group: group.id });
  const link = await must('POST', `${at}/install-links`, {});
  const key = await must('POST', '/api-keys', { rights: 'viewer' });
  const machine = await activateMachine(relay.server.url, token.token, 'pc01');
  await machine.connection.close();
  const [session] = (await ada.ask('GET', '/account/sessions')).body.items;
  const { id: subscription } = (await ada.ask('GET', at)).body;
  const ids = { subscription, group, role, connection, token, link, key, person, session };
  const things = Object.fromEntries(Object.entries(ids).map(([kind, thing]) => [kind, thing.id ?? thing]));
  return { ada, things: { ...things, machine: machine.self.id } };
}
