/**
 * REST: the lock of a subscription, as the server shows it to whoever signs, and what they send back. The
 * server never gets a key, and checks what it gets as agents do.
 */
import { z } from 'zod';
import { groupId, machineId, roleId, signingPublicKey, subscriptionId, tunnelPublicKey } from '../ids.ts';
import { LIMITS } from '../limits.ts';
import { lockKeyEntry } from '../lock/statement.ts';
import { label } from '../names.ts';

const sideId = z.union([groupId, roleId]);

export const lockMachine = z.object({
  id: machineId,
  name: label,
  kind: z.enum(['local-endpoint', 'role-instance']),
  /** Its tunnel key: what a certificate is about. */
  key: tunnelPublicKey,
  ipv4: z.ipv4(),
  side: sideId.nullable(),
  state: z.enum(['signed', 'by-token', 'waiting']).describe('by-token: a token that was signed before stands for it'),
  certificate: z.boolean().describe('Whether there is one, of today or of before'),
  signedUntil: z.iso.datetime().nullable().describe('When what stands for it ends'),
  activatedAt: z.iso.datetime(),
});
export type LockMachine = z.infer<typeof lockMachine>;

export const lockView = z.object({
  subscription: z.object({ id: subscriptionId, name: label }),
  state: z.enum(['off', 'on']),
  sequence: z.int().nonnegative().describe('Number of the last statement; the next one is one more'),
  statements: z
    .array(z.string())
    .describe('Of the present lock: the first statement, those that changed its keys, and the newest'),
  keys: z.array(lockKeyEntry),
  sides: z.array(z.object({ id: sideId, kind: z.enum(['group', 'role']), name: z.string() })),
  pairs: z.array(z.object({ a: sideId, b: sideId })).describe('Whose members the policy lets reach each other now'),
  policySigned: z.boolean().describe('Whether the signed policy is the present one'),
  machines: z.array(lockMachine),
  departed: z
    .array(z.object({ id: z.string(), kind: z.enum(['machine', 'token']), name: z.string() }))
    .describe('What was removed or revoked and still has a signature that counts'),
});
export type LockView = z.infer<typeof lockView>;

export const lockUpdate = z.object({
  statement: z.string().min(1).max(LIMITS.LOCK_STATEMENT_MAX_CHARACTERS.value).optional(),
  certificates: z.array(z.string().min(1).max(LIMITS.LOCK_CERTIFICATE_MAX_CHARACTERS.value)).max(20_000).default([]),
  delegations: z
    .array(z.object({ token: z.string().max(80), text: z.string().min(1).max(1_000) }))
    .max(100)
    .default([]),
});
export type LockUpdate = z.input<typeof lockUpdate>;

export const lockRelease = z.object({ secret: z.string().min(1).max(100) });

export const lockSummary = z.object({
  state: z.enum(['off', 'on']),
  sequence: z.int().nonnegative(),
  keys: z.array(z.object({ key: signingPublicKey, name: z.string() })),
});
