/**
 * The agent's local API: what the `causeway` command and the desktop window say to the agent over its
 * Unix socket (named pipe on Windows). One JSON object a line, capped at LOCAL_REQUEST_MAX_BYTES and LOCAL_MESSAGE_MAX_BYTES.
 *
 *     client → agent   { id, method, params }
 *     client → agent   { cancel: id }        the caller wants no more of that call
 *     agent → client   { id, ok: true, result } | { id, ok: false, error }
 *     agent → client   { id: 0, ok: false, error }   of what can not be read, or of the connection itself
 *     agent → client   { id, progress }      any number before the answer, of methods that have `progress`
 */
import { z } from 'zod';
import { listedPeer } from './control-messages.ts';
import { agentStatus, peerStatus } from './status.ts';
import { wireError } from './wire-error.ts';

const timeoutMs = z.int().min(100).max(60_000).default(5_000);

export const check = z.object({
  name: z.string(),
  ok: z.boolean(),
  /** One sentence: what was tried and what came of it. */
  detail: z.string(),
  remedy: z.string().nullable(),
});
export type Check = z.infer<typeof check>;

const lines = z.array(z.string());

/**
 * What `causeway diagnose --save` writes and the desktop window saves, for somebody who helps: all that
 * the agent knows of itself and this computer, and no secret. It does name the computer, its addresses,
 * its name servers and its peers.
 */
export const supportBundle = z.object({
  format: z.literal('causeway-support-bundle/1'),
  madeAt: z.iso.datetime(),
  versions: z.object({
    agent: z.string(),
    node: z.string(),
    openssl: z.string(),
    os: z.string(),
    kernel: z.string(),
  }),
  process: z.object({ uptimeSeconds: z.number(), residentBytes: z.number() }),
  status: agentStatus,
  checks: z.array(check),
  /** As the system's own programs print it. */
  computer: z.object({ addresses: lines, routes: lines, resolver: lines }),
  /** The agent's last lines, oldest first. */
  log: lines,
});
export type SupportBundle = z.infer<typeof supportBundle>;

export const LOCAL_METHODS = {
  status: { params: z.object({}), result: agentStatus },
  /**
   * The status as progress: at once, after every change, and every LOCAL_WATCH_EVERY_MS, until the caller
   * cancels or goes away. Without `peers` it has no sessions, and is told only when it is another one.
   * In between, every LOCAL_ALIVE_EVERY_MS (without `peers` LOCAL_ALIVE_UNSEEN_EVERY_MS), a word that the agent
   * is there. Who reads slowly gets fewer of them, each as it is then. Nothing is proven for it.
   */
  watch: {
    params: z.object({ peers: z.boolean().default(true) }),
    progress: z.union([z.literal('alive'), agentStatus]),
    result: z.object({}),
  },
  /** Connects; activates first if a token is given. Answers when the parts are proven or one has failed. */
  up: {
    params: z.object({
      token: z.string().max(1_000).optional(),
      name: z.string().max(80).optional(),
      timeoutMs: timeoutMs.default(20_000),
    }),
    result: agentStatus,
  },
  /**
   * Disconnects and undoes everything on this computer; with `forget`, also leaves the subscription. With
   * `offline` the server is not told: an administrator has to remove the machine.
   */
  down: {
    params: z.object({ forget: z.boolean().default(false), offline: z.boolean().default(false) }),
    result: agentStatus,
  },
  /** Re-reads the policy now and proves control and relay anew. */
  refresh: { params: z.object({ timeoutMs }), result: agentStatus },
  /** Whom this machine may reach, with the sessions it has. */
  peers: {
    params: z.object({}),
    result: z.object({ peers: z.array(listedPeer.extend({ session: peerStatus.nullable() })) }),
  },
  /** Round trip to a peer inside the tunnel, by name or overlay address. */
  ping: {
    params: z.object({ target: z.string().min(1).max(253), timeoutMs }),
    result: z.object({ name: z.string(), address: z.string(), roundTripMs: z.number() }),
  },
  /** What a name or overlay address stands for, and by which grant. */
  resolve: {
    params: z.object({ target: z.string().min(1).max(253) }),
    result: z.object({
      name: z.string(),
      fullName: z.string(),
      ipv4: z.string(),
      ipv6: z.string(),
      grantExpiresAt: z.number(),
    }),
  },
  /** Runs the checks one by one; each is sent as progress too. */
  diagnose: { params: z.object({}), progress: check, result: z.object({ checks: z.array(check) }) },
  /** Runs the same checks, and adds all else that somebody who helps wants to know. */
  bundle: { params: z.object({}), progress: check, result: supportBundle },
} as const;

export type LocalMethod = keyof typeof LOCAL_METHODS;
/** What a caller passes: fields with a default may be left out. */
export type LocalParams<Method extends LocalMethod> = z.input<(typeof LOCAL_METHODS)[Method]['params']>;
/** What the agent's handler gets: defaults filled in. */
export type LocalParsedParams<Method extends LocalMethod> = z.output<(typeof LOCAL_METHODS)[Method]['params']>;
export type LocalResult<Method extends LocalMethod> = z.infer<(typeof LOCAL_METHODS)[Method]['result']>;
/** What comes before the answer, of methods that take a while. */
export type LocalProgress<Method extends LocalMethod> = (typeof LOCAL_METHODS)[Method] extends {
  progress: infer Progress extends z.ZodType;
}
  ? z.infer<Progress>
  : never;

/** Who calls: the user that runs the agent (root, as a rule), or another one of this computer. */
export type LocalCaller = 'owner' | 'user';

export const localRequest = z.object({
  id: z.int().nonnegative(),
  method: z.enum(Object.keys(LOCAL_METHODS) as [LocalMethod, ...LocalMethod[]]),
  params: z.unknown().optional(),
});

export const localCancel = z.object({ cancel: z.int().nonnegative() });

export const localAnswer = z.union([
  z.object({ id: z.int(), ok: z.literal(true), result: z.unknown() }),
  z.object({ id: z.int(), ok: z.literal(false), error: wireError }),
  z.object({ id: z.int(), progress: z.unknown() }),
]);
export type LocalAnswer = z.infer<typeof localAnswer>;
