/** The window with a script in the place of the application: it shows what it is told to, and answers alike. */
import type { Page } from 'playwright-core';
import type { DesktopEvent, DesktopState, Preferences, ReachablePeer } from '#electron/ipc/schema.ts';
import type { CallHandlers } from '#electron/main/calls.ts';
import { CausewayError } from '#protocol/errors.ts';
import { type DoubleBridge, layBridge } from './double-bridge.ts';

const PLAYED_PREFERENCES: Preferences = {
  language: 'system',
  colorScheme: 'system',
  startAtLogin: true,
  notifications: true,
};

export interface Play {
  /** As it is now; asked for when the page asks, and every second. */
  readonly state: () => DesktopState;
  /** As it was at a time before; without it nothing was heard before. */
  readonly past?: (at: number) => DesktopState;
  readonly peers?: readonly ReachablePeer[];
  readonly preferences?: Partial<Preferences>;
  /** Answers of some calls; the others are refused. */
  readonly calls?: Partial<CallHandlers>;
}

const SPEAKS_EVERY_MS = 1_000;
const PAST_MS = 125_000;

export class PlayedWindow implements Disposable {
  readonly #bridge: DoubleBridge;
  readonly #play: Play;
  readonly #speaking: NodeJS.Timeout;

  private constructor(bridge: DoubleBridge, play: Play) {
    this.#bridge = bridge;
    this.#play = play;
    this.#speaking = setInterval(() => void this.send({ type: 'state', state: play.state() }), SPEAKS_EVERY_MS);
  }

  static async open(page: Page, play: Play): Promise<PlayedWindow> {
    return new PlayedWindow(await layBridge(page, handlersOf(play)), play);
  }

  send(...events: DesktopEvent[]): Promise<void> {
    return this.#bridge.send(...events);
  }

  /** Tells of the last two minutes, so that there is a graph to see. */
  async tellThePast(): Promise<void> {
    const { past } = this.#play;
    if (past === undefined) return;
    const now = Date.now();
    const events: DesktopEvent[] = [];
    for (let at = now - PAST_MS; at < now; at += SPEAKS_EVERY_MS) events.push({ type: 'state', state: past(at) });
    await this.send(...events, { type: 'state', state: this.#play.state() });
  }

  get bugs(): readonly string[] {
    return this.#bridge.bugs;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#speaking);
  }
}

function handlersOf({ state, peers = [], preferences, calls }: Play): CallHandlers {
  const refused = () => Promise.reject(new CausewayError('NOT_CONNECTED'));
  let chosen: Preferences = { ...PLAYED_PREFERENCES, ...preferences };
  return {
    state: async () => state(),
    peers: async () => [...peers],
    up: refused,
    down: refused,
    refresh: refused,
    ping: async () => ({ roundTripMs: 12.3 }),
    services: async () => ['ssh', 'https'],
    openService: async () => ({}),
    diagnose: refused,
    saveDiagnostics: async () => ({ path: 'Documents/causeway-diagnostics-202611281405.json' }),
    copy: async () => ({}),
    preferences: async () => chosen,
    changePreferences: async (changes) => {
      const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
      chosen = { ...chosen, ...given };
      return chosen;
    },
    about: async () => {
      const said = state();
      return {
        version: '0.1.0',
        agentVersion: said.agent === 'here' ? said.status.version : null,
        electron: '45.0.0',
        chromium: '148.0.7778.5',
        node: '24.9.0',
        systemLanguage: 'en',
      };
    },
    ...calls,
  };
}
