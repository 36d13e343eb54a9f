/**
 * The desktop application without Electron: the built window in Debian's Chromium, and behind it the real
 * {@link Desktop}, attached to a real agent. What Electron does for it, the surroundings, is written down
 * instead, for a test to look at.
 */
import type { Browser, Page } from 'playwright-core';
import type { Preferences } from '#electron/ipc/schema.ts';
import { Desktop } from '#electron/main/desktop.ts';
import type { Notice } from '#electron/main/notices.ts';
import type { Surroundings } from '#electron/main/surroundings.ts';
import { Visit, type VisitOptions } from '../../browser/visit.ts';
import { type DoubleBridge, layBridge } from './double-bridge.ts';

/** As the application makes it at first. */
export const WINDOW_SIZE = { width: 420, height: 640 } as const;

/** What the application did to the desktop around it. */
export interface Deeds {
  readonly copied: string[];
  readonly opened: string[];
  readonly notices: Notice[];
  /** Files that it saved, by name. */
  readonly saved: Map<string, string>;
}

export interface WindowDoubleOptions {
  readonly browser: Browser;
  /** Of the {@link PageServer}. */
  readonly origin: string;
  /** Where the agent listens. */
  readonly socket: string;
  readonly visit?: VisitOptions;
  readonly preferences?: Partial<Preferences>;
}

export class WindowDouble implements AsyncDisposable {
  readonly visit: Visit;
  readonly desktop: Desktop;
  readonly deeds: Deeds;
  readonly #bridge: DoubleBridge;

  private constructor(visit: Visit, desktop: Desktop, deeds: Deeds, bridge: DoubleBridge) {
    this.visit = visit;
    this.desktop = desktop;
    this.deeds = deeds;
    this.#bridge = bridge;
  }

  static async open(options: WindowDoubleOptions): Promise<WindowDouble> {
    const { browser, origin, socket, preferences } = options;
    const visit = await Visit.begin(browser, origin, { viewport: WINDOW_SIZE, ...options.visit });
    const deeds: Deeds = { copied: [], opened: [], notices: [], saved: new Map() };
    let bridge: DoubleBridge | undefined;
    const send: Surroundings['send'] = (event) => void bridge?.send(event);
    const desktop = new Desktop({
      socket,
      surroundings: surroundings(deeds, send, preferences),
      onState: () => undefined,
    });
    desktop.look(true);
    bridge = await layBridge(visit.page, desktop.handlers);
    await visit.goTo('/index.html');
    return new WindowDouble(visit, desktop, deeds, bridge);
  }

  get page(): Page {
    return this.visit.page;
  }

  /** What went wrong in the page or at the bridge; empty when all is well. */
  findings(): readonly string[] {
    return [...this.visit.findings(), ...this.#bridge.bugs];
  }

  /** As if somebody had opened an activation link. */
  offer(token: string): Promise<void> {
    return this.#bridge.send({ type: 'token-offered', token });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.desktop[Symbol.dispose]();
    await this.visit[Symbol.asyncDispose]();
  }
}

export const TEST_PREFERENCES: Preferences = {
  language: 'system',
  colorScheme: 'system',
  startAtLogin: true,
  notifications: true,
};

function surroundings(deeds: Deeds, send: Surroundings['send'], wanted: Partial<Preferences> = {}): Surroundings {
  let preferences: Preferences = { ...TEST_PREFERENCES, ...wanted };
  return {
    send,
    copy: async (text) => {
      deeds.copied.push(text);
    },
    open: async (address) => {
      deeds.opened.push(address);
    },
    save: async (suggestedName, text) => {
      deeds.saved.set(suggestedName, text);
      return `Documents/${suggestedName}`;
    },
    notify: (notice) => deeds.notices.push(notice),
    about: () => ({
      version: '0.1.0',
      electron: 'none (the tests’ double)',
      chromium: 'Debian’s',
      node: process.versions.node,
      systemLanguage: 'en',
    }),
    preferences: {
      get: () => preferences,
      set: (changed) => {
        preferences = changed;
      },
    },
  };
}
