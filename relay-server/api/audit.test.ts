import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LoopbackServer, startLoopbackServer } from '../loopback-server.fixture.ts';
import type { AuditRecord } from '../store/records.ts';
import { docsPage } from './docs-page.ts';

const AT = Date.parse('2026-01-01T00:00:00Z');
const ENTRIES = 1_203;

let relay: LoopbackServer;
const idOf = (index: number) => `000000${String(index).padStart(6, '0')}`;
const entry = (index: number, more: Partial<AuditRecord> = {}): AuditRecord => ({
  id: idOf(index),
  at: AT + index * 1000,
  by: { kind: 'person', id: 'p', name: 'Ada', address: '192.0.2.1' },
  action: 'group.change',
  subscription: { id: 's', name: 'contoso' },
  target: { kind: 'group', id: 'g', name: `group ${index}` },
  before: { description: 'a "quoted", one' },
  after: { description: 'two\nlines' },
  ...more,
});

beforeAll(async () => {
  relay = await startLoopbackServer();
  const { audit } = relay.server.control.context.store;
  const entries = Array.from({ length: ENTRIES - 3 }, (_, index) => entry(index));
  const formula = { kind: 'group', id: 'g', name: '=HYPERLINK("https://evil.example")' };
  entries.push(entry(ENTRIES - 3, { target: formula, by: { kind: 'person', id: 'q', name: '+49 100%', address: '' } }));
  entries.push(entry(ENTRIES - 2, { action: 'groupie.dance', subscription: null, target: null, before: null }));
  entries.push(entry(ENTRIES - 1, { action: 'group', target: { kind: 'group', id: 'x', name: '-1' } }));
  await audit.append(entries);
});
afterAll(() => relay[Symbol.asyncDispose]());

const list = (query: string) => relay.must('GET', `/audit?${query}`);
const ids = (page: { items: { id: string }[] }) => page.items.map(({ id }) => id);

test('pages lead through all of it, newest first', async () => {
  const all: string[] = [];
  let next: string | null = '';
  while (next !== null) {
    const page: { items: { id: string }[]; next: string | null } = await list(`limit=500${next && `&after=${next}`}`);
    all.push(...ids(page));
    next = page.next;
  }
  expect(all).toHaveLength(ENTRIES + 1); // and the claim of the key
  expect(all).toEqual([...all].sort().reverse());
});

test('filters find what they say', async () => {
  expect(ids(await list('action=groupie'))).toEqual([idOf(ENTRIES - 2)]);
  expect(ids(await list('action=group&limit=2'))).toEqual([idOf(ENTRIES - 1), idOf(ENTRIES - 3)]);
  expect(ids(await list('action=group.change&limit=1'))).toEqual([idOf(ENTRIES - 3)]);
  expect(ids(await list('search=GROUP 77'))).toEqual(expect.arrayContaining([idOf(77), idOf(770)]));
  expect(ids(await list('search=hyperlink'))).toEqual([idOf(ENTRIES - 3)]);
  // What means something in LIKE means itself here.
  expect(ids(await list(`search=${encodeURIComponent('100%')}`))).toEqual([idOf(ENTRIES - 3)]);
  expect(ids(await list(`search=${encodeURIComponent('group_1')}`))).toEqual([]);
  expect((await list('subscription=contoso&limit=500')).items).toHaveLength(500);
  expect(ids(await list('subscription=fabrikam'))).toEqual([]);
  const between = `from=${new Date(AT + 5000).toISOString()}&until=${new Date(AT + 8000).toISOString()}`;
  expect(ids(await list(between))).toEqual([idOf(7), idOf(6), idOf(5)]);
});

test('is exported whole, as CSV that no spreadsheet runs, and as JSON', async () => {
  const csv: string = await list('format=csv&action=group');
  const lines = csv.split('\r\n');
  expect(lines[0]).toBe(
    'id,at,by_kind,by_id,by_name,by_address,action,subscription_id,subscription_name,target_kind,target_id,target_name,before,after',
  );
  expect(lines).toHaveLength(ENTRIES + 1); // its head, all but one entry, and the end
  expect(lines[1]).toContain(`,group,x,'-1,"{""description"":""a \\""quoted\\"", one""}"`);
  expect(csv).toContain(`,'+49 100%,`);
  expect(csv).toContain(`,"'=HYPERLINK(""https://evil.example"")",`);
  expect(csv).not.toMatch(/(^|,|")[=+@]/m);
  const json = await list('format=json&action=group');
  expect(json).toHaveLength(ENTRIES - 1);
  expect(json[0]).toEqual((await list('action=group&limit=1')).items[0]);
  expect(await list('format=json&action=nothing')).toEqual([]);
});

test('the oldest entries go when there are too many', async () => {
  const { audit } = relay.server.control.context.store;
  expect(await audit.prune(10_000)).toBe(0);
  expect(await audit.prune(100)).toBe(ENTRIES + 1 - 100);
  expect((await audit.list({}, undefined, 1_000)).at(-1)?.id).toBe(idOf(ENTRIES - 100));
});

test('the description is a page without scripts, for people', async () => {
  const page = await relay.api('GET', './api/docs', undefined, null);
  expect(page.status).toBe(200);
  const { paths } = (await relay.api('GET', '/openapi.json', undefined, null)).body;
  for (const path of Object.keys(paths)) expect(page.body).toContain(`<code>${path}</code>`);
  expect(page.body).toContain('needs owner');
  expect(page.body).toContain('open to everybody');
  expect(page.body).toContain('presentPassword');
  expect(page.body).not.toMatch(/<script|<style|style=|\son\w+=/);
  const style = await relay.api('GET', './api/docs.css', undefined, null);
  expect(style.body).toContain('prefers-color-scheme: dark');
  const evil = { summary: '<script>alert(1)</script>', responses: {}, 'x-rights': '"><img src=x>' };
  const info = { title: '<u>', version: '1' };
  expect(docsPage({ info, paths: { '/<s>': { get: evil } } })).not.toMatch(/<script|<img|<u>|<s>/);
});

test('no cell of the CSV begins like a formula, wherever a spreadsheet takes it to begin', async () => {
  const { audit } = relay.server.control.context.store;
  const names = [
    '=1',
    '+1',
    '-1',
    '@a',
    '\t=1',
    '\r=1',
    '\n=1',
    '  =1',
    '＝1',
    '＋1',
    '－1',
    '＠a',
    'a;=1',
    'a\t@b',
    'a\n-1',
  ];
  await audit.append(
    names.map((name, index) =>
      entry(index, {
        id: `1000${String(index).padStart(8, '0')}`,
        action: 'formula.try',
        by: { kind: 'api-key', id: 'k', name, address: name },
        subscription: { id: 's', name },
        target: { kind: name, id: name, name },
        before: { description: name },
        after: { [name]: name },
      }),
    ),
  );
  const csv: string = await list('format=csv&action=formula');
  for (const separator of [',', ';', '\t']) {
    for (const cell of csv.split(new RegExp(`[${separator}\r\n]`))) {
      expect(cell).not.toMatch(/^\s*"?\s*[=+\-@＝＋－＠]/u);
    }
  }
  // JSON is for programs: as it was.
  const json: { target: { name: string } }[] = await list('format=json&action=formula');
  expect(json.map(({ target }) => target.name)).toEqual([...names].reverse());
});
