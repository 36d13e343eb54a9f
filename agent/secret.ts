/**
 * A value that must not appear in logs, messages or dumps: whoever prints it by accident prints dots.
 */
import { inspect } from 'node:util';

const SHOWN = '•••';

export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. Never log it, write it to a file, or put it into the arguments of a program. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}
