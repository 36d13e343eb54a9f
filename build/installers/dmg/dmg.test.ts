import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tokenOfFile } from '#protocol/activation-file.ts';
import { toBase64url } from '#protocol/encoding.ts';
import { serverPin, subscriptionId } from '#protocol/ids.ts';
import { encodeToken } from '#protocol/token.ts';
import { ACTIVATION_SLOT_BYTES, slotText } from '#relay-server/installing/dmg-slot.ts';
import { AGENT_ALONE, AGENT_IN_APPLICATION, buildDmg } from './dmg.ts';
import { modesOf, readImage } from './image-reader.ts';

const missing = ['xorriso', 'dmg2img', '7z'].filter((tool) => spawnSync(tool).error !== undefined);
const directory = mkdtempSync(join(tmpdir(), 'causeway-dmg-test-'));
afterAll(() => rmSync(directory, { recursive: true }));
const at = (name: string) => join(directory, name);

const PLIST = `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict><key>CFBundleExecutable</key><string>Causeway</string></dict></plist>
`;
const PROGRAM = Buffer.concat([randomBytes(700_000), Buffer.alloc(700_000), randomBytes(1000)]);
mkdirSync(at('Causeway.app/Contents/MacOS'), { recursive: true });
writeFileSync(at('Causeway.app/Contents/Info.plist'), PLIST);
writeFileSync(at('Causeway.app/Contents/MacOS/Causeway'), PROGRAM, { mode: 0o755 });

/** Stands for mac-files.ts, whose Node is fetched by the scenario `dmg` only. */
const AGENT = [
  { path: 'bin/node', content: randomBytes(5000), mode: 0o755 },
  { path: 'lib/causeway.js', content: Buffer.from('agent'), mode: 0o644 },
  { path: 'share/install.sh', content: Buffer.from('#!/bin/sh\n'), mode: 0o755 },
];

/** What macOS would see: the image taken apart by a program that is not ours, and the file system in it by another. */
async function contentsOf(dmg: string): Promise<(path: string) => Buffer> {
  const { directory: files } = await readImage(dmg);
  return (path) => readFileSync(join(files, path));
}

describe.skipIf(missing.length > 0)(`the disk image for macOS (needs ${missing.join(', ') || 'nothing'})`, () => {
  beforeAll(() => buildDmg({ agent: AGENT, application: at('Causeway.app'), file: at('one.dmg') }));

  test('two builds of the same application are the same bytes', async () => {
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await buildDmg({ agent: AGENT, application: at('Causeway.app'), file: at('two.dmg') });
    expect(readFileSync(at('two.dmg')).equals(readFileSync(at('one.dmg')))).toBe(true);
  });

  test('is read back by others: the application, a link to where it belongs, and nobody’s activation file', async () => {
    const { listing } = await readImage(at('one.dmg'));
    const read = await contentsOf(at('one.dmg'));
    expect(read('Causeway.app/Contents/Info.plist').toString()).toBe(PLIST);
    expect(read('Causeway.app/Contents/MacOS/Causeway').equals(PROGRAM)).toBe(true);
    expect(tokenOfFile(read('Activation.causeway').toString())).toBeUndefined();
    expect(listing).toMatch(/ Causeway\/Applications$/m);
  });

  test('the agent is in the application, every file as it was, and what is run can be run', async () => {
    const { raw } = await readImage(at('one.dmg'));
    const read = await contentsOf(at('one.dmg'));
    for (const { path, content } of AGENT) expect(read(`${AGENT_IN_APPLICATION}/${path}`).equals(content)).toBe(true);
    expect(read('install.sh')).toEqual(readFileSync(join(import.meta.dirname, '../../macos/image-install.sh')));
    expect(modesOf(raw, 'install.sh')).toEqual([0o755, 0o755]);
    expect([modesOf(raw, 'node'), modesOf(raw, 'causeway.js')]).toEqual([[0o755], [0o644]]);
  });

  test('without an application, or with a signed one, the agent is beside it', async () => {
    await buildDmg({ agent: AGENT, file: at('alone.dmg') });
    const { directory: alone } = await readImage(at('alone.dmg'));
    mkdirSync(at('signed/Causeway.app/Contents/_CodeSignature'), { recursive: true });
    await buildDmg({ agent: AGENT, application: at('signed/Causeway.app'), file: at('signed.dmg') });
    const { directory: signed } = await readImage(at('signed.dmg'));
    for (const files of [alone, signed]) {
      expect(existsSync(join(files, AGENT_ALONE, 'bin/node'))).toBe(true);
      expect(existsSync(join(files, AGENT_IN_APPLICATION))).toBe(false);
    }
    expect(existsSync(join(alone, 'Applications'))).toBe(false);
  });

  test('its property list is one, its sums are true, and the middle is compressed', () => {
    const bytes = readFileSync(at('one.dmg'));
    const trailer = bytes.subarray(-512);
    expect(trailer.toString('latin1', 0, 4)).toBe('koly');
    const [from, length] = [Number(trailer.readBigUInt64BE(216)), Number(trailer.readBigUInt64BE(224))];
    const list = bytes.subarray(from, from + length);
    expect(
      spawnSync('python3', ['-c', 'import plistlib,sys; plistlib.loads(sys.stdin.buffer.read())'], { input: list })
        .status,
    ).toBe(0);
    expect(trailer.readUInt32BE(88)).toBe(crc32(bytes.subarray(0, from)));
    const table = Buffer.from(/<data>([^<]*)<\/data>/.exec(list.toString())?.[1] ?? '', 'base64');
    expect(table.readUInt32BE(72)).toBe(crc32(readFileSync(`${at('one.dmg')}.raw`)));
    expect(bytes.length).toBeLessThan(readFileSync(`${at('one.dmg')}.raw`).length);
  });

  test('with a token written into its slot it is still whole, and has the token beside the application', async () => {
    const token = encodeToken({
      server: 'https://relay.example',
      pin: serverPin.parse(toBase64url(new Uint8Array(32))),
      subscription: subscriptionId.parse('00'.repeat(16)),
      secret: new Uint8Array(20).fill(7),
    });
    const bytes = readFileSync(at('one.dmg'));
    const slot = bytes.subarray(0, ACTIVATION_SLOT_BYTES);
    const personal = Buffer.concat([slotText(`${token}\n`, crc32(slot)), bytes.subarray(ACTIVATION_SLOT_BYTES)]);
    writeFileSync(at('mine.dmg'), personal);
    const read = await contentsOf(at('mine.dmg'));
    expect(tokenOfFile(read('Activation.causeway').toString())).toBe(token);
    expect(read('Causeway.app/Contents/MacOS/Causeway').equals(PROGRAM)).toBe(true);
    const table = /<data>([^<]*)<\/data>/.exec(bytes.toString('latin1'))?.[1] ?? '';
    expect(Buffer.from(table, 'base64').readUInt32BE(72)).toBe(crc32(readFileSync(`${at('mine.dmg')}.raw`)));
  });
});
