import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeptFiles } from './kept-files.ts';

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'causeway-kept-'));
  file = join(directory, 'krb5.conf');
});
afterEach(() => rmSync(directory, { recursive: true }));

/** As after a restart: what is known is what was written down. */
const kept = () => new KeptFiles(join(directory, 'state'));

describe('a system file that holds something else for a while', () => {
  it('comes back byte for byte with its mode, over a restart and any number of changes', async () => {
    const original = Buffer.from([0x23, 0xff, 0x0d, 0x0a]);
    writeFileSync(file, original);
    chmodSync(file, 0o640);
    await kept().replace(file, () => 'first');
    await kept().replace(file, () => 'second');
    expect(readFileSync(file, 'utf8')).toBe('second');
    expect(await kept().restore()).toEqual([]);
    expect(readFileSync(file)).toEqual(original);
    expect(statSync(file).mode & 0o777).toBe(0o640);
  });

  it('goes again if it was not there', async () => {
    const below = join(directory, 'samba', 'smb.conf');
    await kept().replace(below, (text) => `was ${text}`);
    expect(readFileSync(below, 'utf8')).toBe('was null');
    await kept().restore();
    expect(existsSync(below)).toBe(false);
  });

  it('is made of what was there first, not of what was made of that', async () => {
    writeFileSync(file, 'a');
    for (let time = 0; time < 3; time++) await kept().replace(file, (text) => `${text}b`);
    expect(readFileSync(file, 'utf8')).toBe('ab');
  });

  it('stays when somebody has changed it since, and is named', async () => {
    writeFileSync(file, 'original');
    await kept().replace(file, () => 'ours');
    writeFileSync(file, 'theirs');
    expect(await kept().restore()).toEqual([file]);
    expect(readFileSync(file, 'utf8')).toBe('theirs');
  });

  it('is left, or given back, when nothing is to be changed', async () => {
    writeFileSync(file, 'original');
    await kept().replace(file, () => null);
    expect(readFileSync(file, 'utf8')).toBe('original');
    await kept().replace(file, () => 'ours');
    await kept().replace(file, () => null);
    expect(readFileSync(file, 'utf8')).toBe('original');
  });
});

describe('a file that a program makes', () => {
  it('goes with the others, but only if it was not there before', async () => {
    const other = join(directory, 'other.keytab');
    writeFileSync(other, 'of somebody');
    await kept().expect(file);
    await kept().expect(other);
    writeFileSync(file, 'keys');
    expect(await kept().restore()).toEqual([]);
    expect(existsSync(file)).toBe(false);
    expect(readFileSync(other, 'utf8')).toBe('of somebody');
  });
});
