/**
 * The desktop application without its screen, attached to the agent of this host: prints what its icon
 * shows, at every change and every 200 ms. A program for the lab's hosts.
 *
 *     node shown-state.ts        prints {"at": EPOCH_MS, "icon": "connected", "says": "Causeway: Connected"}
 */
import { agentSocket } from '#electron/main/agent-socket.ts';
import { Desktop } from '#electron/main/desktop.ts';
import type { Surroundings } from '#electron/main/surroundings.ts';
import { trayLook } from '#electron/main/tray-look.ts';

const SAMPLE_MS = 200;

let preferences: ReturnType<Surroundings['preferences']['get']> = {
  language: 'en',
  colorScheme: 'system',
  startAtLogin: false,
  notifications: false,
};

const surroundings: Surroundings = {
  send: () => undefined,
  copy: async () => undefined,
  save: async () => null,
  open: async () => undefined,
  notify: () => undefined,
  about: () => {
    throw new Error('nobody asks here');
  },
  preferences: {
    get: () => preferences,
    set: (changed) => {
      preferences = changed;
    },
  },
};

let shown = '';
const desktop = new Desktop({ socket: agentSocket([], {}), surroundings, onState: () => print(false) });
setInterval(() => print(true), SAMPLE_MS);

function print(always: boolean): void {
  const { icon, tooltip } = trayLook(desktop.state, 'en');
  if (!always && `${icon} ${tooltip}` === shown) return;
  shown = `${icon} ${tooltip}`;
  process.stdout.write(`${JSON.stringify({ at: Date.now(), icon, says: tooltip })}\n`);
}
