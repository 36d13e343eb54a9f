/**
 * What Samba's `net` said, as one of our refusals. Pure. Samba has no codes for people's mistakes: its
 * sentences are those of Windows' status codes, which have not changed since Samba 3, and what none of
 * them fits is passed on as it is.
 */
import { CausewayError, type ErrorCode } from '#protocol/errors.ts';
import type { CommandResult } from '../../os/command.ts';

export interface JoinAttempt {
  readonly domain: string;
  readonly account: string;
  readonly computer: string;
  /** The place asked for, as it was written; undefined is the default one. */
  readonly ou: string | undefined;
}

/** In this order: a refusal is often followed by what it led to. */
const VERDICTS: readonly (readonly [RegExp, ErrorCode])[] = [
  [/clock skew|KRB5KRB_AP_ERR_SKEW|NT_STATUS_TIME_DIFFERENCE/i, 'DOMAIN_CLOCK_SKEWED'],
  [
    /attempted logon is invalid|bad username or authentication|preauthentication failed|NT_STATUS_(LOGON_FAILURE|WRONG_PASSWORD|NO_SUCH_USER)|Invalid credentials/i,
    'DOMAIN_PASSWORD_WRONG',
  ],
  [
    /account (is currently disabled|has expired|has been automatically locked)|password (of this account )?(has expired|must be changed)|NT_STATUS_(ACCOUNT_|PASSWORD_)/i,
    'DOMAIN_ACCOUNT_UNUSABLE',
  ],
  [/precreate account in ou .*No such object/i, 'DOMAIN_OU_MISSING'],
  [
    /insufficient access|does not have administrator privileges|NT_STATUS_ACCESS_DENIED|access denied|machine account quota/i,
    'DOMAIN_JOIN_NOT_ALLOWED',
  ],
  [
    /failed to find DC|No logon servers|Didn't find the c?ldap server|NT_STATUS_(IO_TIMEOUT|HOST_UNREACHABLE|NO_LOGON_SERVERS)/i,
    'DOMAIN_CONTROLLER_NOT_FOUND',
  ],
];

/** The refusal that a failed `net ads join` or `net ads leave` amounts to. */
export function netRefusal(result: CommandResult, attempt: JoinAttempt, otherwise: ErrorCode): CausewayError {
  const said = saidBy(result);
  const code = VERDICTS.find(([pattern]) => pattern.test(said))?.[1] ?? otherwise;
  const cause = lastSentence(said);
  return new CausewayError(code, {
    ...attempt,
    ou: attempt.ou ?? 'the default place for computers',
    cause,
    skew: 'more than five minutes',
  });
}

function saidBy({ stdout, stderr }: CommandResult): string {
  const noise = /^Error reading password from file descriptor/;
  return `${stderr}\n${stdout}`
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !noise.test(line))
    .join('\n');
}

/** Samba's own summary, without what it begins with. */
function lastSentence(said: string): string {
  const lines = said.split('\n');
  const summary = lines.findLast((line) => /^Failed to (join|leave) domain/.test(line)) ?? lines.at(-1) ?? '';
  return summary.replace(/^Failed to \w+ domain: /, '').replace(/\.$/, '') || 'it gave no reason';
}
