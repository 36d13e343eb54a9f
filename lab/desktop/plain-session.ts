/**
 * The window's page by the DevTools protocol alone. Playwright stops every page that is being opened until it
 * has looked at it; where opening is refused, this old Chromium lets it wait for ever.
 */
export interface PlainSession {
  /** @returns what the expression, or its promise, comes to; undefined when it does not end within three seconds */
  evaluate(expression: string): Promise<unknown>;
  /** Addresses of all pages that the application has. */
  pages(): Promise<string[]>;
  end(): void;
}

interface Target {
  readonly type: string;
  readonly url: string;
  readonly webSocketDebuggerUrl: string;
}

/** @param port of the DevTools, on this process's loopback */
export async function openPlainSession(port: number): Promise<PlainSession> {
  const targets = async () => (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as Target[];
  const [target] = await targets();
  if (target === undefined) throw new Error('the application shows no window');
  const address = new URL(target.webSocketDebuggerUrl);
  address.host = `127.0.0.1:${port}`;
  const socket = new WebSocket(address);
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', reject);
  });
  let last = 0;
  return {
    evaluate(expression) {
      const id = ++last;
      return new Promise((resolve) => {
        socket.addEventListener('message', ({ data }) => {
          const answer = JSON.parse(String(data)) as { id?: number; result?: { result?: { value?: unknown } } };
          if (answer.id === id) resolve(answer.result?.result?.value);
        });
        setTimeout(resolve, 3_000);
        const params = { expression, awaitPromise: true, returnByValue: true };
        socket.send(JSON.stringify({ id, method: 'Runtime.evaluate', params }));
      });
    },
    pages: async () => (await targets()).filter(({ type }) => type === 'page').map(({ url }) => url),
    end: () => socket.close(),
  };
}
