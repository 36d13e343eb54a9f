/** Has the ticket by which the relay lets this machine in, asks for a new one, and knows when that is due. */
import { LIMITS } from '#protocol/limits.ts';
import type { RelayTicket } from './client.ts';

const HALF_LIFE_MS = (LIMITS.TICKET_LIFETIME_S.value * 1_000) / 2;

export interface TicketHolderOptions {
  readonly ask: () => Promise<RelayTicket>;
  /** Milliseconds of the Unix epoch, server's clock. */
  readonly now: () => number;
}

export class TicketHolder {
  readonly #options: TicketHolderOptions;
  #ticket: RelayTicket | undefined;

  constructor(options: TicketHolderOptions) {
    this.#options = options;
  }

  /** Whether an attempt to connect can do without the control plane. */
  get holds(): boolean {
    return this.#leftMs() > LIMITS.CONTROL_TIMEOUT_MS.value;
  }

  /** The ticket in hand while half of its life is left; else a new one; in an outage whatever is still valid. */
  async fresh(): Promise<RelayTicket> {
    if (this.#ticket !== undefined && this.#leftMs() > HALF_LIFE_MS) return this.#ticket;
    try {
      this.#ticket = await this.#options.ask();
    } catch (error) {
      if (this.#ticket === undefined || this.#leftMs() <= 0) throw error;
    }
    return this.#ticket;
  }

  /** In how many milliseconds {@link fresh} is to be called for a new one: at half of its life, and then soon again. */
  get dueMs(): number {
    return Math.max(LIMITS.TICKET_RETRY_MS.value, this.#leftMs() - HALF_LIFE_MS);
  }

  /** The relay does not take it. */
  refused(): void {
    this.#ticket = undefined;
  }

  #leftMs(): number {
    return (this.#ticket?.expiresAt ?? 0) - this.#options.now();
  }
}
