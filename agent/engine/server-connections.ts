/**
 * The connections to control plane and relay as a pair: tried and proven together, and doubted together when
 * the computer's surroundings have changed. What they come to is on the board, written by whoever hears of it.
 */
import type { Part } from '#protocol/status.ts';
import type { ControlClient } from '../control/client.ts';
import type { RelayClient } from '../relay/client.ts';
import type { Change } from '../surroundings.ts';
import type { StatusBoard } from './status-board.ts';

export interface ServerConnectionsOptions {
  readonly board: Pick<StatusBoard, 'parts' | 'pending' | 'until'>;
  readonly control: Pick<ControlClient, 'online' | 'connectNow' | 'connectAfresh' | 'reconnect' | 'giveUp'>;
  readonly relay: Pick<RelayClient, 'connected' | 'connectNow' | 'connectAfresh' | 'giveUp'>;
  /** Whether the relay would let this machine in without the control plane being asked. */
  readonly holdsTicket: () => boolean;
  /** Where each of the two leads, as origins. */
  readonly servers: () => { readonly control: string; readonly relay: string };
  /** Whether a connection from this address of ours may live. */
  readonly mayLive: (localAddress: string) => boolean;
}

export class ServerConnections {
  readonly #options: ServerConnectionsOptions;

  constructor(options: ServerConnectionsOptions) {
    this.#options = options;
  }

  /** Tries at once instead of waiting for a turn. */
  tryAgain(): void {
    const { board, control, relay } = this.#options;
    const { parts } = board;
    for (const name of ['control', 'relay'] as const) if (parts[name].state === 'failed') board.pending(name);
    control.connectNow();
    // Else it follows once there is a ticket.
    if (control.online) relay.connectNow();
  }

  /** Asks both for a sign of life. @returns when both have answered or failed, or when the signal fires */
  async prove(signal: AbortSignal): Promise<void> {
    const { board, control, relay } = this.#options;
    const since = Date.now();
    control.connectNow();
    relay.connectNow();
    const isSettled = ({ state, provenAt }: Part) =>
      state === 'failed' || state === 'off' || (state === 'ok' && provenAt !== null && provenAt >= since);
    await board.until(
      // Without the control plane the relay may have to wait for a ticket.
      (parts) =>
        isSettled(parts.control) &&
        (isSettled(parts.relay) || (parts.relay.state === 'pending' && parts.control.state !== 'ok')),
      signal,
    );
  }

  /** It owes an answer for longer than answers take. */
  doubtful(name: 'control' | 'relay'): void {
    const { board } = this.#options;
    if (board.parts[name].state === 'ok') board.pending(name);
  }

  /**
   * What was proven before this computer slept, or by another way out, is shown as being tried until it has
   * proven itself again.
   */
  surroundingsChanged(change: Change): void {
    const { control, relay, holdsTicket, mayLive } = this.#options;
    switch (change) {
      case 'cut-off':
        this.#giveUp('this computer has no network');
        return;
      case 'clock':
        this.#doubtBoth();
        // Grants and handshakes go by the server's time, and only a new challenge tells it.
        control.reconnect();
        if (relay.connected) relay.connectAfresh(mayLive);
        return;
      case 'pause':
      case 'way-out':
        this.#doubtBoth();
        control.connectAfresh(mayLive);
        // Without waiting for the control connection, if the relay will let us in.
        if (relay.connected || holdsTicket()) relay.connectAfresh(mayLive);
        return;
      case 'addresses':
        control.connectNow();
        if (control.online || relay.connected) relay.connectNow();
    }
  }

  /** A server on this computer needs no network. */
  #giveUp(cause: string): void {
    const { control, relay, servers } = this.#options;
    const { control: controlServer, relay: relayServer } = servers();
    if (!isLoopback(controlServer)) control.giveUp(cause);
    if (!isLoopback(relayServer)) relay.giveUp(cause);
  }

  #doubtBoth(): void {
    const { board } = this.#options;
    const { parts } = board;
    for (const name of ['control', 'relay'] as const) if (!isRefused(parts[name])) board.pending(name);
  }
}

/** Refused by people, whatever the network does. */
function isRefused({ state, error }: Part): boolean {
  return state === 'failed' && (error?.code === 'MACHINE_DISABLED' || error?.code === 'AUTHENTICATION_FAILED');
}

function isLoopback(server: string): boolean {
  return /^(localhost|127\.|\[::1\])/.test(new URL(server).hostname);
}
