/** Plants one violation of each layer rule in a tree of its own, and sees each of them found. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from './command.ts';
import { FOLDERS } from './cruise.ts';
import { LAYER_RULES } from './layer-rules.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** By rule: the file that breaks it, its text, and what else has to be there. */
const PLANTED: Record<string, { file: string; text: string; beside?: Record<string, string> }> = {
  'protocol-knows-no-part': {
    file: 'protocol/a.ts',
    text: "export type A = import('#native/adapter.ts').A;",
    beside: { 'native/adapter.ts': 'export interface A { a: number }' },
  },
  'protocol-runs-anywhere': { file: 'protocol/b.ts', text: "import 'node:fs';" },
  'protocol-uses-three-packages': { file: 'protocol/c.ts', text: "export { WebSocket } from 'ws';" },
  'runtime-knows-only-the-protocol': {
    file: 'runtime/q.ts',
    text: "import { q } from '#agent/q.ts'; q();",
    beside: { 'agent/q.ts': 'export const q = () => 1;' },
  },
  'native-knows-only-the-protocol': {
    file: 'native/d.ts',
    text: "import type { D } from '../agent/d.ts'; export type E = D;",
    beside: { 'agent/d.ts': 'export type D = 1;' },
  },
  'agent-knows-no-server': {
    file: 'agent/e.ts',
    text: "export const load = () => import('#relay-server/e.ts');",
    beside: { 'relay-server/e.ts': 'export const e = 1;' },
  },
  'connection-knows-only-the-way': {
    file: 'agent/connection/ac.ts',
    text: "import { ac } from '../engine/ac.ts'; ac();",
    beside: { 'agent/engine/ac.ts': 'export const ac = () => 1;' },
  },
  'agent-knows-no-desktop': { file: 'agent/v.ts', text: "import { app } from 'electron'; app.quit();" },
  'desktop-knows-no-server': {
    file: 'electron/w.ts',
    text: "export * from '#relay-server/w.ts';",
    beside: { 'relay-server/w.ts': 'export const w = 1;' },
  },
  'preload-imports-only-the-bridge': { file: 'electron/preload/x.ts', text: "import { z } from 'zod'; z.string();" },
  'ipc-knows-no-electron': { file: 'electron/ipc/y.ts', text: "export { app } from 'electron';" },
  'renderer-knows-the-ipc-and-the-protocol': {
    file: 'renderer/z.ts',
    text: "import { z } from '../electron/main/z.ts'; z();",
    beside: { 'electron/main/z.ts': 'export const z = () => 1;' },
  },
  'renderer-runs-in-a-browser': { file: 'renderer/aa.ts', text: "import 'node:os';" },
  'server-knows-no-agent': {
    file: 'relay-server/f.ts',
    text: "export * from '#native/f.ts';",
    beside: { 'native/f.ts': 'export const f = 1;' },
  },
  'relay-is-given-no-key': {
    file: 'relay-server/relay/g.ts',
    text: "import { between } from '../between.ts'; between();",
    beside: {
      'relay-server/between.ts': "import { key } from './store/key.ts'; export const between = () => key;",
      'relay-server/store/key.ts': 'export const key = 1;',
    },
  },
  'tunnel-does-no-io': {
    file: 'agent/tunnel/h.ts',
    text: "import { setTimeout } from 'node:timers/promises'; setTimeout(1);",
  },
  'portal-knows-only-the-protocol': {
    file: 'relay-server/portal/r.tsx',
    text: "import type { R } from '../r.ts'; export const r = (x: R) => <p>{x}</p>;",
    beside: { 'relay-server/r.ts': 'export type R = string;' },
  },
  'portal-runs-in-a-browser': { file: 'relay-server/portal/s.ts', text: "import 'node:os';" },
  'portal-loads-no-schemas': { file: 'relay-server/portal/t.ts', text: "import { z } from 'zod'; z.string();" },
  'portal-is-imported-by-nobody': {
    file: 'relay-server/u.ts',
    text: "import { u } from './portal/u.ts'; u();",
    beside: { 'relay-server/portal/u.ts': 'export const u = () => 1;' },
  },
  'product-uses-no-tools': {
    file: 'agent/i.ts',
    text: "import { i } from '#lab/i.ts'; i();",
    beside: { 'lab/i.ts': 'export const i = () => 1;' },
  },
  'simulation-opens-nothing': { file: 'lab/simulation/ab.ts', text: "import 'node:net';" },
  'koffi-only-in-native': { file: 'agent/j.ts', text: "import koffi from 'koffi'; koffi.load('');" },
  'product-needs-no-dev-package': { file: 'agent/k.ts', text: "import fc from 'fast-check'; fc.nat();" },
  'product-uses-no-fixture': {
    file: 'relay-server/ad.ts',
    text: "import { ad } from './ad.fixture.ts'; ad();",
    beside: { 'relay-server/ad.fixture.ts': 'export const ad = () => 1;' },
  },
  'no-import-of-a-test': {
    file: 'lab/l.ts',
    text: "import { l } from './l.test.ts'; l();",
    beside: { 'lab/l.test.ts': 'export const l = () => 1;' },
  },
  'no-barrel': {
    file: 'lab/m.ts',
    text: "import { m } from './index.ts'; m();",
    beside: { 'lab/index.ts': 'export const m = () => 1;' },
  },
  'no-circle': {
    file: 'lab/n.ts',
    text: "import { o } from './o.ts'; export const n = () => o;",
    beside: { 'lab/o.ts': "import { n } from './n.ts'; export const o = () => n;" },
  },
  'no-dead-end': { file: 'lab/p.ts', text: "import './nowhere.ts';" },
};

/** What breaks no rule, though it looks like it. */
const INNOCENT: Record<string, string> = {
  'protocol/innocent.test.ts': "import 'node:fs'; import 'fast-check';",
  'protocol/innocent.ts': "import { z } from 'zod'; import './x.ts'; z.string(); // import '#agent/nothing.ts'",
  'protocol/x.ts': 'export const text = "import \'#agent/nothing.ts\'";',
  'lab/innocent.ts': "import type { Q } from './q.ts'; export type P = Q; export const p = 1;",
  'lab/q.ts': "import { p, type P } from './innocent.ts'; export type Q = P | typeof p;",
  'relay-server/portal/innocent.tsx':
    "import type { Y } from '#protocol/rest.ts'; import 'react'; export const y: Y = 1;",
  'protocol/rest.ts': 'export type Y = number;',
  'relay-server/relay/innocent.ts': "import { z } from '#protocol/x.ts'; await using w = z;",
};

let tree: string;
let found: Set<string>;

beforeAll(async () => {
  tree = mkdtempSync(join(tmpdir(), 'causeway-layers-'));
  for (const folder of FOLDERS) mkdirSync(join(tree, folder));
  symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'));
  for (const file of [
    'package.json',
    'build/cruise.ts',
    'build/layer-rules.ts',
    'build/command.ts',
    'build/layers-check.ts',
  ]) {
    cpSync(join(ROOT, file), join(tree, file));
  }
  const files = Object.assign(
    {},
    INNOCENT,
    ...Object.values(PLANTED).map(({ file, text, beside }) => ({ [file]: text, ...beside })),
  );
  for (const [file, text] of Object.entries<string>(files)) {
    mkdirSync(dirname(join(tree, file)), { recursive: true });
    writeFileSync(join(tree, file), text);
  }
  const { output } = await run(process.execPath, ['build/layers-check.ts'], { cwd: tree });
  found = new Set(output.match(/^[\w-]+: [\w./-]+/gm));
});

afterAll(() => rmSync(tree, { recursive: true, force: true }));

test('each rule has its violation here', () => {
  expect(LAYER_RULES.map(({ name }) => name).sort()).toEqual(Object.keys(PLANTED).sort());
});

test.each(Object.entries(PLANTED))('%s', (rule, { file }) => {
  expect([...found]).toContain(`${rule}: ${file}`);
});

test('nothing innocent is blamed', () => {
  expect([...found].filter((finding) => finding.includes('innocent'))).toEqual([]);
});

test.each(LAYER_RULES)('$name says why', ({ comment }) => {
  expect(comment).toMatch(/^[A-Zp].{30,}\.$/s);
});
