/**
 * The application without its screen: holds the state, listens to the agent, answers the window's calls.
 * Knows no Electron; what it needs of the desktop is in {@link Surroundings}.
 */
import { CausewayError } from '#protocol/errors.ts';
import { fullName, type Label, parseLabel } from '#protocol/names.ts';
import type { DesktopState, Language, PolicyRefresh, Preferences, ReachablePeer } from '../ipc/schema.ts';
import { AgentLink } from './agent-link.ts';
import type { CallHandlers } from './calls.ts';
import { type AgentNews, nextState } from './desktop-state.ts';
import { noticeOf } from './notices.ts';
import { serviceAddress, servicesOf } from './peer-services.ts';
import { refreshOf } from './policy-refresh.ts';
import type { Surroundings } from './surroundings.ts';

export interface DesktopOptions {
  /** Of the agent's owner. */
  readonly socket: string;
  readonly surroundings: Surroundings;
  /** After every change of what the icon or the window shows. */
  readonly onState: (state: DesktopState) => void;
  /** The agent that this application may run itself. */
  readonly hosting?: { readonly settled: Promise<void>; readonly failure: CausewayError | undefined };
}

export class Desktop implements Disposable {
  readonly #options: DesktopOptions;
  readonly #link: AgentLink;
  #state: DesktopState = { agent: 'starting' };
  /** Who could be reached when the list was last read. */
  #peers: readonly ReachablePeer[] = [];
  #peersOf: number | null = null;
  #refreshing: Promise<PolicyRefresh> | undefined;

  constructor(options: DesktopOptions) {
    this.#options = options;
    this.#link = new AgentLink({
      socket: options.socket,
      onNews: (news) => this.#hear(news),
      absence: () => options.hosting?.failure,
    });
    void this.#listen();
  }

  get state(): DesktopState {
    const state = this.#state;
    return state.agent === 'here' ? { ...state, heardAt: Math.max(state.heardAt, this.#link.heardAt) } : state;
  }

  /** Whether somebody looks at the window: what changes every second is asked for only then. */
  look(looking: boolean): void {
    this.#link.look(looking);
  }

  get language(): Language {
    const { surroundings } = this.#options;
    const { language } = surroundings.preferences.get();
    return language === 'system' ? surroundings.about().systemLanguage : language;
  }

  /** One at a time: who asks during a refresh gets its result. */
  refresh(): Promise<PolicyRefresh> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  readonly handlers: CallHandlers = {
    state: async () => this.state,
    up: async ({ token }) => this.#link.call('up', token === undefined ? {} : { token }),
    down: async ({ forget }) => this.#link.call('down', { forget }),
    refresh: async () => this.refresh(),
    peers: async () => this.#readPeers(),
    ping: async ({ peer }) => {
      const { roundTripMs } = await this.#link.call('ping', { target: peer });
      return { roundTripMs };
    },
    services: async ({ peer }) => servicesOf(this.#peerNamed(peer).ipv4),
    openService: async ({ peer, service }) => {
      const { name } = this.#peerNamed(peer);
      const { surroundings } = this.#options;
      await surroundings.open(serviceAddress(fullName(parseLabel(name), this.#subscription()), service));
      return {};
    },
    diagnose: async () => {
      const { checks } = await this.#link.call('diagnose', {}, (made) => {
        this.#options.surroundings.send({ type: 'check', check: made });
      });
      return checks;
    },
    saveDiagnostics: async () => {
      const bundle = await this.#link.call('bundle', {});
      const name = `causeway-diagnostics-${new Date().toISOString().slice(0, 16).replace(/\D/g, '')}.json`;
      const path = await this.#options.surroundings.save(name, JSON.stringify(bundle, null, 2));
      return path === null ? null : { path };
    },
    copy: async ({ text }) => {
      await this.#options.surroundings.copy(text);
      return {};
    },
    preferences: async () => this.#options.surroundings.preferences.get(),
    changePreferences: async (changes) => this.#changePreferences(changes),
    about: async () => {
      const agentVersion = this.#state.agent === 'here' ? this.#state.status.version : null;
      return { ...this.#options.surroundings.about(), agentVersion };
    },
  };

  [Symbol.dispose](): void {
    this.#link[Symbol.dispose]();
  }

  /** An agent that is just being started here is not said to be missing. */
  async #listen(): Promise<void> {
    await this.#options.hosting?.settled;
    await this.#link.run();
  }

  #hear(news: AgentNews): void {
    const [before, after] = [this.#state, nextState(this.#state, news, Date.now())];
    if (after === before) return;
    this.#state = after;
    const { surroundings, onState } = this.#options;
    surroundings.send({ type: 'state', state: after });
    onState(after);
    const notice = noticeOf(before, after, this.language);
    if (notice !== undefined && surroundings.preferences.get().notifications) surroundings.notify(notice);
    const version = after.agent === 'here' ? after.status.policyVersion : this.#peersOf;
    if (version === this.#peersOf) return;
    const first = this.#peersOf === null;
    this.#peersOf = version;
    void this.#policyChanged(version, first);
  }

  /** Policy comes by itself too: what that brought is told as after a refresh. */
  async #policyChanged(policyVersion: number | null, first: boolean): Promise<void> {
    const before = this.#peers;
    try {
      const refresh = refreshOf(before, await this.#readPeers(), Date.now(), policyVersion);
      if (!first && refresh.gained.length + refresh.lost.length > 0) this.#hear({ type: 'policy-changed', refresh });
    } catch {
      // Not connected just now; the next version, or a refresh, reads them.
    }
    this.#options.surroundings.send({ type: 'peers-changed' });
  }

  async #refresh(): Promise<PolicyRefresh> {
    this.#hear({ type: 'refresh-began' });
    const [began, before] = [Date.now(), this.#peers];
    let refresh: PolicyRefresh | null = null;
    try {
      const { policyVersion } = await this.#link.call('refresh', {});
      refresh = refreshOf(before, await this.#readPeers(), Date.now(), policyVersion);
      const last = this.#state.agent === 'here' ? this.#state.lastRefresh : null;
      // What it brought may have come by itself a moment before.
      if (last !== null && last.at >= began) refresh = { ...refresh, gained: last.gained, lost: last.lost };
      this.#options.surroundings.send({ type: 'peers-changed' });
      return refresh;
    } finally {
      this.#hear({ type: 'refresh-ended', refresh });
    }
  }

  async #readPeers(): Promise<ReachablePeer[]> {
    const { peers } = await this.#link.call('peers', {});
    this.#peers = peers;
    return peers;
  }

  /** @throws CausewayError NAME_UNKNOWN: the window may only name machines that the agent has named */
  #peerNamed(name: string): ReachablePeer {
    const peer = this.#peers.find((peer) => peer.name === name);
    if (peer === undefined) throw new CausewayError('NAME_UNKNOWN', { name });
    return peer;
  }

  #subscription(): Label {
    const machine = this.#state.agent === 'here' ? this.#state.status.machine : null;
    if (machine === null) throw new CausewayError('NOT_ACTIVATED');
    return parseLabel(machine.subscription);
  }

  #changePreferences(changes: { [Name in keyof Preferences]?: Preferences[Name] | undefined }): Preferences {
    const { surroundings } = this.#options;
    const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    const preferences: Preferences = { ...surroundings.preferences.get(), ...given };
    surroundings.preferences.set(preferences);
    surroundings.send({ type: 'preferences', preferences });
    // The icon speaks the language too.
    this.#options.onState(this.#state);
    return preferences;
  }
}
