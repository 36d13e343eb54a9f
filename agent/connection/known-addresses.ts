/**
 * Looks names up by the system, and remembers where a server proved to be: just after a computer's network
 * has changed, the old name server is often out of reach and the new one not yet known, and the C library
 * waits for seconds. Who answers at a remembered address still has to have the server's key.
 */
import { type LookupAddress, lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';

/** A name server answers in some tens of milliseconds; who asks again does so after seconds. */
const PATIENCE_MS = 300;

export class KnownAddresses {
  readonly #known = new Map<string, LookupAddress>();
  readonly #ask: typeof lookup;

  /** @param ask for tests */
  constructor(ask: typeof lookup = lookup) {
    this.#ask = ask;
  }

  /** The server of this name was at this address just now. */
  learn(name: string, address: string): void {
    this.#known.set(name, { address, family: isIP(address) });
  }

  /** For `net.connect`: what the system says, and after a failure or PATIENCE_MS what was known before. */
  readonly lookup: LookupFunction = (name, options, callback) => {
    let timer: NodeJS.Timeout | undefined;
    let answered = false;
    const answer = (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => {
      if (answered) return;
      answered = true;
      clearTimeout(timer);
      const [first] = found;
      if (options.all) callback(error, found);
      else callback(error, first?.address ?? '', first?.family);
    };
    const known = this.#known.get(name);
    if (known !== undefined) timer = setTimeout(() => answer(null, [known]), PATIENCE_MS);
    this.#ask(name, { ...options, all: true }, (error, found) => {
      if (error !== null && known !== undefined) answer(null, [known]);
      else answer(error, found ?? []);
    });
  };
}
