/**
 * The agent's last lines, kept in memory for whoever is asked for help. Bounded in number and length;
 * secrets are taken out on the way in.
 */
import { LIMITS } from '#protocol/limits.ts';
import { redacted } from './redaction.ts';

export class LogRing {
  readonly #now: () => number;
  readonly #lines: string[] = [];

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  add(message: string, details: Record<string, unknown>): void {
    const more = Object.keys(details).length === 0 ? '' : ` ${JSON.stringify(details)}`;
    const line = redacted(`${new Date(this.#now()).toISOString()} ${message}${more}`);
    const most = LIMITS.LOG_LINE_MAX_CHARACTERS.value;
    this.#lines.push(line.length > most ? `${line.slice(0, most - 1)}…` : line);
    if (this.#lines.length > LIMITS.LOG_LINES_KEPT_MAX.value) this.#lines.shift();
  }

  lines(): string[] {
    return [...this.#lines];
  }
}
