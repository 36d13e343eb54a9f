/**
 * The control plane put together: directory, policy, grants and notices over a store, a clock and
 * randomness that are passed in. Edges open sessions on it; the API administers through its context.
 */
import type { Logger } from 'pino';
import type { ServerPin } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { Clock } from '../clock.ts';
import type { Random } from '../random.ts';
import { Rate } from '../rate.ts';
import type { Store } from '../store/store.ts';
import type { GrantKey } from '../tls/grant-key.ts';
import { Access } from './access/access.ts';
import { OidcProvider } from './access/oidc-provider.ts';
import type { OidcSettings } from './access/oidc-settings.ts';
import { removeMachine, removeMachines } from './administration/machines.ts';
import { AgentReports } from './agent-reports.ts';
import { AuditIds } from './audit.ts';
import { AuditKeeping } from './audit-keeping.ts';
import { Changers } from './changes/changers.ts';
import type { RelayPort } from './context.ts';
import { Counters } from './counters.ts';
import { Directory } from './directory.ts';
import { InstanceDepartures } from './instance-departures.ts';
import { LiveEvents } from './live-events.ts';
import { LiveGrants } from './live-grants.ts';
import { Notices } from './notices.ts';
import { type Link, Presence } from './presence.ts';
import { Session, type SessionContext } from './session.ts';
import { Sightings } from './sightings.ts';
import { Turns } from './turns.ts';

const MINUTE_MS = 60_000;
/** Expired grants cost memory only; they are looked for this often, and only while machines are here. */
const SWEEP_EVERY_MS = 5 * MINUTE_MS;

/** In the audit, for what nobody has asked for. */
const ITSELF = { kind: 'server', id: '', name: 'the server itself', address: '' } as const;

export interface ControlOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly grantKey: GrantKey;
  readonly relay: RelayPort;
  readonly logger: Logger;
  readonly serverVersion: string;
  readonly serverUrl: () => string;
  readonly pin: ServerPin;
  /** How long role instances that have stopped without goodbye stay; null: for ever. By default INSTANCE_GONE_MS. */
  readonly instancesGoneAfterMs?: number | null | undefined;
  /** Where people may sign in by an identity provider. */
  readonly oidc?: OidcSettings | undefined;
}

export class ControlPlane {
  readonly context: SessionContext;
  /** What open pages are told. */
  readonly events: LiveEvents;
  readonly #sessions = new Set<Session>();
  readonly #auditKeeping: AuditKeeping;
  #cancelSweep: (() => void) | undefined;

  private constructor(options: ControlOptions, directory: Directory) {
    const { clock, relay, logger, store } = options;
    const [grants, presence, counters] = [new LiveGrants(), new Presence(), new Counters()];
    const notices = new Notices({
      clock,
      grants,
      presence,
      relay,
      counters,
      successions: options.grantKey.successions,
    });
    const turns = new Turns();
    const auditIds = new AuditIds(options.random);
    const oidc = options.oidc === undefined ? null : new OidcProvider(options.oidc, clock, options.random);
    const access = new Access({ store, clock, random: options.random, auditIds, logger, oidc });
    this.#auditKeeping = new AuditKeeping({ audit: store.audit, clock, logger });
    this.events = new LiveEvents({
      clock,
      serverVersion: options.serverVersion,
      presenceOf: (subscription, id) => {
        if (directory.get(subscription)?.machine(id) === undefined) return undefined;
        const onRelay = relay.isConnected(subscription, id) || presence.reportOf(id)?.relay === 'connected';
        return { id, online: presence.isOnline(id), relay: onRelay ? 'connected' : 'disconnected' };
      },
    });
    access.listen({
      changed: (kind, by) => this.events.changed({ subscription: null, kinds: [kind], by, policyVersion: null }),
      ended: (id) => this.events.endSession(id),
      renewed: (id) => this.events.letComeBack(id),
    });
    const { instancesGoneAfterMs = LIMITS.INSTANCE_GONE_MS.value } = options;
    this.context = {
      ...options,
      directory,
      grants,
      presence,
      counters,
      notices,
      turns,
      changers: new Changers(),
      announcer: this.events,
      auditIds,
      access,
      reports: new AgentReports(clock, presence),
      moved: (subscription, machine) => this.events.moved(subscription, machine),
      sightings: new Sightings({ store, directory, clock, logger }),
      departures: new InstanceDepartures({
        directory,
        presence,
        clock,
        logger,
        goneAfterMs: instancesGoneAfterMs,
        remove: (subscription, machines) => removeMachines({ ...this.context, by: ITSELF }, subscription, machines),
      }),
      requestRate: new Rate(LIMITS.REQUESTS_PER_MACHINE_PER_MINUTE.value, MINUTE_MS),
      writeRate: new Rate(LIMITS.WRITES_PER_MACHINE_PER_MINUTE.value, MINUTE_MS),
      activationRate: new Rate(LIMITS.ACTIVATIONS_PER_ADDRESS_PER_MINUTE.value, MINUTE_MS),
      removeMachine: (subscription, { id, name }) => {
        const by = { kind: 'machine', id, name, address: '' } as const;
        return removeMachine({ ...this.context, by }, subscription, id);
      },
    };
  }

  /** Reads the directory from the store. */
  static async start(options: ControlOptions): Promise<ControlPlane> {
    const control = new ControlPlane(options, new Directory(await options.store.readDirectory()));
    await control.#auditKeeping.look();
    control.context.departures.start();
    return control;
  }

  /** @returns a session to hand the link's messages to; tell it when the link has closed. */
  open(link: Link): Session {
    const session = new Session(this.context, link);
    this.#sessions.add(session);
    this.#cancelSweep ??= this.context.clock.after(SWEEP_EVERY_MS, () => this.#sweep());
    return session;
  }

  closed(session: Session): void {
    session.closed();
    this.#sessions.delete(session);
  }

  /** Control connections, authenticated or not. */
  get sessions(): number {
    return this.#sessions.size;
  }

  /** After the edges are closed: waits for changes under way and writes what has gathered. */
  async close(): Promise<void> {
    this.#cancelSweep?.();
    this.context.notices.close();
    this.#auditKeeping.close();
    this.context.departures.close();
    this.events.close();
    await this.context.turns.idle();
    await this.context.sightings.flush();
    await this.context.access.close();
  }

  #sweep(): void {
    this.context.grants.sweep(this.context.clock.now());
    this.context.reports.sweep((machine) => this.context.directory.homeOf(machine) !== undefined);
    this.#cancelSweep =
      this.#sessions.size > 0 ? this.context.clock.after(SWEEP_EVERY_MS, () => this.#sweep()) : undefined;
  }
}
