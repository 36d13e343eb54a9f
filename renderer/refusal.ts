/** A refusal as the window meets it: what is wrong, what to do, and a code to look up. */
import type { z } from 'zod';
import type { wireError } from '#protocol/wire-error.ts';

export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** Of the catalogue in docs/errors.md. */
  readonly code: string;
  readonly remedy: string;

  constructor({ code, message, remedy }: z.infer<typeof wireError>) {
    super(message);
    this.code = code;
    this.remedy = remedy;
  }
}
