/**
 * The agent's status: what was last proven, part by part, and when. Nothing here is an assumption: a
 * part is `ok` only because something answered, and says how long ago.
 */
import { z } from 'zod';
import { machineId } from './ids.ts';
import { wireError } from './wire-error.ts';

const epochMs = z.number().int().nonnegative();

/**
 * One part of the chain. `off`: not wanted or not yet tried. `pending`: being tried for the first time
 * or again. `ok`: proven at `provenAt` (an activation read from the disk is `ok` and not proven until the
 * server has confirmed it). `failed`: the last try failed, `error` says why.
 */
export const part = z.object({
  state: z.enum(['off', 'pending', 'ok', 'failed']),
  /** When the part last proved to work; null if never since the agent started. */
  provenAt: epochMs.nullable(),
  error: wireError.nullable(),
  /** A few words for people: the server's origin, the adapter's name, how names are set up. */
  detail: z.string(),
});
export type Part = z.infer<typeof part>;

export const peerStatus = z.object({
  id: machineId,
  name: z.string(),
  ipv4: z.string(),
  ipv6: z.string(),
  /** `idle`: no session wanted now. `connected`: authenticated data arrived at `provenAt`. */
  state: z.enum(['idle', 'connecting', 'connected', 'unreachable']),
  provenAt: epochMs.nullable(),
  roundTripMs: z.number().nullable(),
  receivedBytes: z.number(),
  sentBytes: z.number(),
  grantExpiresAt: epochMs.nullable(),
  error: wireError.nullable(),
});
export type PeerStatus = z.infer<typeof peerStatus>;

export const agentStatus = z.object({
  version: z.string(),
  /** When this status was taken. */
  at: epochMs,
  /** What the owner wants: `causeway up` or `causeway down`. */
  wanted: z.enum(['up', 'down']),
  /** One word for an icon, derived from the parts by {@link summarise}. */
  summary: z.enum(['not-activated', 'off', 'connecting', 'connected', 'degraded']),
  machine: z
    .object({
      id: machineId,
      name: z.string(),
      fullName: z.string(),
      ipv4: z.string(),
      ipv6: z.string(),
      /** Tunnel key, public half: what an administrator compares before they sign the machine. */
      key: z.string().max(60).optional(),
      subscription: z.string(),
      memberOf: z.string().nullable(),
      /** What it is a member of: a computer's group, or an instance's role. */
      memberKind: z.enum(['group', 'role']).optional(),
    })
    .nullable(),
  policyVersion: z.number().nullable(),
  policyRefreshedAt: epochMs.nullable(),
  /** Server clock minus ours, milliseconds; null before the first contact. */
  clockOffsetMs: z.number().nullable(),
  parts: z.object({ activation: part, control: part, relay: part, adapter: part, names: part }),
  relayRoundTripMs: z.number().nullable(),
  /** What the owner should know beside the parts, as that there is a newer version. */
  notice: wireError.nullable().optional(),
  peers: z.array(peerStatus),
});
export type AgentStatus = z.infer<typeof agentStatus>;
export type PartName = keyof AgentStatus['parts'];

/** The chain in the order in which a failure explains the later ones. */
export const PART_ORDER: readonly PartName[] = ['activation', 'control', 'relay', 'adapter', 'names'];

export function summarise(wanted: AgentStatus['wanted'], parts: AgentStatus['parts']): AgentStatus['summary'] {
  if (parts.activation.state !== 'ok') return 'not-activated';
  if (wanted === 'down') return 'off';
  const states = PART_ORDER.map((name) => parts[name].state);
  if (states.every((state) => state === 'ok')) return 'connected';
  return states.includes('failed') ? 'degraded' : 'connecting';
}

/** The first part of the chain that has failed, which explains the later ones; null when none has. */
export function firstBroken(parts: AgentStatus['parts']): PartName | null {
  return PART_ORDER.find((name) => parts[name].state === 'failed') ?? null;
}
