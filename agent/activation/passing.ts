/** Which refusals of an activation may be over at the next try, without anybody doing anything about the token. */
import { CausewayError, type ErrorCode } from '#protocol/errors.ts';

const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'SERVER_UNREACHABLE',
  'TIMED_OUT',
  'RATE_LIMITED',
  'PROXY_UNREACHABLE',
  'PAC_UNUSABLE',
  // The server is there, and not well.
  'INTERNAL',
  'DATABASE_UNREACHABLE',
]);

export function mayPass(error: unknown): error is CausewayError {
  return error instanceof CausewayError && PASSING.has(error.code);
}
