import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tarOf } from './tar.ts';

const ENTRIES = [
  { path: 'a/empty', content: new Uint8Array(), mode: 0o644 },
  { path: 'a/block', content: new Uint8Array(512).fill(7), mode: 0o644 },
  { path: 'a/link', content: new Uint8Array(), mode: 0o777, link: 'block' },
  { path: 'a/alone/', content: new Uint8Array(), mode: 0o700 },
  { path: 'a/b/run', content: Buffer.from('#!/bin/sh\necho it runs\n'), mode: 0o755 },
];
const archive = () => Buffer.concat([...tarOf(ENTRIES)]);

test('tar(1) unpacks it, with contents and modes', ({ onTestFinished }) => {
  const directory = mkdtempSync(join(tmpdir(), 'causeway-tar-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  execFileSync('tar', ['-xf', '-', '-C', directory], { input: archive() });
  for (const { path, content } of ENTRIES.filter(({ path }) => !/link|\/$/.test(path))) {
    expect(readFileSync(join(directory, path)).equals(content)).toBe(true);
  }
  expect(readlinkSync(join(directory, 'a/link'))).toBe('block');
  expect(statSync(join(directory, 'a/alone')).mode & 0o777).toBe(0o700);
  expect(execFileSync(join(directory, 'a/b/run')).toString()).toBe('it runs\n');
  expect(statSync(join(directory, 'a/block')).mode & 0o777).toBe(0o644);
});

test('is the same each time, and whole blocks', () => {
  expect(archive().equals(archive())).toBe(true);
  expect(archive().length % 512).toBe(0);
});

test('refuses a path that does not fit', () => {
  expect(() => [...tarOf([{ path: 'x'.repeat(101), content: new Uint8Array(), mode: 0 }])]).toThrow(RangeError);
});
