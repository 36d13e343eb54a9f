/** Ways by which a page goes elsewhere, loads, or sends. They run in the page. */
import type { AttackedPage, Outcome } from './attack-page.ts';

/** By all the ways by which a page goes somewhere or opens something. */
export async function goElsewhere(address: string): Promise<Outcome[]> {
  const page = globalThis as unknown as AttackedPage;
  const outcomes: Outcome[] = [];
  const attempt = async (way: string, deed: () => unknown) => {
    let came = 'nothing';
    try {
      const opened = deed();
      if (opened !== null && opened !== undefined) came = 'a window';
    } catch (error) {
      came = `threw ${String(error).slice(0, 80)}`;
    }
    await new Promise((resolve) => setTimeout(resolve, 150));
    outcomes.push({ tried: `${way} ${address}`, came });
  };
  const click = (target: string) => {
    const link = page.document.createElement('a');
    Object.assign(link, { href: address, target });
    page.document.body.append(link);
    link.click();
    link.remove();
  };
  await attempt('open', () => page.open(address, '_blank'));
  await attempt('a link to a new window', () => click('_blank'));
  await attempt('a link', () => click(''));
  await attempt('a download', () => {
    const link = page.document.createElement('a');
    Object.assign(link, { href: address, download: 'x' });
    link.click();
  });
  await attempt('a form', () => {
    const form = page.document.createElement('form');
    Object.assign(form, { action: address, method: 'get' });
    page.document.body.append(form);
    (form as unknown as { submit(): void }).submit();
    form.remove();
  });
  await attempt('a refresh', () => {
    const meta = page.document.createElement('meta');
    Object.assign(meta, { httpEquiv: 'refresh', content: `0; url=${address}` });
    page.document.head.append(meta);
  });
  await attempt('a webview', () => {
    const view = page.document.createElement('webview');
    Object.assign(view, { src: address });
    page.document.body.append(view);
    const made = 'executeJavaScript' in view;
    view.remove();
    return made ? view : undefined;
  });
  await attempt('location', () => {
    page.location.href = address;
  });
  return outcomes;
}

/** What is loaded of these addresses, as a script, a style sheet, or a picture. */
export async function load(addresses: readonly string[]): Promise<Outcome[]> {
  const { document } = globalThis as unknown as AttackedPage;
  const kinds: [string, string, string, object][] = [
    ['a script', 'script', 'src', { type: 'module' }],
    ['a style sheet', 'link', 'href', { rel: 'stylesheet' }],
    ['a picture', 'img', 'src', {}],
  ];
  const outcomes: Outcome[] = [];
  for (const address of addresses) {
    for (const [kind, name, attribute, more] of kinds) {
      const element = document.createElement(name);
      const loaded = new Promise<string>((resolve) => {
        element.addEventListener('load', () => resolve('loaded'));
        element.addEventListener('error', () => resolve('refused'));
        setTimeout(() => resolve('nothing'), 2_000);
      });
      Object.assign(element, more, { [attribute]: address });
      document.head.append(element);
      outcomes.push({ tried: `${kind} ${address}`, came: await loaded });
      element.remove();
    }
  }
  return outcomes;
}

/** Sends something to an address by every means that a page has. */
export async function sendOut(http: string): Promise<Outcome[]> {
  const inPage = globalThis as unknown as Record<string, new (...words: unknown[]) => Record<string, unknown>> & {
    fetch(address: string): Promise<unknown>;
    eval(text: string): unknown;
  };
  const outcomes: Outcome[] = [];
  const attempt = async (way: string, deed: () => unknown) => {
    const came = await Promise.race([
      Promise.resolve()
        .then(deed)
        .then((result) => `done ${String(result)}`.trim())
        .catch((error: unknown) => `refused: ${String(error).slice(0, 60)}`),
      new Promise<string>((resolve) => setTimeout(() => resolve('nothing'), 2_500)),
    ]);
    outcomes.push({ tried: way, came });
  };
  const event = (target: Record<string, unknown> | undefined, good: string, bad: string) =>
    new Promise((resolve, reject) => {
      Object.assign(target ?? {}, { [good]: () => resolve(good), [bad]: () => reject(new Error(bad)) });
    });
  await attempt('fetch', () => inPage.fetch(http));
  await attempt('fetch of a file', () => inPage.fetch('file:///etc/passwd'));
  await attempt('XMLHttpRequest', () => {
    const request = new (inPage.XMLHttpRequest as NonNullable<typeof inPage.XMLHttpRequest>)();
    (request.open as (...words: string[]) => void)('GET', http);
    (request.send as () => void)();
    return event(request, 'onload', 'onerror');
  });
  await attempt('WebSocket', () => {
    const Socket = inPage.WebSocket as NonNullable<typeof inPage.WebSocket>;
    return event(new Socket(http.replace('http', 'ws')), 'onopen', 'onerror');
  });
  await attempt('EventSource', () => {
    const Source = inPage.EventSource as NonNullable<typeof inPage.EventSource>;
    return event(new Source(http), 'onopen', 'onerror');
  });
  await attempt('a worker', () => {
    const Blob = inPage.Blob as NonNullable<typeof inPage.Blob>;
    const make = (globalThis as unknown as { URL: { createObjectURL(blob: unknown): string } }).URL;
    const Worker = inPage.Worker as NonNullable<typeof inPage.Worker>;
    return event(new Worker(make.createObjectURL(new Blob(['postMessage(1)']))), 'onmessage', 'onerror');
  });
  await attempt('text as a program', () => inPage.eval('1 + 1'));
  await attempt('a candidate of WebRTC', async () => {
    const Connection = inPage.RTCPeerConnection as NonNullable<typeof inPage.RTCPeerConnection>;
    const connection = new Connection({ iceServers: [{ urls: `stun:${new URL(http).host}` }] });
    const candidate = new Promise((resolve) => {
      connection.onicecandidate = ({ candidate }: { candidate: { candidate: string } | null }) => {
        if (candidate !== null && candidate.candidate !== '') resolve(candidate.candidate);
      };
    });
    (connection.createDataChannel as (name: string) => void)('x');
    const offer = await (connection.createOffer as () => Promise<unknown>)();
    await (connection.setLocalDescription as (offer: unknown) => Promise<void>)(offer);
    return candidate;
  });
  return outcomes;
}
