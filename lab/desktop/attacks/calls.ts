/** Attacks on the calls to the main process, from the page and from frames in it. They run in the page. */
import type { AttackedPage, Outcome, PageDocument } from './attack-page.ts';

/** Every call with everything that it is not meant for. @param names of calls, real ones and others */
export async function callWithJunk(names: readonly string[]): Promise<{ outcomes: Outcome[]; answers: string[] }> {
  const { causeway, document } = globalThis as unknown as AttackedPage;
  let deep: unknown = 1;
  for (let level = 0; level < 5_000; level++) deep = { deep };
  const cycle: Record<string, unknown> = {};
  cycle.cycle = cycle;
  // A thousand times the longest text that any call takes. What is larger still is refused no other way, but
  // takes seconds to get there: one call has it, and one name.
  const long = 'x'.repeat(1_000_000);
  const huge = 'x'.repeat(50_000_000);
  const junk: [string, unknown][] = [
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['not a number', Number.NaN],
    ['true', true],
    ['a text', 'state'],
    ['a list', [{}]],
    ['an endless text', long],
    ['an endless list', new Array(100_000).fill(7)],
    ['one key too many', { surplus: 1 }],
    ['keys of prototypes', JSON.parse('{"__proto__":{"forget":true,"token":"x","peer":"x"},"constructor":1}')],
    ['wrong types', { token: 7, forget: 'yes', peer: {}, service: [], text: 1, language: 'xx', colorScheme: 1 }],
    ['endless fields', { token: long, peer: long, text: long, service: long, language: long }],
    ['a path', { peer: '../../etc/passwd', service: 'file', text: '', forget: null }],
    ['a very deep object', deep],
    ['itself', cycle],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['a big integer', 10n],
    ['an element', document.body],
    ['the page', globalThis],
    [
      'something that throws when it is read',
      Object.defineProperty({}, 'x', { enumerable: true, get: () => Number('x').toFixed(200) }),
    ],
    ['a promise', Promise.resolve({})],
    ['a buffer', new ArrayBuffer(1_000_000)],
  ];
  const outcomes: Outcome[] = [];
  const answers: string[] = [];
  for (const name of names) {
    const [first] = names;
    const more: [string, unknown][] = name === first ? [['an endless text indeed', huge]] : [];
    for (const [what, value] of [...junk, ...more]) {
      const came = await Promise.resolve()
        .then(() => causeway.call(name, value))
        .then((answer) => {
          answers.push(JSON.stringify(answer));
          const { ok, error } = answer as { ok: boolean; error?: { code: string } };
          return ok ? 'ok' : String(error?.code);
        })
        .catch((error: unknown) => `threw ${String(error).slice(0, 120)}`);
      outcomes.push({ tried: `${name} with ${what}`, came });
      // At the pace that is allowed, so that each is judged by itself; openService has a slower one.
      await new Promise((resolve) => setTimeout(resolve, 12));
    }
  }
  for (const name of [undefined, null, 7, {}, [], Symbol('x'), () => 1, huge]) {
    const came = await Promise.resolve()
      .then(() => causeway.call(name, {}))
      .then((answer) => String((answer as { error?: { code: string } }).error?.code ?? 'ok'))
      .catch((error: unknown) => `threw ${String(error).slice(0, 120)}`);
    outcomes.push({ tried: `a call that is named by a ${typeof name}`, came });
  }
  return { outcomes, answers };
}

/** All at once. */
export async function flood(calls: number): Promise<{ readonly ms: number; readonly counts: Record<string, number> }> {
  const { causeway } = globalThis as unknown as AttackedPage;
  const from = Date.now();
  const counts: Record<string, number> = {};
  const names = ['state', 'peers', 'about', 'nonsense'];
  await Promise.all(
    Array.from({ length: calls }, async (_, index) => {
      const { ok, error } = (await causeway.call(names[index % names.length], {})) as {
        ok: boolean;
        error?: { code: string };
      };
      const came = ok ? 'ok' : String(error?.code);
      counts[came] = (counts[came] ?? 0) + 1;
    }),
  );
  return { ms: Date.now() - from, counts };
}

/** Frames of every kind, and what is to be found in them. */
export async function lookIntoFrames(addresses: readonly string[]): Promise<Outcome[]> {
  const { document } = globalThis as unknown as AttackedPage;
  const outcomes: Outcome[] = [];
  for (const address of addresses) {
    const frame = document.createElement('iframe');
    if (address.startsWith('<')) frame.srcdoc = address;
    else frame.src = address;
    document.body.append(frame);
    await new Promise((resolve) => setTimeout(resolve, 300));
    let came = 'nothing';
    try {
      const inside = frame.contentWindow as {
        causeway?: unknown;
        require?: unknown;
        process?: unknown;
        document: PageDocument;
      };
      const found = ['causeway', 'require', 'process'].filter(
        (name) => name in inside && inside[name as 'causeway'] !== undefined,
      );
      const text = String((inside.document.body as unknown as { textContent: string }).textContent).trim();
      came = `${found.join(', ') || 'nothing'}${text === '' ? '' : `, the text ${text.slice(0, 40)}`}`;
    } catch (error) {
      came = `nothing: ${String(error).slice(0, 60)}`;
    }
    outcomes.push({ tried: address, came });
    frame.remove();
  }
  return outcomes;
}
