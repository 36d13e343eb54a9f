/**
 * The one catalogue of everything that Causeway refuses: a stable code, what is wrong, what to do.
 * docs/errors.md is printed from it and a test keeps the two equal. Those of each part stand in
 * a file of their own that this one takes in. Knows no transport.
 *
 * Words in braces are filled from the error's details: `{name}`.
 */

import { ADMINISTRATION_ERRORS } from './administration-errors.ts';
import { COMPUTER_ERRORS } from './computer-errors.ts';
import { DOMAIN_ERRORS } from './domain-errors.ts';
import { JOINING_ERRORS } from './joining-errors.ts';
import { LOCK_ERRORS } from './lock-errors.ts';
import { NETWORK_ERRORS } from './network-errors.ts';
import { PATH_ERRORS } from './path-errors.ts';
import { PROXY_ERRORS } from './proxy-errors.ts';
import { ROLE_ERRORS } from './role-errors.ts';
import { UPKEEP_ERRORS } from './upkeep-errors.ts';

export interface CatalogueEntry {
  /** What is wrong, one sentence. */
  readonly what: string;
  /** What to do about it, one sentence. */
  readonly remedy: string;
  /** Status when the REST API answers with it (RFC 9110). */
  readonly http: number;
}

export const ERRORS = {
  ...JOINING_ERRORS,
  ...COMPUTER_ERRORS,
  ...NETWORK_ERRORS,
  ...PATH_ERRORS,
  ...PROXY_ERRORS,
  ...UPKEEP_ERRORS,
  ...ADMINISTRATION_ERRORS,
  ...DOMAIN_ERRORS,
  ...LOCK_ERRORS,
  ...ROLE_ERRORS,
  USAGE: {
    what: '{issue}',
    remedy: 'See `--help`.',
    http: 400,
  },
  INTERNAL: {
    what: 'Causeway made a mistake: {issue}.',
    remedy: 'Please report it with the log around this moment.',
    http: 500,
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof ERRORS;

/** Characters of a sentence on the wire; what is longer was filled with somebody else's text and is clipped. */
export const WIRE_SENTENCE_MAX = 500;

/** What fills the braces of an entry. Never put secrets here: details are logged and shown. */
export type ErrorDetails = Readonly<Record<string, string | number>>;

/** An expected refusal. Bugs are any other Error; a cancelled wait is the signal's own AbortError. */
export class CausewayError extends Error {
  readonly code: ErrorCode;
  readonly remedy: string;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, details: ErrorDetails = {}, options?: { cause?: unknown }) {
    super(fill(ERRORS[code].what, details), options);
    this.name = 'CausewayError';
    this.code = code;
    this.remedy = fill(ERRORS[code].remedy, details);
    this.details = details;
  }

  /** The wire form, the same in REST answers, control messages and the local API. */
  toWire(): WireError {
    return { code: this.code, message: clip(this.message), remedy: clip(this.remedy), details: this.details };
  }
}

export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly remedy: string;
  readonly details?: ErrorDetails | undefined;
}

/** Turns a received {@link WireError} back into an error; a code this version does not know becomes INTERNAL. */
export function fromWire(wire: { code: string; message: string; details?: ErrorDetails | undefined }): CausewayError {
  return isErrorCode(wire.code)
    ? new CausewayError(wire.code, wire.details ?? {})
    : new CausewayError('INTERNAL', { issue: wire.message });
}

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}

/** Whether `error` is the expected refusal `code`. */
export function isRefusal(error: unknown, code?: ErrorCode): error is CausewayError {
  return error instanceof CausewayError && (code === undefined || error.code === code);
}

/** What to say of anything that was thrown: a refusal says it itself, all else is a bug. */
export function asRefusal(error: unknown): CausewayError {
  if (error instanceof CausewayError) return error;
  const issue = error instanceof Error ? error.message : String(error);
  return new CausewayError('INTERNAL', { issue }, { cause: error });
}

function clip(sentence: string): string {
  return sentence.length > WIRE_SENTENCE_MAX ? `${sentence.slice(0, WIRE_SENTENCE_MAX - 1)}…` : sentence;
}

function fill(sentence: string, details: ErrorDetails): string {
  return sentence.replace(/\{(\w+)\}/g, (braces, key: string) => String(details[key] ?? braces));
}
