import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LIMITS } from '#protocol/limits.ts';
import { systemClock } from '../clock.ts';
import { totpCode } from '../control/access/totp.ts';
import { type LoopbackServer, startLoopbackServer } from '../loopback-server.fixture.ts';
import { type BrowserAnswer, LoopbackBrowser } from './loopback-browser.fixture.ts';

const PASSWORD = 'violet kettle onward brick';
const COOKIE = '__Host-causeway';
const MINUTE_MS = 60_000;

let ahead = 0;
let relay: LoopbackServer;
let ada: LoopbackBrowser;
const clock = { ...systemClock, now: () => Date.now() + ahead };
const browser = () => new LoopbackBrowser(relay.server.url);
const refusal = (answer: BrowserAnswer) => answer.body?.error?.code;
/** What proxies say of whom they speak for; there is none in front of this server. */
const spoofed = (i: number) => ({
  'x-forwarded-for': `198.51.100.${i}`,
  forwarded: `for=198.51.100.${i}`,
  'x-real-ip': `198.51.100.${i}`,
  'x-forwarded-host': `host${i}.example`,
});

async function ownerSignsUp(): Promise<BrowserAnswer> {
  const secret = relay.server.firstSecret;
  const told = { secret, name: 'Ada@Example.com', displayName: 'Ada', password: PASSWORD, subscription: 'contoso' };
  return ada.ask('POST', '/welcome', told);
}

beforeEach(async () => {
  ahead = 0;
  relay = await startLoopbackServer({ clock, claim: false });
  ada = browser();
});
afterEach(() => relay[Symbol.asyncDispose]());

describe('the first run', () => {
  test('makes an owner who is signed in, with a subscription, once', async () => {
    expect((await ada.ask('GET', '/sign-in')).body).toEqual({ ready: false, password: false, oidc: null });
    const welcomed = await ownerSignsUp();
    expect(welcomed.status).toBe(201);
    expect(welcomed.body).toMatchObject({ name: 'ada@example.com', rights: 'owner', totp: false, hasPassword: true });
    expect(welcomed.text).not.toContain(PASSWORD);
    expect((await ada.ask('GET', '/subscriptions')).body.items).toMatchObject([{ name: 'contoso' }]);
    expect((await ada.ask('GET', '/account')).body).toEqual(welcomed.body);
    expect((await browser().ask('GET', '/sign-in')).body).toMatchObject({ ready: true, password: true });
    expect(refusal(await ownerSignsUp())).toBe('SECRET_REFUSED');
    const { items } = (await ada.ask('GET', '/audit')).body;
    const actions = items.map(({ action }: { action: string }) => action);
    expect(actions).toEqual(['subscription.create', 'session.begin', 'person.create']);
  });

  test('takes the secret only with all the rest', async () => {
    const told = { name: 'ada', displayName: 'Ada', password: PASSWORD, subscription: 'contoso' };
    const secret = relay.server.firstSecret;
    expect(refusal(await ada.ask('POST', '/welcome', { ...told, secret: 'cws_wrong' }))).toBe('SECRET_REFUSED');
    expect(refusal(await ada.ask('POST', '/welcome', { ...told, secret, password: 'contoso12345' }))).toBe(
      'PASSWORD_WEAK',
    );
    // A wrong secret learns nothing about passwords or names.
    expect(refusal(await ada.ask('POST', '/welcome', { ...told, secret: 'x', password: 'short' }))).toBe(
      'SECRET_REFUSED',
    );
    expect((await browser().ask('GET', '/sign-in')).body.ready).toBe(false);
    expect(ada.cookies.size).toBe(0);
    expect((await ownerSignsUp()).status).toBe(201);
  });
});

describe('the session', () => {
  beforeEach(async () => void (await ownerSignsUp()));

  test('is a cookie with every protection, of which only a hash is kept', async () => {
    const answer = await browser().signIn('ADA@example.com', PASSWORD);
    const [cookie = ''] = answer.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/^__Host-causeway=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict; Max-Age=604800$/);
    const token = /=([\w-]{43});/.exec(cookie)?.[1] ?? '';
    const sessions = await ada.ask('GET', '/account/sessions');
    expect(sessions.text).not.toContain(token);
    expect(sessions.body.items).toHaveLength(2);
    expect(sessions.body.items.filter(({ present }: { present: boolean }) => present)).toHaveLength(1);
    expect(sessions.body.items[0]).toMatchObject({ browser: 'Loopback/1', address: '127.0.0.1' });
    for (const line of relay.log)
      for (const secret of [token, PASSWORD, relay.server.firstSecret ?? '']) {
        expect(line).not.toContain(secret);
      }
  });

  test('is never one that was there before the sign-in', async () => {
    const planted = 'A'.repeat(43);
    // Nowhere but in the cookie is one looked for.
    const token = ada.cookies.get(COOKIE) ?? '';
    for (const [path, headers] of [
      [`/account?${COOKIE}=${token}&session=${token}`, {}],
      ['/account', { 'x-session': token, [COOKIE]: token, authorization: `Bearer ${token}` }],
      ['/account', { cookie: `${COOKIE}=${planted}; ${COOKIE}=${token}` }],
    ] as const) {
      expect((await browser().ask('GET', path, undefined, headers)).status).toBe(401);
    }
    const victim = browser();
    victim.cookies.set(COOKIE, planted);
    await victim.signIn('ada@example.com', PASSWORD);
    expect(victim.cookies.get(COOKIE)).not.toBe(planted);
    const attacker = browser();
    attacker.cookies.set(COOKIE, planted);
    expect(refusal(await attacker.ask('GET', '/account'))).toBe('NOT_SIGNED_IN');
    // One of somebody's own, put into the victim's browser, ends with the victim's sign-in.
    const own = ada.cookies.get(COOKIE) ?? '';
    const second = browser();
    second.cookies.set(COOKIE, own);
    await second.signIn('ada@example.com', PASSWORD);
    expect(second.cookies.get(COOKIE)).not.toBe(own);
    expect(refusal(await ada.ask('GET', '/account'))).toBe('NOT_SIGNED_IN');
  });

  test('lasts while it is used, and not for ever', async () => {
    const idle = LIMITS.SESSION_IDLE_MS.value;
    ahead += idle - MINUTE_MS;
    expect((await ada.ask('GET', '/account')).status).toBe(200);
    ahead += idle - MINUTE_MS;
    expect((await ada.ask('GET', '/account')).status).toBe(200);
    ahead += idle + MINUTE_MS;
    expect(refusal(await ada.ask('GET', '/account'))).toBe('NOT_SIGNED_IN');
    await ada.signIn('ada@example.com', PASSWORD);
    for (const end = ahead + LIMITS.SESSION_LIFETIME_MS.value; ahead + idle / 2 < end; ahead += idle / 2) {
      expect((await ada.ask('GET', '/account')).status).toBe(200);
    }
    ahead += idle / 2;
    expect(refusal(await ada.ask('GET', '/account'))).toBe('NOT_SIGNED_IN');
  });

  test('ends by signing out, from another browser, and with a new password', async () => {
    const second = browser();
    await second.signIn('ada@example.com', PASSWORD);
    const { items } = (await second.ask('GET', '/account/sessions')).body;
    const other = items.find(({ present }: { present: boolean }) => !present);
    expect((await second.ask('DELETE', `/account/sessions/${other.id}`)).status).toBe(204);
    expect(refusal(await ada.ask('GET', '/account'))).toBe('NOT_SIGNED_IN');
    await ada.signIn('ada@example.com', PASSWORD);
    const password = 'grüne Wolken über Oslo';
    const stolen = browser();
    for (const [name, value] of ada.cookies) stolen.cookies.set(name, value);
    expect((await stolen.ask('GET', '/account')).status).toBe(200);
    expect(refusal(await ada.ask('PATCH', '/account', { password }))).toBe('SIGN_IN_REFUSED');
    expect(refusal(await ada.ask('PATCH', '/account', { password: 'password1234', presentPassword: PASSWORD }))).toBe(
      'PASSWORD_WEAK',
    );
    expect((await ada.ask('PATCH', '/account', { password, presentPassword: PASSWORD })).status).toBe(200);
    expect(refusal(await second.ask('GET', '/account'))).toBe('NOT_SIGNED_IN');
    // The one that changed it goes on under another token: a copy of the old one is worth nothing.
    expect((await ada.ask('GET', '/account')).status).toBe(200);
    expect(refusal(await stolen.ask('GET', '/account'))).toBe('NOT_SIGNED_IN');
    const out = await ada.ask('DELETE', '/session');
    expect([out.status, ada.cookies.size]).toEqual([204, 0]);
    expect(refusal(await ada.ask('GET', '/account'))).toBe('NOT_SIGNED_IN');
    expect(refusal(await ada.signIn('ada@example.com', PASSWORD))).toBe('SIGN_IN_REFUSED');
    expect((await ada.signIn('ada@example.com', password)).status).toBe(201);
  });

  test('is of no use to other sites', async () => {
    const foreign: Record<string, string | undefined>[] = [
      { origin: undefined, 'sec-fetch-site': undefined },
      { origin: undefined },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: ada.origin.replace('https', 'http') },
      { origin: `${ada.origin}.evil.example` },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of foreign) {
      for (const [method, path, body] of [
        ['PATCH', '/account', { displayName: 'Eve' }],
        ['POST', '/subscriptions', { name: 'evil' }],
        ['DELETE', '/subscriptions/contoso', undefined],
        ['DELETE', '/session', undefined],
      ] as const) {
        expect(refusal(await ada.ask(method, path, body, headers))).toBe('ORIGIN_REFUSED');
      }
    }
    for (const path of ['/session', '/welcome', '/claim']) {
      const evil = await ada.ask('POST', path, { name: 'ada@example.com', password: PASSWORD }, foreign[2]);
      expect(refusal(evil)).toBe('ORIGIN_REFUSED');
    }
    expect((await ada.ask('GET', '/account')).body.displayName).toBe('Ada');
    expect((await ada.ask('GET', '/subscriptions')).body.items).toHaveLength(1);
    // A page of another origin can not read answers either: nothing allows it to.
    expect((await ada.ask('GET', '/account')).headers).not.toHaveProperty('access-control-allow-origin');
  });

  test('a person keeps so many, the one used longest ago goes', async () => {
    const browsers: LoopbackBrowser[] = [];
    for (let i = 0; i < LIMITS.SESSIONS_PER_PERSON_MAX.value; i++) {
      ahead += MINUTE_MS;
      const next = browser();
      browsers.push(next);
      expect((await next.signIn('ada@example.com', PASSWORD)).status).toBe(201);
    }
    expect(refusal(await ada.ask('GET', '/account'))).toBe('NOT_SIGNED_IN');
    expect((await browsers[0]?.ask('GET', '/account/sessions'))?.body.items).toHaveLength(browsers.length);
  });
});

describe('a refused sign-in', () => {
  beforeEach(async () => void (await ownerSignsUp()));

  test('is the same, whatever is wrong', async () => {
    const rest = { rights: 'viewer', password: PASSWORD };
    await ada.ask('POST', '/people', { name: 'gone', displayName: 'Gone', ...rest });
    await ada.ask('PATCH', '/people/gone', { disabled: true });
    await ada.ask('POST', '/people', { name: 'elsewhere', displayName: 'Elsewhere', rights: 'viewer' });
    const answers: string[] = [];
    for (const [name, password] of [
      ['nobody', PASSWORD],
      ['ada@example.com', 'wrong'],
      ['gone', PASSWORD],
      ['elsewhere', PASSWORD],
      ['', ''],
    ] as const) {
      const { status, text, headers } = await browser().signIn(name, password);
      expect(headers).not.toHaveProperty('set-cookie');
      answers.push(
        `${status} ${text} ${Object.keys(headers)
          .filter((header) => header !== 'date')
          .join()}`,
      );
    }
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain('401 {"error":{"code":"SIGN_IN_REFUSED"');
  });

  test('costs the same work, whatever is wrong', async () => {
    const { passwords } = relay.server.control.context.access;
    const check = vi.spyOn(passwords, 'check');
    await ada.ask('POST', '/people', { name: 'gone', displayName: 'Gone', rights: 'viewer', password: PASSWORD });
    await ada.ask('POST', '/people', { name: 'elsewhere', displayName: 'Elsewhere', rights: 'viewer' });
    await ada.ask('PATCH', '/people/gone', { disabled: true });
    const wrong = ['ada@example.com', 'gone', 'elsewhere', 'nobody', ''];
    for (const name of wrong) await browser().signIn(name, 'wrong');
    // One hash each; that the hash of nobody is as much work as that of somebody is tested with the hashes.
    expect(check.mock.calls.map(([stored]) => stored === null)).toEqual([false, false, true, true, true]);
    expect(check.mock.calls.map(([, password]) => password)).toEqual(wrong.map(() => 'wrong'));
    check.mockRestore();
  });

  test('counts for its sender, whatever the sender says of itself and however it writes the name', async () => {
    ahead += MINUTE_MS;
    const perName = LIMITS.SIGN_INS_PER_NAME_PER_MINUTE.value;
    for (let i = 0; i < perName; i++) {
      const name = i % 2 === 0 ? 'ADA@example.com' : 'ada@EXAMPLE.com';
      const answer = await browser().ask('POST', '/session', { name, password: 'wrong' }, spoofed(i));
      expect(refusal(answer)).toBe('SIGN_IN_REFUSED');
    }
    const credentials = { name: 'ada@example.com', password: PASSWORD };
    const limited = await browser().ask('POST', '/session', credentials, spoofed(99));
    expect([limited.status, refusal(limited)]).toEqual([429, 'RATE_LIMITED']);
    // As for a name that is nobody's: how often one may try tells nothing of who is here.
    ahead += MINUTE_MS;
    for (let i = 0; i < perName; i++) expect(refusal(await browser().signIn('nobody', 'x'))).toBe('SIGN_IN_REFUSED');
    const other = await browser().signIn('nobody', 'x');
    const withoutSeconds = ({ text }: BrowserAnswer) => text.replace(/\d+/g, 'N');
    expect([other.status, withoutSeconds(other)]).toEqual([429, withoutSeconds(limited)]);
  });

  test('is rate-limited by name and by address, and gathered in the audit', async () => {
    const perName = LIMITS.SIGN_INS_PER_NAME_PER_MINUTE.value;
    ahead += MINUTE_MS;
    for (let i = 0; i < perName; i++) {
      expect(refusal(await browser().signIn('ada@example.com', 'wrong'))).toBe('SIGN_IN_REFUSED');
    }
    const limited = await browser().signIn('ada@example.com', PASSWORD);
    expect([limited.status, refusal(limited)]).toEqual([429, 'RATE_LIMITED']);
    expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0);
    for (let i = perName + 1; i < LIMITS.SIGN_INS_PER_ADDRESS_PER_MINUTE.value; i++) {
      expect(refusal(await browser().signIn(`guess${i}`, 'wrong'))).toBe('SIGN_IN_REFUSED');
    }
    expect(refusal(await browser().signIn('another', 'wrong'))).toBe('RATE_LIMITED');
    await relay.server.control.context.access.refusals.flush();
    const { items } = (await ada.ask('GET', '/audit?action=session.refuse')).body;
    const told = items.map(({ by, target, after }: Record<string, unknown>) => ({ by, target, after }));
    const by = { kind: 'nobody', id: '', name: '', address: '127.0.0.1' };
    expect(told).toEqual(
      expect.arrayContaining([
        { by, target: expect.objectContaining({ name: 'ada@example.com' }), after: { times: perName + 1 } },
        { by, target: null, after: { times: LIMITS.SIGN_INS_PER_ADDRESS_PER_MINUTE.value - perName } },
      ]),
    );
    expect(JSON.stringify(items)).not.toContain('guess');
    ahead += MINUTE_MS;
    expect((await ada.signIn('ada@example.com', PASSWORD)).status).toBe(201);
  });
});

describe('the second factor', () => {
  const secretOf = (answer: BrowserAnswer) => {
    const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
    const bits = [...answer.body.secret].map((digit) => base32.indexOf(digit).toString(2).padStart(5, '0')).join('');
    const bytes = bits.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? [];
    return Buffer.from(bytes).toString('base64url');
  };
  const codeOf = (secret: string) => totpCode(secret, Math.floor(clock.now() / 30_000));

  test('is set up with its first code, asked for after the right password, taken once, taken away', async () => {
    await ownerSignsUp();
    const made = await ada.ask('POST', '/account/totp', {});
    expect(made.body).toMatchObject({ confirmed: false, uri: expect.stringMatching(/^otpauth:\/\/totp\//) });
    const secret = secretOf(made);
    const wrong = codeOf(secret) === '000000' ? '111111' : '000000';
    expect(refusal(await ada.ask('POST', '/account/totp', { code: wrong }))).toBe('SIGN_IN_REFUSED');
    expect((await ada.ask('GET', '/account')).body.totp).toBe(false);
    const before = ada.cookies.get(COOKIE);
    expect((await ada.ask('POST', '/account/totp', { code: codeOf(secret) })).body.confirmed).toBe(true);
    expect(ada.cookies.get(COOKIE)).not.toBe(before);
    expect((await ada.ask('GET', '/account')).body.totp).toBe(true);
    expect(refusal(await ada.ask('POST', '/account/totp', {}))).toBe('EXISTS_ALREADY');

    expect(refusal(await browser().signIn('ada@example.com', 'wrong'))).toBe('SIGN_IN_REFUSED');
    expect(refusal(await browser().signIn('ada@example.com', 'wrong', codeOf(secret)))).toBe('SIGN_IN_REFUSED');
    expect(refusal(await browser().signIn('ada@example.com', PASSWORD))).toBe('SECOND_FACTOR_NEEDED');
    // The code that set it up is used.
    expect(refusal(await browser().signIn('ada@example.com', PASSWORD, codeOf(secret)))).toBe('SIGN_IN_REFUSED');
    ahead += MINUTE_MS;
    const code = codeOf(secret);
    const twice = await Promise.all([0, 1].map(() => browser().signIn('ada@example.com', PASSWORD, code)));
    expect(twice.map(({ status }) => status).sort()).toEqual([201, 401]);
    expect(refusal(await browser().signIn('ada@example.com', PASSWORD, code))).toBe('SIGN_IN_REFUSED');

    ahead += 10 * MINUTE_MS;
    const codes: string[] = [];
    for (let i = 0; i <= LIMITS.SECOND_FACTOR_TRIES.value; i++) {
      // Slow enough for the rate of the name.
      ahead += MINUTE_MS / 2;
      codes.push(refusal(await browser().signIn('ada@example.com', PASSWORD, wrong)));
    }
    expect([codes[0], codes.at(-1)]).toEqual(['SIGN_IN_REFUSED', 'RATE_LIMITED']);
    ahead += MINUTE_MS;
    expect(refusal(await ada.ask('DELETE', '/account/totp', { presentPassword: 'wrong' }))).toBe('SIGN_IN_REFUSED');
    expect((await ada.ask('DELETE', '/account/totp', { presentPassword: PASSWORD })).status).toBe(204);
    expect((await browser().signIn('ada@example.com', PASSWORD)).status).toBe(201);
    for (const line of relay.log) expect(line).not.toContain(made.body.secret);
    expect((await ada.ask('GET', '/audit')).text).not.toContain(made.body.secret);
  });
});
