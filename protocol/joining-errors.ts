/**
 * The part of the catalogue for joining a subscription: the token, the server behind it, and names.
 * Taken in by errors.ts, from which everybody has it.
 */
import type { CatalogueEntry } from './errors.ts';

export const JOINING_ERRORS = {
  TOKEN_MISTYPED: {
    what: 'The activation token is incomplete or mistyped: its checksum does not fit.',
    remedy: 'Copy the whole token again from the portal or the install link; it starts with cwt1_.',
    http: 400,
  },
  TOKEN_UNKNOWN: {
    what: 'The relay server does not accept this activation token.',
    remedy: 'Ask the administrator for a new activation token of this subscription.',
    http: 401,
  },
  TOKEN_EXPIRED: {
    what: 'The activation token expired at {expiredAt}.',
    remedy: 'Ask the administrator for a new activation token.',
    http: 401,
  },
  TOKEN_REVOKED: {
    what: 'The activation token was revoked by an administrator.',
    remedy: 'Ask the administrator for a new activation token.',
    http: 401,
  },
  TOKEN_EXHAUSTED: {
    what: 'The activation token was already used as often as it may be (uses allowed: {uses}).',
    remedy: 'Ask the administrator for a new activation token or for one with more uses.',
    http: 401,
  },
  SERVER_PIN_MISMATCH: {
    what: 'The server at {server} is not the one the activation token was made for: its key has another fingerprint.',
    remedy:
      'Check that nothing intercepts TLS on the way (an inspecting proxy, a captive portal); if the server was set up anew, activate again with a new token.',
    http: 502,
  },
  SERVER_UNREACHABLE: {
    what: 'The relay server at {server} can not be reached: {cause}.',
    remedy: 'Check that this computer is online and that its firewall lets TCP out to that host and port.',
    http: 502,
  },
  CLOCK_SKEWED: {
    what: "This computer's clock differs from the server's by {skew}.",
    remedy: "Set the clock (for example `timedatectl set-ntp true`); until then Causeway goes by the server's clock.",
    http: 400,
  },
  AUTHENTICATION_FAILED: {
    what: 'Authentication failed.',
    remedy: 'Check the credentials; if this machine was removed by an administrator, activate it again.',
    http: 401,
  },
  MACHINE_DISABLED: {
    what: 'An administrator has disabled this machine.',
    remedy: 'Ask the administrator to enable it in the portal.',
    http: 403,
  },
  NOT_ACTIVATED: {
    what: 'This computer is not activated.',
    remedy: 'Run `causeway up --token TOKEN` with an activation token from the portal.',
    http: 409,
  },
  NOT_CONNECTED: {
    what: 'This computer is activated, but its owner has disconnected it.',
    remedy: 'Run `causeway up`.',
    http: 409,
  },
  ALREADY_ACTIVATED: {
    what: 'This computer is already activated in the subscription {subscription}.',
    remedy: 'Use a token of that subscription, or run `causeway down --forget` first to leave it.',
    http: 409,
  },
  NAME_TAKEN: {
    what: 'The name {name} already belongs to another machine of this subscription.',
    remedy: 'Choose another with `causeway up --token TOKEN --name NAME`, or remove the other machine in the portal.',
    http: 409,
  },
  NAME_INVALID: {
    what: '{name} can not be a name: use 1 to 63 letters, digits and hyphens, beginning and ending with a letter or digit.',
    remedy: 'Choose a name of that form.',
    http: 400,
  },
  DNS_ROUTE_INVALID: {
    what: '{route} can not be an on-premises DNS suffix with its servers: {issue}.',
    remedy: 'Write it as corp.example=dc1,dc2: the suffix, and the machines of this network that answer for it.',
    http: 400,
  },
} as const satisfies Record<string, CatalogueEntry>;
