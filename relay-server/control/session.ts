/**
 * One control connection, from the challenge to its end: a machine authenticates or activates, then
 * asks. Takes messages as text and sends through its link; knows no sockets.
 */

import { connectionId } from '#protocol/connection-id.ts';
import {
  CONTROL_METHODS,
  type ControlMethod,
  type ControlParams,
  type ControlResult,
  controlRequest,
} from '#protocol/control-messages.ts';
import { toBase64url } from '#protocol/encoding.ts';
import { CausewayError, ERRORS } from '#protocol/errors.ts';
import type { MachineId, SubscriptionId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import { authenticationTranscript, CHALLENGE_BYTES } from '#protocol/proofs.ts';
import { lineOf } from '../line.ts';
import type { Rate } from '../rate.ts';
import { issueOf } from '../schema-issue.ts';
import type { MachineRecord } from '../store/records.ts';
import { activate, type Challenged } from './activate.ts';
import { certifyItself } from './administration/lock.ts';
import type { AgentReports } from './agent-reports.ts';
import { type Answer, type ControlContext, selfFactsOf } from './context.ts';
import type { InstanceDepartures } from './instance-departures.ts';
import { listPeers, peerByAddress, peerById, peerByName, relayTicket, syncGrants } from './peers.ts';
import type { Link } from './presence.ts';
import { ephemeralKey, isSignedBy } from './proof-checks.ts';
import type { Sightings } from './sightings.ts';
import type { SubscriptionDirectory } from './subscription-directory.ts';

const EPHEMERAL_SEED_BYTES = 32;
/** WebSocket status codes (RFC 6455 §7.4.1). */
const NORMAL = 1000;
const INVALID_PAYLOAD = 1007;
const POLICY_VIOLATION = 1008;

/** What a machine asks for that is written to the disk at once, and told to whoever looks. */
const WRITTEN: ReadonlySet<ControlMethod> = new Set(['diagnostics', 'certify']);

export interface SessionContext extends ControlContext {
  readonly sightings: Sightings;
  readonly reports: AgentReports;
  readonly departures: InstanceDepartures;
  /** Tells open pages that a machine came or went. */
  readonly moved: (subscription: SubscriptionId, machine: MachineId) => void;
  readonly activationRate: Rate;
  /** By machine. */
  readonly requestRate: Rate;
  /** By machine, of what is {@link WRITTEN}. */
  readonly writeRate: Rate;
  /** Removes a machine from the directory, as it asked for. */
  readonly removeMachine: (subscription: SubscriptionDirectory, machine: MachineRecord) => Promise<void>;
}

type Handler<Method extends ControlMethod> = (
  params: ControlParams<Method>,
) => Answer<ControlResult<Method>> | Promise<Answer<ControlResult<Method>>>;
type Handlers = { readonly [Method in ControlMethod]: Handler<Method> };

export class Session {
  readonly #context: SessionContext;
  readonly #link: Link;
  readonly #challenge: Challenged;
  readonly #challengedUntil: number;
  readonly #cancelDeadline: () => void;
  readonly #handlers: Handlers;
  /** In logs, here and at the machine. */
  readonly #id: string;
  #machine: MachineId | undefined;
  #ended = false;

  /** Sends the challenge at once, and closes the link if nobody authenticates in time. */
  constructor(context: SessionContext, link: Link) {
    this.#context = context;
    this.#link = link;
    this.#challenge = {
      nonce: context.random(CHALLENGE_BYTES),
      ephemeral: ephemeralKey(context.random(EPHEMERAL_SEED_BYTES)),
    };
    const lifetime = LIMITS.CHALLENGE_LIFETIME_MS.value;
    this.#challengedUntil = context.clock.now() + lifetime;
    this.#cancelDeadline = context.clock.after(lifetime, () =>
      link.close(POLICY_VIOLATION, 'not authenticated in time'),
    );
    this.#handlers = this.#buildHandlers();
    const nonce = toBase64url(this.#challenge.nonce);
    this.#id = connectionId(nonce);
    link.send({
      type: 'challenge',
      nonce,
      ephemeral: this.#challenge.ephemeral.publicText,
      serverTime: context.clock.now(),
      serverVersion: context.serverVersion,
    });
  }

  get authenticated(): boolean {
    return this.#machine !== undefined;
  }

  /** Answers one message; never rejects. */
  async receive(text: string): Promise<void> {
    const json = parseJson(text);
    const request = controlRequest.safeParse(json);
    const id = request.success ? request.data.id : idOf(json);
    if (id === undefined) {
      this.#context.counters.malformed++;
      this.#link.close(INVALID_PAYLOAD, 'MESSAGE_MALFORMED');
      return;
    }
    try {
      if (!request.success) throw malformed(issueOf(request.error));
      const answer = await this.#handle(request.data.method, request.data.params);
      this.#link.send({ type: 'response', id, ok: true, result: answer() });
    } catch (error) {
      this.#link.send({ type: 'response', id, ok: false, error: this.#refusal(error, id).toWire() });
    }
    if (this.#ended) this.#link.close(NORMAL, 'goodbye');
  }

  /** The link is gone. */
  closed(): void {
    this.#cancelDeadline();
    this.#leave();
  }

  async #handle<Method extends ControlMethod>(method: Method, params: unknown): Promise<Answer<unknown>> {
    const introduces = method === 'activate' || method === 'authenticate';
    if (introduces === this.authenticated || this.#ended) throw new CausewayError('AUTHENTICATION_FAILED');
    if (this.#machine !== undefined) {
      const now = this.#context.clock.now();
      this.#context.requestRate.take(this.#machine, now);
      if (WRITTEN.has(method)) this.#context.writeRate.take(this.#machine, now);
    }
    const parsed = CONTROL_METHODS[method].params.safeParse(params);
    if (!parsed.success) throw malformed(issueOf(parsed.error));
    const handler: Handler<Method> = this.#handlers[method];
    return handler(parsed.data as ControlParams<Method>);
  }

  #buildHandlers(): Handlers {
    const context = this.#context;
    return {
      activate: async (params) => {
        context.activationRate.take(lineOf(this.#link.address), context.clock.now());
        this.#requireFresh();
        const machine = await activate(context, this.#challenge, params, this.#link.address);
        const { home } = this.#arrive(machine.id, params);
        return () => ({
          self: selfFactsOf(home, machine, context.clock.now(), context.grantKey.successions),
          grantKey: context.grantKey.publicText,
        });
      },
      authenticate: (params) => {
        this.#requireFresh();
        const transcript = authenticationTranscript(this.#challenge.nonce, context.pin, params.machine);
        const machine = context.directory.homeOf(params.machine)?.machine(params.machine);
        if (machine === undefined || !isSignedBy(machine.signingKey, transcript, params.signature)) {
          throw new CausewayError('AUTHENTICATION_FAILED');
        }
        if (machine.disabled) throw new CausewayError('MACHINE_DISABLED');
        const { home } = this.#arrive(machine.id, params);
        context.counters.authentications++;
        return () => ({ self: selfFactsOf(home, machine, context.clock.now(), context.grantKey.successions) });
      },
      sync: ({ peers }) => this.#now((home, machine) => syncGrants(context, home, machine, peers)),
      self: () =>
        this.#now((home, machine) => ({
          self: selfFactsOf(home, machine, context.clock.now(), context.grantKey.successions),
        })),
      listPeers: ({ after }) => this.#now((home, machine) => listPeers(context, home, machine, after)),
      report: (report) =>
        this.#now((_, machine) => {
          context.presence.report(machine.id, report);
          if (report.status !== undefined) context.reports.keep(machine.id, report.status);
          return {};
        }),
      diagnostics: async ({ checks }) => {
        const [home, machine] = this.#present();
        await context.store.history.saveDiagnostics(machine.id, context.clock.now(), checks);
        const by = machine.name;
        context.announcer.changed({ subscription: home.id, kinds: ['machines'], by, policyVersion: null });
        return () => ({});
      },
      lock: ({ after }) => this.#now((home) => ({ steps: home.lock.after(after) })),
      certify: async ({ certificate }) => {
        await certifyItself(context, ...this.#present(), certificate);
        return () => ({});
      },
      relayTicket: () => relayTicket(context, ...this.#present()),
      peerByName: ({ name }) => peerByName(context, ...this.#present(), name),
      peerByAddress: ({ address }) => peerByAddress(context, ...this.#present(), address),
      peerById: ({ machine }) => peerById(context, ...this.#present(), machine),
      deactivate: async () => {
        const [home, machine] = this.#present();
        // Leaves first: what is cut off on removal are the machine's other connections.
        context.presence.leave(machine.id, this.#link);
        context.moved(home.id, machine.id);
        try {
          await context.removeMachine(home, machine);
        } catch (error) {
          context.presence.arrive(machine.id, this.#link);
          throw error;
        }
        this.#machine = undefined;
        this.#ended = true;
        return () => ({});
      },
    };
  }

  #now<Result>(answer: (home: SubscriptionDirectory, machine: MachineRecord) => Result): Answer<Result> {
    return () => answer(...this.#present());
  }

  /** The machine of this session as the directory has it now. */
  #present(): [SubscriptionDirectory, MachineRecord] {
    const home = this.#machine === undefined ? undefined : this.#context.directory.homeOf(this.#machine);
    const machine = this.#machine === undefined ? undefined : home?.machine(this.#machine);
    if (home === undefined || machine === undefined) throw new CausewayError('AUTHENTICATION_FAILED');
    if (machine.disabled) throw new CausewayError('MACHINE_DISABLED');
    return [home, machine];
  }

  #requireFresh(): void {
    if (this.#context.clock.now() > this.#challengedUntil) throw new CausewayError('AUTHENTICATION_FAILED');
  }

  #arrive(machine: MachineId, seenAs: { os: string; agentVersion: string }): { home: SubscriptionDirectory } {
    const home = this.#context.directory.homeOf(machine);
    // Removed while it was let in.
    if (home === undefined) throw new CausewayError('AUTHENTICATION_FAILED');
    this.#cancelDeadline();
    this.#machine = machine;
    const { departures, presence, reports, sightings } = this.#context;
    const came = !presence.isOnline(machine);
    presence.arrive(machine, this.#link);
    this.#context.logger.debug({ machine, connection: this.#id }, 'control connection of a machine');
    reports.arrived(machine);
    sightings.add(machine, seenAs);
    if (came) {
      departures.came(machine);
      sightings.came(machine, this.#link.address);
      this.#context.moved(home.id, machine);
    }
    return { home };
  }

  #leave(): void {
    if (this.#machine === undefined) return;
    const { departures, directory, presence, sightings } = this.#context;
    const [machine, home] = [this.#machine, directory.homeOf(this.#machine)];
    presence.leave(machine, this.#link);
    sightings.add(machine);
    if (!presence.isOnline(machine) && home !== undefined) {
      sightings.went(machine);
      departures.went(machine);
      this.#context.moved(home.id, machine);
    }
    this.#machine = undefined;
  }

  /** @param request number of the request on this connection */
  #refusal(error: unknown, request: number): CausewayError {
    const refusal = error instanceof CausewayError ? error : new CausewayError('INTERNAL', { issue: 'see its log' });
    // The machine can do nothing about it (a full disk, a bug): whoever runs the server must see it.
    if (ERRORS[refusal.code].http >= 500) {
      this.#context.logger.error({ err: error, connection: this.#id, request }, 'control request failed');
    }
    this.#context.counters.refused(refusal.code);
    return refusal;
  }
}

function malformed(issue: string): CausewayError {
  return new CausewayError('MESSAGE_MALFORMED', { issue });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The id of a request that is malformed otherwise, so that it can still be answered. */
function idOf(json: unknown): number | undefined {
  const id = typeof json === 'object' && json !== null && 'id' in json ? json.id : undefined;
  return Number.isSafeInteger(id) && Number(id) >= 0 ? Number(id) : undefined;
}
