/**
 * Everything that passes between the main process and the window: every call with its arguments and
 * answer, every event with its data. Main's handlers, the window's client and the tests' double are all
 * derived from this file; the preload script passes on whatever it is given, so no channel is ever named
 * twice.
 *
 *     window → main   call name, arguments      answered by { ok, result } or { ok: false, error }
 *     main → window   event { type, … }
 *
 * Main takes arguments only through these schemas, and only from the window's own page.
 */
import { z } from 'zod';
import { listedPeer } from '#protocol/control-messages.ts';
import { check } from '#protocol/local-api.ts';
import { agentStatus, peerStatus } from '#protocol/status.ts';
import { wireError } from '#protocol/wire-error.ts';

const epochMs = z.number().int().nonnegative();

/** A machine that policy lets this computer reach, with the session to it if there is one. */
export const reachablePeer = listedPeer.extend({ session: peerStatus.nullable() });
export type ReachablePeer = z.infer<typeof reachablePeer>;

/** What a refresh of the policy has brought. */
export const policyRefresh = z.object({
  at: epochMs,
  policyVersion: z.number().nullable(),
  /** Names of machines that can be reached now and could not before, and the other way round. */
  gained: z.array(z.string()),
  lost: z.array(z.string()),
});
export type PolicyRefresh = z.infer<typeof policyRefresh>;

/**
 * What the window shows and the icon says. Main holds the one true copy. `starting`: main has not heard
 * of an agent yet. `away`: no agent answers, it will not talk to this user, or it has fallen silent; nothing
 * is shown as connected because nobody contradicts. `here`: the agent said `status`, and showed that it lives
 * at `heardAt`. While the window is hidden it is not asked for sessions: `status.peers` are those of `peersAt`.
 */
export const desktopState = z.discriminatedUnion('agent', [
  z.object({ agent: z.literal('starting') }),
  z.object({ agent: z.literal('away'), since: epochMs, error: wireError }),
  z.object({
    agent: z.literal('here'),
    heardAt: epochMs,
    status: agentStatus,
    /** When the agent told of its sessions; null: it has not been asked. */
    peersAt: epochMs.nullable(),
    /** A refresh that is under way, since when. */
    refreshingSince: epochMs.nullable(),
    lastRefresh: policyRefresh.nullable(),
  }),
]);
export type DesktopState = z.infer<typeof desktopState>;

export const language = z.enum(['en', 'de']);
export type Language = z.infer<typeof language>;
export const preferences = z.strictObject({
  /** `system`: as the desktop is set. */
  language: z.union([language, z.literal('system')]),
  colorScheme: z.enum(['system', 'light', 'dark']),
  startAtLogin: z.boolean(),
  notifications: z.boolean(),
});
export type Preferences = z.infer<typeof preferences>;

/** Something on a peer that a program of this computer can open. */
export const peerService = z.enum(['ssh', 'rdp', 'http', 'https']);
export type PeerService = z.infer<typeof peerService>;

const peerName = z.string().min(1).max(253);
const nothing = z.strictObject({});

export const CALLS = {
  state: { args: nothing, result: desktopState },
  /** Connects; with a token, activates first. */
  up: { args: z.strictObject({ token: z.string().min(1).max(1_000).optional() }), result: agentStatus },
  /** Disconnects; with `forget`, leaves the subscription. */
  down: { args: z.strictObject({ forget: z.boolean() }), result: agentStatus },
  refresh: { args: nothing, result: policyRefresh },
  peers: { args: nothing, result: z.array(reachablePeer) },
  ping: { args: z.strictObject({ peer: peerName }), result: z.object({ roundTripMs: z.number() }) },
  /** Which services answer on a peer. */
  services: { args: z.strictObject({ peer: peerName }), result: z.array(peerService) },
  /** Opens a service of a peer in the program that is for it. */
  openService: { args: z.strictObject({ peer: peerName, service: peerService }), result: nothing },
  /** Each check comes as an event as soon as it is made. */
  diagnose: { args: nothing, result: z.array(check) },
  /** Asks where to, and saves a bundle without secrets; null if the person thought better of it. */
  saveDiagnostics: { args: nothing, result: z.object({ path: z.string() }).nullable() },
  copy: { args: z.strictObject({ text: z.string().max(500) }), result: nothing },
  preferences: { args: nothing, result: preferences },
  changePreferences: { args: preferences.partial(), result: preferences },
  about: {
    args: nothing,
    result: z.object({
      version: z.string(),
      agentVersion: z.string().nullable(),
      electron: z.string(),
      chromium: z.string(),
      node: z.string(),
      /** Language of the desktop, which `system` stands for. */
      systemLanguage: language,
    }),
  },
} as const;
export type CallName = keyof typeof CALLS;
export type CallArguments<Name extends CallName> = z.input<(typeof CALLS)[Name]['args']>;
export type CallResult<Name extends CallName> = z.infer<(typeof CALLS)[Name]['result']>;

export const desktopEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('state'), state: desktopState }),
  /** The list of peers is another one now: ask for it. */
  z.object({ type: z.literal('peers-changed') }),
  z.object({ type: z.literal('check'), check }),
  z.object({ type: z.literal('preferences'), preferences }),
  /** From the tray or a link: show this page. */
  z.object({ type: z.literal('show'), page: z.enum(['status', 'diagnostics', 'preferences']) }),
  /** Somebody opened an activation link or file; the person has to agree before it is used. */
  z.object({ type: z.literal('token-offered'), token: z.string().max(1_000) }),
]);
export type DesktopEvent = z.infer<typeof desktopEvent>;

/** How a call is answered. */
export const callAnswer = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), result: z.unknown() }),
  z.object({ ok: z.literal(false), error: wireError }),
]);
export type CallAnswer = z.infer<typeof callAnswer>;
