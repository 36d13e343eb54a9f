/**
 * Tokens and their uses, install links, what their pages show, and what a computer without an agent fetches.
 */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installPage } from '#protocol/rest/installing.ts';
import { activateMachine } from '../loopback-machine.fixture.ts';
import { type LoopbackServer, startLoopbackServer } from '../loopback-server.fixture.ts';

const at = '/subscriptions/contoso';
const PACKAGE = Buffer.from('not really a package, but bytes are bytes');
const FILE = 'causeway-agent-linux-x64.tar.gz';
const SHA256 = createHash('sha256').update(PACKAGE).digest('hex');
let downloads: string;
let relay: LoopbackServer;

beforeAll(async () => {
  downloads = await mkdtemp(join(tmpdir(), 'causeway-downloads-'));
  await writeFile(join(downloads, FILE), PACKAGE);
  await writeFile(join(downloads, 'secret.txt'), 'no package');
  await symlink('/etc/passwd', join(downloads, 'passwd'));
  // Named like packages, and none.
  await symlink('/etc/passwd', join(downloads, 'causeway-agent-linux-arm64.tar.gz'));
  await symlink('nowhere', join(downloads, 'causeway-agent-windows-x64.msi'));
  await symlink('causeway-agent-macos-x64.dmg', join(downloads, 'causeway-agent-macos-x64.dmg'));
  await mkdir(join(downloads, 'causeway-agent-linux-x64.deb'));
  relay = await startLoopbackServer({ downloads });
  await relay.must('POST', '/subscriptions', { name: 'contoso' });
  await relay.must('POST', '/subscriptions', { name: 'fabrikam' });
  await relay.must('POST', `${at}/groups`, { name: 'staff' });
});
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
  await rm(downloads, { recursive: true });
});

const newLink = async (wish: object = {}) => {
  const link = await relay.must('POST', `${at}/install-links`, wish);
  return { ...link, token: link.url.split('#')[1] as string, tokenId: link.token.id as string };
};
const activate = (token: string, name: string) => activateMachine(relay.server.url, token, name);
const codeOf = async (path: string) => (await relay.api('GET', path, undefined, null)).body.error?.code;

describe('tokens', () => {
  test('tell which machines came by them, from where, and count them', async () => {
    const { id, token } = await relay.must('POST', `${at}/tokens`, { group: 'staff', description: 'roll-out' });
    for (const name of ['pc01', 'pc02']) await activate(token, name);
    const { items } = await relay.must('GET', `${at}/tokens/${id}/uses`);
    expect(items.map(({ name }: { name: string }) => name).sort()).toEqual(['pc01', 'pc02']);
    expect(items[0]).toMatchObject({ address: '127.0.0.1', at: expect.any(String), machine: expect.any(String) });
    const listed = (await relay.must('GET', `${at}/tokens`)).items.find((each: { id: string }) => each.id === id);
    expect(listed).toMatchObject({ used: 2, installLink: null });
    // The machine goes; that it came stays known.
    await relay.must('DELETE', `${at}/machines/pc02`);
    expect((await relay.must('GET', `${at}/tokens/${id}/uses`)).items).toHaveLength(2);
    expect((await relay.api('GET', `/subscriptions/fabrikam/tokens/${id}/uses`)).status).toBe(404);
  });
});

describe('an install link', () => {
  test('is shown whole once, and its page tells all but the token', async () => {
    const link = await newLink({ description: 'for staff', group: 'staff', expiresAt: '2100-01-01T00:00:00.000Z' });
    expect(link.url).toBe(`${relay.server.url}/install/${link.id}#${link.token}`);
    const { items } = await relay.must('GET', `${at}/install-links`);
    expect(items.map(({ id }: { id: string }) => id)).toContain(link.id);
    const page = installPage.parse((await relay.api('GET', `/install/${link.id}`, undefined, null)).body);
    expect(page).toMatchObject({ subscription: 'contoso', joins: { kind: 'group', name: 'staff' } });
    expect(page.expiresAt).toBe('2100-01-01T00:00:00.000Z');
    expect(page.downloads).toEqual([
      { os: 'linux', architecture: 'x64', kind: 'archive', file: FILE, bytes: PACKAGE.length, sha256: SHA256 },
    ]);
    expect(page.commands.container).toBeNull();
    expect(page.commands.linux).toContain(`--pinnedpubkey 'sha256//`);
    expect(page.commands.linux).toMatch(/\{token\}'$/);
    const secret = link.token.slice(40, 60);
    for (const shown of [items, page]) expect(JSON.stringify(shown)).not.toContain(secret);
    const tokens = (await relay.must('GET', `${at}/tokens`)).items;
    expect(tokens.find((each: { id: string }) => each.id === link.tokenId)).toMatchObject({ installLink: link.id });
  });

  test('that is switched off is closed, and its token activates nobody until it is on again', async () => {
    const link = await newLink();
    const off = await relay.must('PATCH', `${at}/install-links/${link.id}`, { enabled: false });
    expect(off.enabled).toBe(false);
    expect(await codeOf(`/install/${link.id}`)).toBe('INSTALL_LINK_CLOSED');
    await expect(activate(link.token, 'off')).rejects.toMatchObject({ code: 'INSTALL_LINK_CLOSED' });
    await relay.must('PATCH', `${at}/install-links/${link.id}`, { enabled: true });
    expect(await codeOf(`/install/${link.id}`)).toBeUndefined();
    await activate(link.token, 'on');
    expect((await relay.must('GET', `${at}/install-links`)).items[0].token.used).toBe(1);
  });

  test('expires together with its token', async () => {
    const link = await newLink();
    const expiresAt = new Date(Date.now() - 1000).toISOString();
    await relay.must('PATCH', `${at}/install-links/${link.id}`, { expiresAt });
    expect(await codeOf(`/install/${link.id}`)).toBe('INSTALL_LINK_CLOSED');
    await expect(activate(link.token, 'late')).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
  });

  test('is closed by revoking its token, and revokes it when it is removed', async () => {
    const [one, other] = [await newLink(), await newLink()];
    await relay.must('DELETE', `${at}/tokens/${one.tokenId}`);
    expect(await codeOf(`/install/${one.id}`)).toBe('INSTALL_LINK_CLOSED');
    await relay.must('DELETE', `${at}/install-links/${other.id}`);
    expect(await codeOf(`/install/${other.id}`)).toBe('INSTALL_LINK_CLOSED');
    await expect(activate(other.token, 'gone')).rejects.toMatchObject({ code: 'TOKEN_REVOKED' });
  });

  test('of one subscription is none of another, and none that never was', async () => {
    const link = await newLink();
    for (const method of ['PATCH', 'DELETE']) {
      const answer = await relay.api(
        method,
        `/subscriptions/fabrikam/install-links/${link.id}`,
        method === 'PATCH' ? {} : undefined,
      );
      expect(answer.body.error.code).toBe('NOT_FOUND');
    }
    expect(await codeOf('/install/never')).toBe('INSTALL_LINK_CLOSED');
  });
});

describe('the script', () => {
  test('has the hash and the pin in it, and not the token', async () => {
    const link = await newLink();
    const { status, body } = await relay.api('GET', `./install/${link.id}/linux.sh`, undefined, null);
    expect(status).toBe(200);
    expect(body).toMatch(/^#!\/bin\/sh\n/);
    expect(body).toContain(`x64) file='${FILE}' sha256='${SHA256}' ;;`);
    expect(body).toContain(`server='${relay.server.url}'`);
    expect(body).not.toContain(link.token);
    expect(body.trimEnd()).toMatch(/\nmain "\$@"$/);
  });

  test('of a closed link only says so', async () => {
    const { body } = await relay.api('GET', './install/never/linux.sh', undefined, null);
    expect(body).toMatch(/This install link does not work.*\n.*exit 1\n$|exit 1\n$/s);
    expect(body).not.toContain('main');
  });
});

describe('downloads', () => {
  const fetchFile = (path: string, headers: Record<string, string> = {}) =>
    new Promise<{ status: number; headers: Record<string, unknown>; bytes: Buffer }>((resolve, reject) => {
      const sent = request(
        new URL(path, relay.server.url),
        { headers, rejectUnauthorized: false, agent: false },
        (answer) => {
          answer.toArray().then((parts) => {
            resolve({
              status: answer.statusCode ?? 0,
              headers: answer.headers,
              bytes: Buffer.concat(parts as Buffer[]),
            });
          }, reject);
        },
      );
      sent.on('error', reject);
      sent.end();
    });

  test('are whole, or the range that was asked for', async () => {
    const whole = await fetchFile(`/downloads/${FILE}`);
    expect(whole).toMatchObject({
      status: 200,
      headers: { 'content-length': `${PACKAGE.length}`, etag: `"${SHA256}"` },
    });
    expect(whole.bytes.equals(PACKAGE)).toBe(true);
    const rest = await fetchFile(`/downloads/${FILE}`, { range: 'bytes=10-' });
    expect(rest).toMatchObject({
      status: 206,
      headers: { 'content-range': `bytes 10-${PACKAGE.length - 1}/${PACKAGE.length}` },
    });
    expect(rest.bytes.equals(PACKAGE.subarray(10))).toBe(true);
    expect((await fetchFile(`/downloads/${FILE}`, { range: 'bytes=10-', 'if-range': '"other"' })).status).toBe(200);
    expect((await fetchFile(`/downloads/${FILE}`, { range: 'bytes=999-' })).status).toBe(416);
  });

  test('are those of the listing, and nothing else that is there or elsewhere', async () => {
    for (const path of ['secret.txt', 'passwd', '..%2fkey.pem', '%2e%2e%2f%2e%2e%2fetc%2fpasswd', '.', 'nothing']) {
      expect((await fetchFile(`/downloads/${path}`)).status).toBe(404);
    }
    for (const rest of ['linux-arm64.tar.gz', 'windows-x64.msi', 'macos-x64.dmg', 'linux-x64.deb']) {
      expect((await fetchFile(`/downloads/causeway-agent-${rest}`)).status, rest).toBe(404);
    }
  });

  test('may be a link to another file of the directory', async () => {
    await symlink(FILE, join(downloads, 'causeway-agent-macos-arm64.tar.gz'));
    const { status, bytes } = await fetchFile('/downloads/causeway-agent-macos-arm64.tar.gz');
    expect([status, bytes.equals(PACKAGE)]).toEqual([200, true]);
    await rm(join(downloads, 'causeway-agent-macos-arm64.tar.gz'));
  });

  test('that changed have their new hash, and end with what they began with', async () => {
    await writeFile(join(downloads, FILE), 'another');
    const { bytes, headers } = await fetchFile(`/downloads/${FILE}`);
    expect(bytes.toString()).toBe('another');
    expect(headers.etag).toBe(`"${createHash('sha256').update('another').digest('hex')}"`);
    await writeFile(join(downloads, FILE), PACKAGE);
  });
});
