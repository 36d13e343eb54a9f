/** How the tray looks in a state: icon, tooltip and menu, as data. Pure; tray.ts makes it Electron's. */
import { firstBroken } from '#protocol/status.ts';
import type { DesktopState, Language } from '../ipc/schema.ts';
import { TRAY_WORDS, type TrayWords } from '../words/tray-words.ts';

/** `refreshing` is animated; the others are one picture each. */
export const TRAY_ICONS = ['not-activated', 'connecting', 'connected', 'degraded', 'off', 'refreshing'] as const;
export type TrayIcon = (typeof TRAY_ICONS)[number];

export type TrayAction = 'refresh' | 'connect' | 'disconnect' | 'open' | 'diagnostics' | 'quit' | { copy: string };

export type TrayItem =
  | { readonly type: 'separator' }
  /** Without an action it is only read. */
  | { readonly type: 'item'; readonly label: string; readonly action: TrayAction | null };

export interface TrayLook {
  readonly icon: TrayIcon;
  readonly tooltip: string;
  readonly menu: readonly TrayItem[];
}

/** Of 24 hours, as the window's. */
const CLOCK: Readonly<Record<Language, string>> = { en: 'en-GB', de: 'de-DE' };
const SEPARATOR: TrayItem = { type: 'separator' };

export function trayLook(state: DesktopState, language: Language): TrayLook {
  const words = TRAY_WORDS[language];
  const line = statusLine(state, words, language);
  const machine = state.agent === 'here' ? state.status.machine : null;
  return {
    icon: iconOf(state),
    tooltip: `Causeway: ${line}`,
    menu: [
      item(line, null),
      ...(machine === null
        ? []
        : [
            item(words.thisComputer(machine.name), null),
            item(words.copyAddress(machine.ipv4), { copy: machine.ipv4 }),
          ]),
      SEPARATOR,
      ...actions(state, words),
      item(words.open, 'open'),
      item(words.diagnostics, 'diagnostics'),
      SEPARATOR,
      item(words.quit, 'quit'),
    ],
  };
}

function actions(state: DesktopState, words: TrayWords): TrayItem[] {
  if (state.agent !== 'here' || state.status.machine === null) return [];
  if (state.status.wanted === 'down') return [item(words.connect, 'connect')];
  return [item(words.refresh, state.refreshingSince === null ? 'refresh' : null), item(words.disconnect, 'disconnect')];
}

function iconOf(state: DesktopState): TrayIcon {
  if (state.agent === 'starting') return 'connecting';
  if (state.agent === 'away') return 'degraded';
  return state.refreshingSince !== null ? 'refreshing' : state.status.summary;
}

/** What is true now, in a few words; when something is broken, what and since when. */
export function statusLine(state: DesktopState, words: TrayWords, language: Language): string {
  if (state.agent !== 'here') return words.summary[state.agent];
  const { status, refreshingSince } = state;
  if (refreshingSince !== null) return words.summary.refreshing;
  const broken = status.wanted === 'up' ? firstBroken(status.parts) : null;
  if (broken === null) return words.summary[status.summary];
  const { provenAt } = status.parts[broken];
  const since =
    provenAt === null ? null : new Date(provenAt).toLocaleTimeString(CLOCK[language], { timeStyle: 'short' });
  return words.broken(words.parts[broken], since);
}

function item(label: string, action: TrayAction | null): TrayItem {
  return { type: 'item', label, action };
}
