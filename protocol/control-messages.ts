/**
 * The control connection: a WebSocket with JSON text messages between a machine and the control plane.
 * This file is the specification; both ends parse every message by these schemas.
 *
 *     GET /control, subprotocol causeway-control.1
 *     server → machine   { type: 'challenge', … }                        first, once
 *     machine → server   { type: 'request', id, method, params }         'activate' or 'authenticate' first
 *     server → machine   { type: 'response', id, ok, result | error }    one for each request, in any order
 *     server → machine   { type: 'event', event, … }                     after authentication, any time
 *
 * Until a machine is authenticated every other method answers AUTHENTICATION_FAILED. `activate` also
 * authenticates. After `authenticate` the machine sends `sync` with the grants it lives by, and learns
 * which of them are no longer valid: what was pushed while it was away is not lost.
 */
import { z } from 'zod';
import { diagnosticCheck } from './diagnostics.ts';
import { dnsRoute } from './dns-routes.ts';
import { base64urlPattern } from './encoding.ts';
import { grantedMachine } from './grants.ts';
import { groupId, machineId, roleId, serverPin, signingPublicKey, subscriptionId, tunnelPublicKey } from './ids.ts';
import { LIMITS } from './limits.ts';
import { label } from './names.ts';
import { agentStatus } from './status.ts';
import { wireError } from './wire-error.ts';

export const CONTROL_PATH = '/control';
export const CONTROL_SUBPROTOCOL = 'causeway-control.1';

/** Base64url of `bytes` bytes. */
const bytes = (count: number) => z.string().regex(base64urlPattern(count));
const epochMs = z.number().int().nonnegative();
const grantText = z.string().min(1).max(LIMITS.GRANT_MAX_CHARACTERS.value);

/** A machine's own facts: all it knows without asking for a peer. */
export const selfFacts = z.object({
  id: machineId,
  kind: z.enum(['local-endpoint', 'role-instance']),
  name: label,
  subscription: z.object({ id: subscriptionId, name: label }),
  ipv4: z.ipv4(),
  ipv6: z.ipv6(),
  /** Name of its group or role, for people; null while unassigned. */
  memberOf: z.object({ kind: z.enum(['group', 'role']), id: z.union([groupId, roleId]), name: z.string() }).nullable(),
  /** Origins of the relays, best first; empty means: the server itself. */
  relays: z.array(z.object({ url: z.string().max(300), pin: serverPin })).max(16),
  policyVersion: z.int().nonnegative(),
  /** On-premises suffixes with DNS servers that policy lets this machine reach. */
  dnsRoutes: z.array(dnsRoute).max(LIMITS.DNS_ROUTES_MAX.value).optional(),
  /** Of a subscription that is or was locked: number of the newest statement, and whether it stands behind this machine. */
  lock: z.object({ sequence: z.int().positive(), signed: z.boolean() }).optional(),
  /** How the grant key became the present one, oldest first; see grant-succession.ts. */
  grantKeys: z.array(z.string().max(600)).max(LIMITS.GRANT_KEY_SUCCESSIONS_MAX.value).optional(),
});
export type SelfFacts = z.infer<typeof selfFacts>;

/** One step of the history of a lock. */
const lockStep = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('statement'), text: z.string().max(LIMITS.LOCK_STATEMENT_MAX_CHARACTERS.value) }),
  /** By a recovery secret, which everybody may know from then on. */
  z.object({ kind: z.literal('release'), sequence: z.int().positive(), secret: z.string().max(100) }),
]);
export type LockStep = z.infer<typeof lockStep>;

export const grantedPeer = z.object({ peer: grantedMachine, grant: grantText, expiresAt: epochMs });
export type GrantedPeer = z.infer<typeof grantedPeer>;

/** A machine that policy lets the asker reach, as listed (no grant yet). */
export const listedPeer = z.object({
  id: machineId,
  name: label,
  ipv4: z.ipv4(),
  ipv6: z.ipv6(),
  memberOf: z.string(),
  online: z.boolean(),
});
export type ListedPeer = z.infer<typeof listedPeer>;

/** Every method with its parameters and its result. */
export const CONTROL_METHODS = {
  activate: {
    params: z.object({
      subscription: subscriptionId,
      secret: bytes(20),
      name: label,
      signingKey: signingPublicKey,
      tunnelKey: tunnelPublicKey,
      /** Ed25519 over the activation transcript. */
      signature: bytes(64),
      /** HMAC by the tunnel key, see proofs.ts. */
      tunnelProof: bytes(32),
      os: z.string().max(80),
      agentVersion: z.string().max(40),
    }),
    result: z.object({
      self: selfFacts,
      /** Public key that verifies grants, Ed25519. */
      grantKey: signingPublicKey,
    }),
  },
  authenticate: {
    params: z.object({
      machine: machineId,
      signature: bytes(64),
      os: z.string().max(80),
      agentVersion: z.string().max(40),
    }),
    result: z.object({ self: selfFacts }),
  },
  /** Tells the server which grants are in use; the answer names those no longer valid. */
  sync: {
    params: z.object({ peers: z.array(machineId).max(LIMITS.SYNC_PEERS_MAX.value) }),
    result: z.object({ revoked: z.array(machineId) }),
  },
  /** Re-reads the machine's own facts (refresh). */
  self: { params: z.object({}), result: z.object({ self: selfFacts }) },
  relayTicket: { params: z.object({}), result: z.object({ ticket: grantText, expiresAt: epochMs }) },
  /** A peer by bare name. Answers NAME_UNKNOWN alike for names that do not exist and those denied. */
  peerByName: { params: z.object({ name: label }), result: grantedPeer },
  /** A peer by overlay address, either family. Answers POLICY_DENIED with the reason. */
  peerByAddress: { params: z.object({ address: z.union([z.ipv4(), z.ipv6()]) }), result: grantedPeer },
  /** A fresh grant for a known peer (half-life, or a peer that wrote to us first). */
  peerById: { params: z.object({ machine: machineId }), result: grantedPeer },
  /** Whom policy lets this machine reach, by name, a page at a time. */
  listPeers: {
    params: z.object({ after: label.optional() }),
    result: z.object({ peers: z.array(listedPeer), more: z.boolean() }),
  },
  /**
   * What the agent sees of itself, shown in the portal: when it is something new, every REPORT_EVERY_MS, and
   * every REPORT_WATCHED_EVERY_MS while watched. An agent that sends `status` knows the events `watch` and
   * `diagnose`; to others they are not sent.
   */
  report: {
    params: z.object({
      relay: z.enum(['connected', 'disconnected']),
      relayRoundTripMs: z.number().nonnegative().optional(),
      sessions: z.int().nonnegative(),
      /** With at most REPORT_PEERS_MAX peers, those that talk most. */
      status: agentStatus.optional(),
    }),
    result: z.object({}),
  },
  /** What came of the checks that `diagnose` asked for. */
  diagnostics: {
    params: z.object({ checks: z.array(diagnosticCheck).max(LIMITS.DIAGNOSTIC_CHECKS_MAX.value) }),
    result: z.object({}),
  },
  /** What follows the statement of the subscription's lock with this number, one at a time; none when nothing does. See lock/. */
  lock: {
    params: z.object({ after: z.int().nonnegative() }),
    result: z.object({ steps: z.array(lockStep).max(1) }),
  },
  /** The machine's certificate, signed by itself with the key of its token (`delegation~certificate`). */
  certify: {
    params: z.object({ certificate: z.string().min(1).max(LIMITS.LOCK_CERTIFICATE_MAX_CHARACTERS.value) }),
    result: z.object({}),
  },
  /** Removes the machine from the directory (goodbye of an ephemeral instance, `down --forget`). */
  deactivate: { params: z.object({}), result: z.object({}) },
} as const;

export type ControlMethod = keyof typeof CONTROL_METHODS;
export type ControlParams<Method extends ControlMethod> = z.infer<(typeof CONTROL_METHODS)[Method]['params']>;
export type ControlResult<Method extends ControlMethod> = z.infer<(typeof CONTROL_METHODS)[Method]['result']>;

export const controlRequest = z.object({
  type: z.literal('request'),
  id: z.int().nonnegative(),
  method: z.enum(Object.keys(CONTROL_METHODS) as [ControlMethod, ...ControlMethod[]]),
  params: z.unknown(),
});

export const controlEvent = z.discriminatedUnion('event', [
  /** Something about who may reach whom changed; nothing is said about what (see revoked). */
  z.object({ type: z.literal('event'), event: z.literal('policy-changed'), policyVersion: z.int() }),
  /** These peers may no longer be talked to: drop their sessions now. */
  z.object({
    type: z.literal('event'),
    event: z.literal('revoked'),
    peers: z.array(machineId).min(1),
    reason: z.string().max(300),
  }),
  /** The machine's own facts changed (renamed, moved to a group). */
  z.object({ type: z.literal('event'), event: z.literal('self-changed'), self: selfFacts }),
  /** The machine was removed or disabled by an administrator; the server closes after this. */
  z.object({ type: z.literal('event'), event: z.literal('cut-off'), error: wireError }),
  /** Somebody looks at this machine: report every REPORT_WATCHED_EVERY_MS for so long. */
  z.object({ type: z.literal('event'), event: z.literal('watch'), seconds: z.number().positive().max(300) }),
  /** Run the checks of `causeway diagnose`, and send what came of them. */
  z.object({ type: z.literal('event'), event: z.literal('diagnose') }),
]);
export type ControlEvent = z.infer<typeof controlEvent>;

const EVENT_NAMES: readonly string[] = controlEvent.options.map((event) => event.shape.event.value);
/** An event that this version does not know: to be ignored, and no reason to end the connection. */
export const laterEvent = z.object({
  type: z.literal('event'),
  event: z
    .string()
    .max(60)
    .refine((name) => !EVENT_NAMES.includes(name)),
});

export const serverMessage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('challenge'),
    /** 32 random bytes to sign over, see proofs.ts. */
    nonce: bytes(32),
    /** The server's ephemeral X25519 public key for the tunnel key proof. */
    ephemeral: tunnelPublicKey,
    serverTime: epochMs,
    serverVersion: z.string().max(40),
  }),
  z.discriminatedUnion('ok', [
    z.object({ type: z.literal('response'), id: z.int(), ok: z.literal(true), result: z.unknown() }),
    z.object({ type: z.literal('response'), id: z.int(), ok: z.literal(false), error: wireError }),
  ]),
  controlEvent,
]);
export type ServerMessage = z.infer<typeof serverMessage>;
export type Challenge = Extract<ServerMessage, { type: 'challenge' }>;
