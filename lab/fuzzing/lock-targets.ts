/**
 * The subscription lock: statements, certificates and delegations, as a malicious server shows them to agents and
 * to whoever signs, and the files of key holders. What is signed is signed here, by a key of the fuzzer's, so that
 * what stands behind the signature is reached, too.
 */
import { CompactSign } from 'jose';
import { ipv6Address } from '#protocol/addresses.ts';
import type { GrantClaims, GrantedMachine } from '#protocol/grants.ts';
import { groupId, subscriptionId, tunnelPublicKey } from '#protocol/ids.ts';
import {
  CERTIFICATE_TYPE,
  type CertificateClaims,
  DELEGATION_TYPE,
  machineIdOf,
  readCertificate,
  readDelegation,
  requireBacked,
  requireCertified,
} from '#protocol/lock/certificate.ts';
import { followStep } from '#protocol/lock/follow.ts';
import { type LockKey, lockKeyFile, lockKeyOf, seedOfFile } from '#protocol/lock/key.ts';
import { recoveryHashOf, releases } from '#protocol/lock/recovery.ts';
import { requireSeen } from '#protocol/lock/seen.ts';
import { signCertificate } from '#protocol/lock/signing.ts';
import {
  followStatement,
  isLocked,
  LOCK_TYPE,
  type LockClaims,
  type LockPin,
  pairOf,
} from '#protocol/lock/statement.ts';
import { label } from '#protocol/names.ts';
import { lockUpdate, lockView } from '#protocol/rest/lock.ts';
import { signerOf, signStatement } from '#protocol/signed-statement.ts';
import { type FuzzTarget, jsonOf, laterOrRefused, orRefused, requireSame } from './target.ts';

const NOW = 1_800_000_000_000;
const SUBSCRIPTION = subscriptionId.parse('03'.repeat(16));
const [GROUP, OTHER_GROUP] = [groupId.parse('0a'.repeat(16)), groupId.parse('0b'.repeat(16))];
const SEED = new Uint8Array(32).fill(7);
const KEY = await lockKeyOf(SEED);
const TOKEN_KEY = await lockKeyOf(new Uint8Array(32).fill(8));
const TUNNEL_KEYS = ['A', 'B'].map((letter) => tunnelPublicKey.parse(`${letter.repeat(42)}A`));
const RECOVERY = `cwr1_${'A'.repeat(43)}`;

const STATEMENT: LockClaims = {
  subscription: SUBSCRIPTION,
  sequence: 4,
  iat: 1,
  keys: [{ key: KEY.publicKey, name: 'ada' }],
  recovery: [recoveryHashOf(RECOVERY) ?? ''],
  pairs: [pairOf(GROUP, OTHER_GROUP)],
  withdrawn: { [`${'9'.repeat(32)}`]: 3 },
  certificatesFrom: 2,
};
const PIN: LockPin = { sequence: 3, held: { ...STATEMENT, sequence: 3 }, signer: KEY.publicKey };
const CERTIFICATES = TUNNEL_KEYS.map((key, index): CertificateClaims => {
  const name = label.parse(index === 0 ? 'sql01' : 'web-1');
  const side = index === 0 ? GROUP : OTHER_GROUP;
  const id = machineIdOf(SUBSCRIPTION, key);
  return { subscription: SUBSCRIPTION, sequence: 3, iat: 1, id, key, name, ipv4: `100.64.1.${index + 1}`, side };
});
const MACHINES = CERTIFICATES.map(
  ({ id, key, name, ipv4 }): GrantedMachine => ({ id, key, name, ipv4, ipv6: ipv6Address(SUBSCRIPTION, id) }),
) as [GrantedMachine, GrantedMachine];
const DELEGATION = {
  subscription: SUBSCRIPTION,
  sequence: 3,
  iat: 1,
  exp: NOW / 1_000 + 60,
  delegate: TOKEN_KEY.publicKey,
  side: OTHER_GROUP,
};
const SIGNED = await signStatement(STATEMENT, LOCK_TYPE, KEY.privateKey, KEY.publicKey);
const CERTIFIED = await Promise.all(CERTIFICATES.map((claims) => signCertificate(claims, KEY)));
const DELEGATED = await signStatement(DELEGATION, DELEGATION_TYPE, KEY.privateKey, KEY.publicKey);
const BY_TOKEN = `${DELEGATED}~${await signCertificate(CERTIFICATES[1] as CertificateClaims, TOKEN_KEY)}`;
const WORDS = [
  '{"',
  '":',
  '",',
  '[]',
  '{}',
  'null',
  '1e999',
  '-1',
  '"\\ud800"',
  '__proto__',
  '"withdrawn":{',
  '"pairs":[',
];

export const LOCK_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'lock-claims',
    about: 'what a lock key, or somebody who has stolen one, could sign: statements, certificates, delegations',
    seeds: [STATEMENT, ...CERTIFICATES, DELEGATION].map((claims) => JSON.stringify(claims)),
    words: [...WORDS, '"sequence":', '"keys":[', '"subscription":', '"side":', '"delegate":', '"certificatesFrom":'],
    run: async (input) => {
      await asStatement(input);
      await asCertificate(input);
      await asDelegation(input);
    },
  },
  {
    name: 'lock-texts',
    about: 'statements, certificates and delegations of a malicious server, whose signature nobody made',
    seeds: [SIGNED, ...CERTIFIED, DELEGATED, BY_TOKEN],
    words: ['.', '~', 'eyJ', '==', SIGNED.split('.')[0] ?? '', DELEGATED],
    run: async (input) => {
      const text = input.toString('latin1');
      signerOf(text);
      const own = [SIGNED, ...CERTIFIED, DELEGATED, BY_TOKEN];
      const followed = await laterOrRefused(() => followStatement(PIN, SUBSCRIPTION, text));
      if (followed !== undefined) requireSame('only what the key signed is followed', followed.held, STATEMENT);
      const read = await laterOrRefused(() => readCertificate(text));
      if (read !== undefined && !own.includes(text)) requireOwn(read.signer, read.delegation !== null);
      await laterOrRefused(() => readDelegation(text));
      const backed = await laterOrRefused(async () => {
        await requireBacked(PIN, grantOf([CERTIFIED[0] ?? '', text]), NOW);
        return text;
      });
      const claims = backed === undefined ? undefined : (await readCertificate(backed)).claims;
      if (claims !== undefined) requireSame('only the machine that was signed is let in', claims, CERTIFICATES[1]);
      await laterOrRefused(() => requireSeen([SIGNED], SUBSCRIPTION, SIGNED, text.slice(0, 40)));
    },
  },
  {
    name: 'lock-files',
    about: 'key files and recovery secrets of people; views and steps of a server',
    seeds: [
      lockKeyFile(SEED, 'ada', KEY.publicKey, 'contoso'),
      RECOVERY,
      JSON.stringify({ kind: 'release', sequence: 4, secret: RECOVERY }),
      JSON.stringify({ statement: SIGNED, certificates: CERTIFIED, delegations: [{ token: 'x', text: DELEGATED }] }),
    ],
    words: ['cwl1_', 'cwr1_', '# ', '\n', '\r\n', '"kind":"release"', '"secret":', '"sequence":'],
    run: async (input) => {
      const text = input.toString();
      const seed = orRefused(() => seedOfFile(text));
      if (seed !== undefined) {
        const { publicKey } = await lockKeyOf(seed);
        const file = lockKeyFile(seed, text.slice(0, 30), publicKey, text.slice(0, 30));
        requireSame('a key is written as it was read', [...seedOfFile(file)], [...seed]);
      }
      if (PIN.held !== null && releases(text, PIN.held) && recoveryHashOf(text) !== STATEMENT.recovery[0]) {
        throw new Error('something else than the secret releases the lock');
      }
      const json = jsonOf(text);
      lockUpdate.safeParse(json);
      lockView.safeParse(json);
      const step = objectOf(text);
      if (step?.kind !== 'release' || typeof step.secret !== 'string' || typeof step.sequence !== 'number') return;
      const { secret, sequence } = step;
      const after = await laterOrRefused(() => followStep(PIN, SUBSCRIPTION, { kind: 'release', sequence, secret }));
      if (after !== undefined && (isLocked(after) || after.sequence <= PIN.sequence)) {
        throw new Error('a release leaves a lock, or an older number');
      }
    },
  },
];

async function asStatement(claims: Buffer): Promise<void> {
  const text = await signedBy(KEY, LOCK_TYPE, claims);
  const pin = await laterOrRefused(() => followStatement(PIN, SUBSCRIPTION, text));
  if (pin === undefined) return;
  if (pin.sequence <= PIN.sequence || pin.held.subscription !== SUBSCRIPTION) throw new Error('it leads back');
  const again = await laterOrRefused(() => followStatement(pin, SUBSCRIPTION, text));
  if (again !== undefined) throw new Error('a statement is followed twice');
  // Whatever a statement says, a machine comes in by no certificate but its own.
  await laterOrRefused(() => requireBacked(pin, grantOf(CERTIFIED as [string, string]), NOW));
}

async function asCertificate(claims: Buffer): Promise<void> {
  for (const by of [KEY, TOKEN_KEY]) {
    const own = await signedBy(by, CERTIFICATE_TYPE, claims);
    const read = await laterOrRefused(() => readCertificate(by === KEY ? own : `${DELEGATED}~${own}`));
    if (read === undefined || PIN.held === null) continue;
    for (const machine of MACHINES) {
      const { held } = PIN;
      const certified = orRefused(() => {
        requireCertified(held, read, machine, NOW);
        return read.claims;
      });
      if (certified === undefined) continue;
      const { id, key, name, ipv4 } = certified;
      requireSame('a certificate is of its machine', { id, key, name, ipv4 }, pickOf(machine));
      if (by === TOKEN_KEY) requireSame('a token lets in by its side only', certified.side, DELEGATION.side);
    }
  }
}

async function asDelegation(claims: Buffer): Promise<void> {
  const text = await signedBy(KEY, DELEGATION_TYPE, claims);
  const read = await laterOrRefused(() => readDelegation(text));
  const certificate = BY_TOKEN.split('~')[1] ?? '';
  const both = await laterOrRefused(() => readCertificate(`${text}~${certificate}`));
  if (both !== undefined) requireSame('it is the token’s key that signed', read?.claims.delegate, TOKEN_KEY.publicKey);
}

/** Any bytes: an attacker's signer does not look at what it signs. */
function signedBy({ privateKey, publicKey }: LockKey, type: string, payload: Buffer): Promise<string> {
  return new CompactSign(payload).setProtectedHeader({ alg: 'EdDSA', typ: type, kid: publicKey }).sign(privateKey);
}

function grantOf(backing: [string, string]): GrantClaims {
  return { jti: 'x', iat: 1, exp: NOW / 1_000 + 60, subscription: SUBSCRIPTION, machines: MACHINES, backing };
}

function pickOf({ id, key, name, ipv4 }: GrantedMachine) {
  return { id, key, name, ipv4 };
}

/** A text that is not one of ours can only be one of ours put together anew. */
function requireOwn(signer: string, delegated: boolean): void {
  const known: string[] = [KEY.publicKey, ...(delegated ? [TOKEN_KEY.publicKey] : [])];
  if (!known.includes(signer)) throw new Error('a certificate verifies that nobody signed');
}

function objectOf(text: string): Record<string, unknown> | undefined {
  const json = jsonOf(text);
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? { ...json } : undefined;
}
