/**
 * Identifiers and public keys as they travel: branded strings, so that a group id can not be passed
 * where a machine id is meant. Knows nothing of who hands them out.
 */
import { z } from 'zod';
import { base64urlPattern } from './encoding.ts';

/** 16 bytes as 32 lower-case hex digits. Names one machine on every relay frame. */
export const machineId = z
  .string()
  .regex(/^[0-9a-f]{32}$/)
  .brand('MachineId');
export type MachineId = z.infer<typeof machineId>;

/** 16 bytes as 32 lower-case hex digits. */
export const subscriptionId = z
  .string()
  .regex(/^[0-9a-f]{32}$/)
  .brand('SubscriptionId');
export type SubscriptionId = z.infer<typeof subscriptionId>;

/** 16 bytes as 32 lower-case hex digits. */
export const groupId = z
  .string()
  .regex(/^[0-9a-f]{32}$/)
  .brand('GroupId');
export type GroupId = z.infer<typeof groupId>;

/** 16 bytes as 32 lower-case hex digits. */
export const roleId = z
  .string()
  .regex(/^[0-9a-f]{32}$/)
  .brand('RoleId');
export type RoleId = z.infer<typeof roleId>;

/** Length in bytes of every identifier above. */
export const ID_BYTES = 16;

const base64url32 = z.string().regex(base64urlPattern(32));

/** X25519 public key (RFC 7748), 32 bytes, base64url without padding. The machine's tunnel static key. */
export const tunnelPublicKey = base64url32.brand('TunnelPublicKey');
export type TunnelPublicKey = z.infer<typeof tunnelPublicKey>;

/** Ed25519 public key (RFC 8032), 32 bytes, base64url without padding. Authenticates control connections. */
export const signingPublicKey = base64url32.brand('SigningPublicKey');
export type SigningPublicKey = z.infer<typeof signingPublicKey>;

/** SHA-256 of the server certificate's SubjectPublicKeyInfo (as in RFC 7469), base64url without padding. */
export const serverPin = base64url32.brand('ServerPin');
export type ServerPin = z.infer<typeof serverPin>;
