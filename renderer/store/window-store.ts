/**
 * All that the window knows: what main told it, and which page stands open. Told from outside whether
 * anybody looks; while nobody does, it listens on and tells no page. Knows no React and no browser.
 */
import type {
  CallArguments,
  CallName,
  CallResult,
  DesktopEvent,
  DesktopState,
  Language,
  Preferences,
  ReachablePeer,
} from '#electron/ipc/schema.ts';
import type { Check } from '#protocol/local-api.ts';
import { TrafficHistory } from '../traffic/traffic-history.ts';

export type PageName = 'status' | 'activate' | 'diagnostics' | 'preferences' | 'about';

export interface Connection {
  call<Name extends CallName>(name: Name, args: CallArguments<Name>): Promise<CallResult<Name>>;
  listen(listener: (event: DesktopEvent) => void): () => void;
  /** Whether the window is on the screen. */
  shown(): boolean;
}

export interface WindowView {
  readonly state: DesktopState;
  /** Null: not read yet. */
  readonly peers: readonly ReachablePeer[] | null;
  /** Why the list could not be read the last time. */
  readonly peersError: unknown;
  readonly preferences: Preferences | null;
  readonly systemLanguage: Language | null;
  readonly page: PageName;
  /** An activation token from a link or file, until the person has said yes or no. */
  readonly offered: string | null;
  /** Of the diagnosis that runs now or ran last. */
  readonly checks: readonly Check[];
}

const AT_FIRST: WindowView = {
  state: { agent: 'starting' },
  peers: null,
  peersError: null,
  preferences: null,
  systemLanguage: null,
  page: 'status',
  offered: null,
  checks: [],
};

export class WindowStore {
  readonly history = new TrafficHistory();
  readonly #connection: Connection;
  readonly #listeners = new Set<() => void>();
  #view = AT_FIRST;
  /** What the pages have seen; falls behind {@link #view} while nobody looks. */
  #told = AT_FIRST;
  #peersAreOld = true;
  #readings = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  start(): void {
    const { call, listen } = this.#connection;
    listen((event) => this.#hear(event));
    call('state', {}).then(
      (state) => this.#hear({ type: 'state', state }),
      () => undefined,
    );
    call('preferences', {}).then(
      (preferences) => this.#change({ preferences }),
      () => undefined,
    );
    call('about', {}).then(
      ({ systemLanguage }) => this.#change({ systemLanguage }),
      () => undefined,
    );
  }

  readonly call: Connection['call'] = (name, args) => this.#connection.call(name, args);

  readonly view = (): WindowView => this.#told;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly go = (page: PageName): void => this.#change({ page });
  readonly forgetOffer = (): void => this.#change({ offered: null });
  readonly clearChecks = (): void => this.#change({ checks: [] });

  /** Reads the list of peers anew; why it failed is in the view. */
  readonly readPeers = async (): Promise<void> => {
    this.#peersAreOld = false;
    const reading = ++this.#readings;
    try {
      const peers = await this.#connection.call('peers', {});
      if (reading === this.#readings) this.#change({ peers, peersError: null });
    } catch (error) {
      if (reading === this.#readings) this.#change({ peersError: error });
    }
  };

  /** To be called when the window comes to the screen or goes from it. */
  shownOrHidden(): void {
    if (!this.#connection.shown()) return;
    this.#tell();
    this.#readPeersIfOld();
  }

  #hear(event: DesktopEvent): void {
    switch (event.type) {
      case 'state':
        this.#changeState(event.state);
        break;
      case 'peers-changed':
        this.#peersAreOld = true;
        this.#readPeersIfOld();
        break;
      case 'check':
        this.#change({ checks: [...this.#view.checks, event.check] });
        break;
      case 'preferences':
        this.#change({ preferences: event.preferences });
        break;
      case 'show':
        this.#change({ page: event.page });
        break;
      case 'token-offered':
        this.#change({ offered: event.token });
        break;
    }
  }

  #changeState(state: DesktopState): void {
    if (state.agent === 'here' && state.peersAt !== null) this.history.record(state.peersAt, state.status.peers);
    const wasJoined = isJoined(this.#view.state);
    // Whom a computer may reach that has left its network, nobody has said.
    this.#change(isJoined(state) || state.agent !== 'here' ? { state } : { state, peers: null, peersError: null });
    if (!wasJoined && isJoined(state)) this.#peersAreOld = true;
    this.#readPeersIfOld();
  }

  #readPeersIfOld(): void {
    if (this.#peersAreOld && isJoined(this.#view.state) && this.#connection.shown()) void this.readPeers();
  }

  #change(changes: Partial<WindowView>): void {
    this.#view = { ...this.#view, ...changes };
    if (this.#connection.shown()) this.#tell();
  }

  #tell(): void {
    if (this.#told === this.#view) return;
    this.#told = this.#view;
    for (const listener of [...this.#listeners]) listener();
  }
}

/** Whether the agent is in a network now, so that there is a list to read. */
function isJoined(state: DesktopState): boolean {
  if (state.agent !== 'here' || state.status.machine === null || state.status.wanted === 'down') return false;
  return state.status.parts.control.state === 'ok';
}
