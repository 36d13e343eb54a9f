/**
 * Installers with a token in them: what is put in where, and that all the rest is what was there before.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tokenOfFile } from '#protocol/activation-file.ts';
import { ACTIVATION_SLOT_BYTES, slotText } from '../installing/dmg-slot.ts';
import { type LoopbackServer, startLoopbackServer } from '../loopback-server.fixture.ts';

const NAMES = {
  deb: 'causeway-agent-linux-x64.deb',
  archive: 'causeway-agent-linux-x64.tar.gz',
  msi: 'causeway-agent-windows-x64.msi',
  dmg: 'causeway-agent-macos-arm64.dmg',
};
/** Not compressible, and more than one piece. */
const PROGRAM = randomBytes(300_000);
let directory: string;
let downloads: string;
let relay: LoopbackServer;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-personal-'));
  downloads = join(directory, 'downloads');
  await mkdir(join(directory, 'tree/causeway'), { recursive: true });
  await mkdir(join(directory, 'tree/DEBIAN'));
  await mkdir(downloads);
  await writeFile(join(directory, 'tree/causeway/program'), PROGRAM);
  await writeFile(
    join(directory, 'tree/DEBIAN/control'),
    'Package: causeway\nVersion: 1\nArchitecture: all\nMaintainer: x <x@localhost>\nDescription: x\n',
  );
  const run = (program: string, ...words: string[]) => execFileSync(program, words, { cwd: directory, stdio: 'pipe' });
  run('dpkg-deb', '--root-owner-group', '-Znone', '--build', 'tree', join(downloads, NAMES.deb));
  run('tar', '-czf', join(downloads, NAMES.archive), '-C', 'tree', 'causeway');
  await writeFile(join(downloads, NAMES.msi), PROGRAM);
  const slot = slotText('# nobody’s\n', 12345);
  await writeFile(join(downloads, NAMES.dmg), Buffer.concat([slot, PROGRAM]));
  await writeFile(join(downloads, 'causeway-agent-linux-arm64.deb'), 'no package at all');
  relay = await startLoopbackServer({ downloads });
  for (const name of ['contoso', 'fabrikam']) await relay.must('POST', '/subscriptions', { name });
});
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

async function newLink(subscription = 'contoso', wish: object = {}) {
  const link = await relay.must('POST', `/subscriptions/${subscription}/install-links`, wish);
  return { id: link.id as string, tokenId: link.token.id as string, token: link.url.split('#')[1] as string };
}
interface Got {
  readonly status: number;
  readonly name: string | undefined;
  readonly bytes: Buffer;
}
function get(link: string, file: string, token: string, accept = '*/*'): Promise<Got> {
  const url = new URL(`/install/${link}/download/${file}`, relay.server.url);
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', accept };
    const sent = request(url, { method: 'POST', headers, rejectUnauthorized: false, agent: false }, (answer) => {
      answer.toArray().then((parts) => {
        const bytes = Buffer.concat(parts as Buffer[]);
        if (answer.statusCode === 200) expect(answer.headers['content-length']).toBe(String(bytes.length));
        const name = /filename="(.*)"/.exec(answer.headers['content-disposition'] ?? '')?.[1];
        resolve({ status: answer.statusCode ?? 0, name, bytes });
      }, reject);
    });
    sent.on('error', reject);
    sent.end(new URLSearchParams({ token }).toString());
  });
}
const codeOf = ({ bytes }: Got) => JSON.parse(bytes.toString()).error.code;
const kept = async (name: string, bytes: Buffer) => {
  await writeFile(join(directory, name), bytes);
  return join(directory, name);
};

test('a Debian package has it among its control files, for root alone, and is otherwise the same', async () => {
  const { id, token } = await newLink();
  const { status, bytes } = await get(id, NAMES.deb, token);
  expect(status).toBe(200);
  const mine = await kept('mine.deb', bytes);
  execFileSync('dpkg-deb', ['--control', mine, join(directory, 'control')]);
  expect(tokenOfFile(await readFile(join(directory, 'control/activation'), 'utf8'))).toBe(token);
  expect(execFileSync('dpkg-deb', ['--info', mine]).toString()).toMatch(/activation/);
  const listed = execFileSync('sh', ['-c', 'dpkg-deb --ctrl-tarfile "$1" | tar -tv ./activation', 'sh', mine]);
  expect(listed.toString()).toMatch(/^-rw------- /);
  // Whole to the last byte: the part with the program.
  const data = PROGRAM.length;
  expect(bytes.subarray(-data).equals((await readFile(join(downloads, NAMES.deb))).subarray(-data))).toBe(true);
  expect(execFileSync('dpkg-deb', ['--contents', mine]).toString()).toMatch(/causeway\/program/);
});

test('an archive unpacks it beside the rest', async () => {
  const { id, token } = await newLink();
  const { bytes } = await get(id, NAMES.archive, token);
  const mine = await kept('mine.tar.gz', bytes);
  await mkdir(join(directory, 'unpacked'));
  execFileSync('tar', ['-xzf', mine, '-C', join(directory, 'unpacked')]);
  const place = join(directory, 'unpacked/causeway');
  expect(tokenOfFile(await readFile(join(place, 'activation.causeway'), 'utf8'))).toBe(token);
  expect((await readFile(join(place, 'program'))).equals(PROGRAM)).toBe(true);
});

test('an installer for Windows has it in its name, and two of them are the same bytes', async () => {
  const [one, other] = [await newLink('contoso'), await newLink('fabrikam')];
  const [first, second] = [await get(one.id, NAMES.msi, one.token), await get(other.id, NAMES.msi, other.token)];
  expect(first.name).toBe(`causeway-agent-windows-x64.${one.token}.msi`);
  expect(second.name).toBe(`causeway-agent-windows-x64.${other.token}.msi`);
  expect(first.bytes.equals(PROGRAM) && second.bytes.equals(PROGRAM)).toBe(true);
});

test('an image has it in its first block, with the sum that was there before', async () => {
  const { id, token } = await newLink();
  const { bytes } = await get(id, NAMES.dmg, token);
  const slot = bytes.subarray(0, ACTIVATION_SLOT_BYTES);
  expect(crc32(slot)).toBe(12345);
  expect(tokenOfFile(slot.toString())).toBe(token);
  expect(bytes.subarray(ACTIVATION_SLOT_BYTES).equals(PROGRAM)).toBe(true);
});

test('who does not have the link’s own token gets nothing, and is told why', async () => {
  const [mine, other] = [await newLink(), await newLink()];
  expect(codeOf(await get(mine.id, NAMES.deb, 'cwt1_nonsense'))).toBe('TOKEN_MISTYPED');
  expect(codeOf(await get(mine.id, NAMES.deb, other.token))).toBe('TOKEN_UNKNOWN');
  expect(codeOf(await get('never', NAMES.deb, mine.token))).toBe('TOKEN_UNKNOWN');
  expect(codeOf(await get(mine.id, 'causeway-agent-macos-x64.dmg', mine.token))).toBe('NOT_FOUND');
  expect(codeOf(await get(mine.id, 'causeway-agent-linux-arm64.deb', mine.token))).toBe('INSTALLER_WITHOUT_PLACE');
});

test('a link whose token was revoked says so, to programs and to people', async () => {
  const { id, token, tokenId } = await newLink();
  await relay.must('DELETE', `/subscriptions/contoso/tokens/${tokenId}`);
  const refused = await get(id, NAMES.deb, token);
  expect([refused.status, codeOf(refused)]).toEqual([401, 'TOKEN_REVOKED']);
  const page = (await get(id, NAMES.deb, token, 'text/html,*/*')).bytes.toString();
  expect(page).toMatch(/^The activation token was revoked .*\n\nAsk the administrator/);
});

test('one that is switched off says so too', async () => {
  const { id, token } = await newLink();
  await relay.must('PATCH', `/subscriptions/contoso/install-links/${id}`, { enabled: false });
  expect(codeOf(await get(id, NAMES.deb, token))).toBe('INSTALL_LINK_CLOSED');
});

test('no token is in the log', async () => {
  const { id, token } = await newLink();
  await get(id, NAMES.msi, token);
  expect(relay.log.join('\n')).not.toContain(token.slice(10, 60));
});
