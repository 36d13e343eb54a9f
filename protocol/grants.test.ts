import { createHmac } from 'node:crypto';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { toBase64url, utf8 } from './encoding.ts';
import {
  type GrantClaims,
  type GrantedMachine,
  grantedMachine,
  otherMachine,
  signGrant,
  signTicket,
  type TicketClaims,
  verifyGrant,
  verifyTicket,
} from './grants.ts';
import { machineId, subscriptionId } from './ids.ts';
import { LIMITS } from './limits.ts';

const NOW_S = 1_800_000_000;
const NOW = NOW_S * 1000;
const SUBSCRIPTION = subscriptionId.parse('0'.repeat(32));
const A = machineOf('a', 'sql01');
const B = machineOf('b', 'web-0');

const GRANT: GrantClaims = {
  jti: 'g1',
  iat: NOW_S,
  exp: NOW_S + LIMITS.GRANT_LIFETIME_S.value,
  subscription: SUBSCRIPTION,
  machines: [A, B],
};
const TICKET: TicketClaims = {
  iat: NOW_S,
  exp: NOW_S + LIMITS.TICKET_LIFETIME_S.value,
  sub: A.id,
  subscription: SUBSCRIPTION,
};

let ours: { publicKey: CryptoKey; privateKey: CryptoKey };
let strangers: { publicKey: CryptoKey; privateKey: CryptoKey };
beforeAll(async () => {
  ours = await generateKeyPair('EdDSA', { extractable: true });
  strangers = await generateKeyPair('EdDSA');
});

const forged = expect.objectContaining({ code: 'GRANT_FORGED' });
const refused = expect.objectContaining({ code: 'TICKET_REFUSED' });

describe('a grant', () => {
  test('round trip', async () => {
    expect(await verifyGrant(await signGrant(GRANT, ours.privateKey), ours.publicKey, NOW)).toEqual(GRANT);
  });

  test('signed by another key is forged', async () => {
    await expect(verifyGrant(await signGrant(GRANT, strangers.privateKey), ours.publicKey, NOW)).rejects.toEqual(
      forged,
    );
  });

  test('is good until the second it expires, and says when that was', async () => {
    const grant = await signGrant(GRANT, ours.privateKey);
    const expiry = GRANT.exp * 1000;
    expect(await verifyGrant(grant, ours.publicKey, expiry - 1)).toEqual(GRANT);
    await expect(verifyGrant(grant, ours.publicKey, expiry)).rejects.toMatchObject({
      code: 'GRANT_EXPIRED',
      details: { expiredAt: new Date(expiry).toISOString() },
    });
  });

  test('expired and signed by another key is forged: nothing of it is believed', async () => {
    const grant = await signGrant(GRANT, strangers.privateKey);
    await expect(verifyGrant(grant, ours.publicKey, GRANT.exp * 1000 + 1)).rejects.toEqual(forged);
  });

  test('with any one character changed is forged', async () => {
    const grant = await signGrant(GRANT, ours.privateKey);
    for (let at = 0; at < grant.length; at += 7) {
      const changed = grant.slice(0, at) + (grant[at] === 'A' ? 'B' : 'A') + grant.slice(at + 1);
      await expect(verifyGrant(changed, ours.publicKey, NOW), `character ${at}`).rejects.toEqual(forged);
    }
  });

  test.each(['', '.', '..', 'a.b.c', 'x'.repeat(4_096), '\u{1f511}', 'eyJhbGciOiJub25lIn0..'])(
    'that is %j is forged',
    async (text) => {
      await expect(verifyGrant(text, ours.publicKey, NOW)).rejects.toEqual(forged);
    },
  );

  test('over the cap is refused before anything is parsed', async () => {
    const grant = await signGrant(GRANT, ours.privateKey);
    const padded = grant + '='.repeat(LIMITS.GRANT_MAX_CHARACTERS.value);
    await expect(verifyGrant(padded, ours.publicKey, NOW)).rejects.toEqual(forged);
  });

  test('with the longest names is within the cap', async () => {
    const longest = { ...A, name: grantedMachine.shape.name.parse('a'.repeat(63)) };
    const grant = await signGrant({ ...GRANT, jti: 'j'.repeat(64), machines: [longest, longest] }, ours.privateKey);
    expect(grant.length).toBeLessThan(LIMITS.GRANT_MAX_CHARACTERS.value / 2);
  });

  test.each<[string, Record<string, unknown>]>([
    ['one machine', { machines: [A] }],
    ['three machines', { machines: [A, B, A] }],
    ['a machine without a key', { machines: [A, { ...B, key: undefined }] }],
    ['an id in upper case', { machines: [A, { ...B, id: 'B'.repeat(32) }] }],
    ['no subscription', { subscription: undefined }],
    ['no id', { jti: undefined }],
    ['no expiry', { exp: undefined }],
    ['no time of issue', { iat: undefined }],
  ])('rightly signed, with %s, is forged', async (_name, change) => {
    const statement = await new SignJWT({ ...GRANT, ...change } as JWTPayload)
      .setProtectedHeader({ alg: 'EdDSA', typ: 'causeway-grant+jwt' })
      .sign(ours.privateKey);
    await expect(verifyGrant(statement, ours.publicKey, NOW)).rejects.toEqual(forged);
  });
});

describe('a relay ticket', () => {
  test('round trip', async () => {
    expect(await verifyTicket(await signTicket(TICKET, ours.privateKey), ours.publicKey, NOW)).toEqual(TICKET);
  });

  test('says nothing more than that it is refused', async () => {
    const ticket = await signTicket(TICKET, ours.privateKey);
    const strange = await signTicket(TICKET, strangers.privateKey);
    await expect(verifyTicket(strange, ours.publicKey, NOW)).rejects.toEqual(refused);
    await expect(verifyTicket(ticket, ours.publicKey, TICKET.exp * 1000)).rejects.toEqual(refused);
    await expect(verifyTicket(`${ticket}A`, ours.publicKey, NOW)).rejects.toEqual(refused);
    await expect(verifyTicket('x'.repeat(1_000_000), ours.publicKey, NOW)).rejects.toEqual(refused);
  });
});

describe('one statement is never taken for another', () => {
  const ticketAndGrant = { ...GRANT, ...TICKET };

  test('a ticket is no grant, even with the claims of one', async () => {
    const ticket = await signTicket(ticketAndGrant, ours.privateKey);
    await expect(verifyGrant(ticket, ours.publicKey, NOW)).rejects.toEqual(forged);
  });

  test('a grant is no ticket, even with the claims of one', async () => {
    const grant = await signGrant(ticketAndGrant, ours.privateKey);
    await expect(verifyTicket(grant, ours.publicKey, NOW)).rejects.toEqual(refused);
  });

  test('a JWT of no type is neither', async () => {
    const plain = await new SignJWT(ticketAndGrant).setProtectedHeader({ alg: 'EdDSA' }).sign(ours.privateKey);
    await expect(verifyGrant(plain, ours.publicKey, NOW)).rejects.toEqual(forged);
    await expect(verifyTicket(plain, ours.publicKey, NOW)).rejects.toEqual(refused);
  });
});

describe('the algorithm is ours to choose, not the statement’s', () => {
  const header = (alg: string) => toBase64url(utf8(JSON.stringify({ alg, typ: 'causeway-grant+jwt' })));
  const body = toBase64url(utf8(JSON.stringify(GRANT)));

  test('none', async () => {
    for (const alg of ['none', 'None', 'NONE', '']) {
      await expect(verifyGrant(`${header(alg)}.${body}.`, ours.publicKey, NOW)).rejects.toEqual(forged);
    }
  });

  test('HS256 keyed with the public key', async () => {
    const { x } = await exportJWK(ours.publicKey);
    for (const secret of [x ?? '', Buffer.from(x ?? '', 'base64url')]) {
      const mac = createHmac('sha256', secret)
        .update(`${header('HS256')}.${body}`)
        .digest('base64url');
      await expect(verifyGrant(`${header('HS256')}.${body}.${mac}`, ours.publicKey, NOW)).rejects.toEqual(forged);
    }
  });

  test('ES256 by a key of the sender’s choice, named in the header', async () => {
    const other = await generateKeyPair('ES256', { extractable: true });
    const statement = await new SignJWT(GRANT)
      .setProtectedHeader({ alg: 'ES256', typ: 'causeway-grant+jwt', jwk: await exportJWK(other.publicKey) })
      .sign(other.privateKey);
    await expect(verifyGrant(statement, ours.publicKey, NOW)).rejects.toEqual(forged);
  });
});

describe('otherMachine', () => {
  test('is the one that is not us, whichever stands first', () => {
    expect(otherMachine(GRANT, A.id)).toEqual(B);
    expect(otherMachine(GRANT, B.id)).toEqual(A);
    expect(otherMachine({ ...GRANT, machines: [B, A] }, A.id)).toEqual(B);
  });

  test('a grant for others, or for us twice, is not for us', () => {
    const notForUs = expect.objectContaining({ code: 'GRANT_NOT_FOR_US' });
    expect(() => otherMachine(GRANT, machineId.parse('c'.repeat(32)))).toThrow(notForUs);
    expect(() => otherMachine({ ...GRANT, machines: [A, A] }, A.id)).toThrow(notForUs);
  });
});

function machineOf(digit: string, name: string): GrantedMachine {
  return grantedMachine.parse({
    id: digit.repeat(32),
    key: toBase64url(new Uint8Array(32).fill(digit.charCodeAt(0))),
    name,
    ipv4: '100.64.1.1',
    ipv6: 'fd00::1',
  });
}
