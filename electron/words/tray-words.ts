/** What the icon, its menu and the notifications say, in every language. */
import type { PartName } from '#protocol/status.ts';
import type { Language } from '../ipc/schema.ts';

export interface TrayWords {
  readonly summary: {
    readonly 'not-activated': string;
    readonly connecting: string;
    readonly connected: string;
    readonly degraded: string;
    readonly off: string;
    readonly away: string;
    readonly starting: string;
    readonly refreshing: string;
  };
  /** Of the chain, as they stand in a sentence: "the relay". */
  readonly parts: Readonly<Record<PartName, string>>;
  broken(part: string, since: string | null): string;
  thisComputer(name: string): string;
  copyAddress(address: string): string;
  readonly refresh: string;
  readonly connect: string;
  readonly disconnect: string;
  readonly open: string;
  readonly diagnostics: string;
  readonly quit: string;
  readonly notices: {
    readonly activationLost: { readonly title: string; readonly body: string };
    readonly disabled: { readonly title: string; readonly body: string };
    readonly enabled: { readonly title: string; readonly body: string };
  };
}

const EN: TrayWords = {
  summary: {
    'not-activated': 'Not activated',
    connecting: 'Connecting…',
    connected: 'Connected',
    degraded: 'Not connected',
    off: 'Switched off',
    away: 'The agent does not answer',
    starting: 'Starting…',
    refreshing: 'Refreshing the policy…',
  },
  parts: {
    activation: 'the activation',
    control: 'the control plane',
    relay: 'the relay',
    adapter: 'the adapter',
    names: 'the names',
  },
  broken: (part, since) => (since === null ? `Broken: ${part}` : `Broken: ${part}, since ${since}`),
  thisComputer: (name) => `This computer: ${name}`,
  copyAddress: (address) => `Copy ${address}`,
  refresh: 'Refresh policy',
  connect: 'Connect',
  disconnect: 'Disconnect',
  open: 'Open Causeway',
  diagnostics: 'Diagnostics…',
  quit: 'Quit',
  notices: {
    activationLost: {
      title: 'This computer is no longer activated',
      body: 'An administrator has removed it. A new activation token brings it back.',
    },
    disabled: {
      title: 'An administrator has switched this computer off',
      body: 'It reaches nobody until it is enabled in the portal again.',
    },
    enabled: { title: 'This computer is connected again', body: 'An administrator has enabled it.' },
  },
};

const DE: TrayWords = {
  summary: {
    'not-activated': 'Nicht aktiviert',
    connecting: 'Verbindet…',
    connected: 'Verbunden',
    degraded: 'Nicht verbunden',
    off: 'Getrennt',
    away: 'Der Agent antwortet nicht',
    starting: 'Startet…',
    refreshing: 'Richtlinie wird neu gelesen…',
  },
  parts: {
    activation: 'die Aktivierung',
    control: 'die Steuerung',
    relay: 'das Relay',
    adapter: 'der Adapter',
    names: 'die Namen',
  },
  broken: (part, since) => (since === null ? `Gestört: ${part}` : `Gestört: ${part}, seit ${since}`),
  thisComputer: (name) => `Dieser Computer: ${name}`,
  copyAddress: (address) => `${address} kopieren`,
  refresh: 'Richtlinie neu lesen',
  connect: 'Verbinden',
  disconnect: 'Trennen',
  open: 'Causeway öffnen',
  diagnostics: 'Diagnose…',
  quit: 'Beenden',
  notices: {
    activationLost: {
      title: 'Dieser Computer ist nicht mehr aktiviert',
      body: 'Ein Administrator hat ihn entfernt. Ein neues Aktivierungs-Token bringt ihn zurück.',
    },
    disabled: {
      title: 'Ein Administrator hat diesen Computer abgeschaltet',
      body: 'Er erreicht niemanden, bis er im Portal wieder freigegeben wird.',
    },
    enabled: { title: 'Dieser Computer ist wieder verbunden', body: 'Ein Administrator hat ihn freigegeben.' },
  },
};

export const TRAY_WORDS: Readonly<Record<Language, TrayWords>> = { en: EN, de: DE };
