/**
 * The one catalogue of everything that Causeway refuses: a stable code, what is wrong, what to do.
 * docs/errors.md is printed from it and a test keeps the two equal. Knows no transport.
 *
 * Words in braces are filled from the error's details: `{name}`.
 */

import { DOMAIN_ERRORS } from './domain-errors.ts';
import { LOCK_ERRORS } from './lock-errors.ts';
import { ROLE_ERRORS } from './role-errors.ts';

export interface CatalogueEntry {
  /** What is wrong, one sentence. */
  readonly what: string;
  /** What to do about it, one sentence. */
  readonly remedy: string;
  /** Status when the REST API answers with it (RFC 9110). */
  readonly http: number;
}

export const ERRORS = {
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
  PORT_IN_USE: {
    what: 'Another program already listens on {address}.',
    remedy: 'Stop that program (see `ss -ltnp`), or choose another port with `--listen HOST:PORT`.',
    http: 500,
  },
  PORT_FORBIDDEN: {
    what: 'This user may not listen on {address}.',
    remedy: 'Run as root, or choose a port of 1024 or above with `--listen HOST:PORT`.',
    http: 500,
  },
  LOCAL_PORT_IN_USE: {
    what: 'Another program of this computer already listens on {address}.',
    remedy: 'Stop that program (see `ss -lntup`), or choose another port with `--proxy` or `--forward`.',
    http: 500,
  },
  LOCAL_PORT_FORBIDDEN: {
    what: 'This user may not listen on {address}.',
    remedy: 'Choose a port of 1024 or above with `--proxy` or `--forward`; programs can be told of it.',
    http: 500,
  },
  EXPOSED_PORT_TAKEN: {
    what: 'The port {port} of this machine can not be exposed: it is exposed already.',
    remedy: 'Name each port once with `--expose`.',
    http: 500,
  },
  DIRECTORY_READ_ONLY: {
    what: 'The directory {directory} can not be written to.',
    remedy: 'Run as root, make it writable for this user, or name another directory.',
    http: 500,
  },
  DISK_FULL: {
    what: 'There is no room left on the disk that holds {path}.',
    remedy: 'Free some room; what was stored before is whole, and the refused change can simply be repeated.',
    http: 507,
  },
  STATE_CORRUPT: {
    what: 'The file {path} is damaged and was left as it is.',
    remedy: 'Restore it from a backup, or move it away to start anew.',
    http: 500,
  },
  STATE_TOO_NEW: {
    what: 'The data in {path} was written by a newer version of this program (format {found}, known {known}).',
    remedy: 'Install that version again, or restore a backup made before the update.',
    http: 500,
  },
  SERVER_ALREADY_RUNNING: {
    what: 'Another relay server already uses {directory}.',
    remedy: 'Stop that one first, or name another data directory with `--data DIR`.',
    http: 409,
  },
  DATABASE_UNREACHABLE: {
    what: 'The database does not answer: {cause}.',
    remedy: 'Check that the database server runs and that the address, user and password are right.',
    http: 503,
  },
  CERTIFICATE_UNUSABLE: {
    what: 'The certificate {path} can not be used: {cause}.',
    remedy: 'Give a PEM certificate chain and the PEM private key that belongs to it, or neither.',
    http: 500,
  },
  IDENTITY_CORRUPT: {
    what: 'The identity file {path} is damaged, so this computer can not prove who it is; the file was left as it is.',
    remedy: 'Restore it from a backup, or move it away and activate again with a new token.',
    http: 500,
  },
  IDENTITY_EXPOSED: {
    what: 'The identity file {path} can be read by other users of this computer.',
    remedy:
      'Run `chmod 600` on it; if a stranger may have read it, remove this machine in the portal and activate again.',
    http: 500,
  },
  TUN_MISSING: {
    what: 'This system has no /dev/net/tun, so no virtual adapter can be made.',
    remedy:
      'Load the module with `modprobe tun`; in a container, pass the device in (`--device /dev/net/tun`), or do without by `--userspace`.',
    http: 500,
  },
  PRIVILEGE_MISSING: {
    what: 'This user may not {action}.',
    remedy: 'Do it as root (`sudo`), or {otherwise}.',
    http: 500,
  },
  ADAPTER_NAME_TAKEN: {
    what: 'An interface named {name} exists already and is not ours.',
    remedy: 'Remove it, or choose another name with `--adapter NAME`.',
    http: 500,
  },
  ADAPTER_FAILED: {
    what: 'The virtual adapter failed: {cause}.',
    remedy: 'Run `causeway diagnose`; if it names no cause, report the problem with its output.',
    http: 500,
  },
  COMMAND_MISSING: {
    what: 'The program {command} is not installed, and Causeway needs it to {purpose}.',
    remedy: 'Install it, on Debian and Ubuntu with `apt install {package}`.',
    http: 500,
  },
  ADDRESS_RANGE_OVERLAP: {
    what: 'This computer already has a route to {range}, which Causeway needs.',
    remedy: 'Remove that route or disconnect the other private network that uses the range.',
    http: 500,
  },
  ROUTE_ELSEWHERE: {
    what: 'This computer sends packets for {address} to {interface}, not to Causeway’s adapter {adapter}.',
    remedy:
      'Look at `ip route get {address}` and `ip rule`: another private network takes them; disconnect that one, or leave the range out of its routes.',
    http: 500,
  },
  NAME_SERVERS_CROWDED: {
    what: '{warning}',
    remedy: 'Nothing to do unless names outside Causeway fail; then name fewer servers in /etc/resolv.conf.',
    http: 500,
  },
  STATE_IN_USE: {
    what: 'Another agent already uses the state directory {directory}.',
    remedy: 'Use that agent, or name another directory with `--state DIR`.',
    http: 409,
  },
  AGENT_NOT_RUNNING: {
    what: 'The Causeway agent does not run on this computer (no answer on {socket}).',
    remedy: 'Start it as root with `causeway agent`.',
    http: 503,
  },
  AGENT_SILENT: {
    what: 'The Causeway agent on this computer has said nothing for {seconds} s, so nothing is known of the connection.',
    remedy:
      'Wait a moment if the computer has just woken up; otherwise restart the agent (`systemctl restart causeway`).',
    http: 503,
  },
  AGENT_ALREADY_RUNNING: {
    what: 'A Causeway agent already runs here (it answers on {socket}).',
    remedy:
      'Use it, or stop it first; a second one needs a network namespace, `--socket PATH` and `--state DIR` of its own.',
    http: 409,
  },
  FRAME_TOO_LARGE: {
    what: 'A frame of {size} bytes is over the cap of {cap}.',
    remedy: 'Update the sender: it speaks another version of the protocol.',
    http: 400,
  },
  FRAME_MALFORMED: {
    what: 'A frame or message is shorter than its type demands, or its fields do not fit together.',
    remedy: 'Update the sender: it speaks another version of the protocol.',
    http: 400,
  },
  FRAME_TYPE_UNKNOWN: {
    what: 'A frame has the unknown type {type}; it was ignored.',
    remedy: 'Update this side if the sender is newer.',
    http: 400,
  },
  MESSAGE_MALFORMED: {
    what: 'A message does not have the shape the protocol demands: {issue}.',
    remedy: 'Update the older of the two sides.',
    http: 400,
  },
  GRANT_EXPIRED: {
    what: 'The grant expired at {expiredAt}.',
    remedy: 'Nothing to do: the agent asks for a new one; if this goes on, check both clocks.',
    http: 401,
  },
  GRANT_NOT_FOR_US: {
    what: 'The grant names other machines than the two that talk.',
    remedy:
      'Refresh the policy on the initiating machine; if this goes on, report it: somebody may be replaying grants.',
    http: 401,
  },
  GRANT_FORGED: {
    what: 'The grant is not signed by the control plane of this subscription.',
    remedy: 'If the server was set up anew, activate both machines again; otherwise report it.',
    http: 401,
  },
  TICKET_REFUSED: {
    what: 'The relay does not accept this relay ticket.',
    remedy:
      'Nothing to do: the agent asks for a new one; if this goes on, check that machine and server agree on the time.',
    http: 401,
  },
  POLICY_DENIED: {
    what: '{reason}',
    remedy: 'Ask the administrator to connect the two in the portal.',
    http: 403,
  },
  NAMES_NOT_RESOLVED: {
    what: "This computer's resolver does not find {name}, its own name in the network: {cause}.",
    remedy:
      'See whether another program has rewritten /etc/resolv.conf, or /etc/nsswitch.conf leaves out dns; then run `causeway refresh`.',
    http: 500,
  },
  NAMES_FAILED: {
    what: 'The names of the network could not be set up on this computer: {cause}.',
    remedy: 'Run `causeway diagnose`; if it names no cause, report the problem with its output.',
    http: 500,
  },
  NAME_UNKNOWN: {
    what: 'No machine that this one may reach is called {name}.',
    remedy: 'Check the spelling with `causeway peers`; the administrator can connect the two in the portal.',
    http: 404,
  },
  PEER_UNREACHABLE: {
    what: '{name} does not answer through the tunnel: {cause}.',
    remedy: 'Check that it is switched on and that its agent says connected.',
    http: 504,
  },
  ROLE_TO_ROLE: {
    what: 'Roles can not be connected to roles, nor the instances of one role to each other: the cloud’s own network joins those.',
    remedy: 'Connect each role to a group of computers, or use the network of the cloud between roles.',
    http: 422,
  },
  GROUP_TO_ITSELF: {
    what: 'A group can not be connected to itself.',
    remedy: 'To let its members reach each other, make the group interconnected.',
    http: 422,
  },
  ROLE_INSTANCE_IN_GROUP: {
    what: 'A role instance can not be put in a group: only computers outside the cloud are in groups.',
    remedy: 'Connect its role to the group instead.',
    http: 422,
  },
  EXISTS_ALREADY: {
    what: 'There is already a {kind} called {name}.',
    remedy: 'Choose another name, or change the one that is there.',
    http: 409,
  },
  NOT_FOUND: {
    what: 'There is no {kind} with the id or name {id}.',
    remedy: 'List what there is and check the spelling.',
    http: 404,
  },
  API_KEY_REFUSED: {
    what: 'The API key is missing or not valid.',
    remedy: 'Send `Authorization: Bearer KEY` with a key made by an administrator.',
    http: 401,
  },
  SECRET_REFUSED: {
    what: 'The one-time secret is not valid, or was used already.',
    remedy: 'Print a new one on the server with `causeway-relay reset-admin`.',
    http: 401,
  },
  SIGN_IN_REFUSED: {
    what: 'Name, password or code are not right.',
    remedy: 'Try again; an owner of this server can set a new password for you.',
    http: 401,
  },
  SECOND_FACTOR_NEEDED: {
    what: 'This account also wants the code of its second factor.',
    remedy: 'Enter the six digits that your authenticator shows now.',
    http: 401,
  },
  NOT_SIGNED_IN: {
    what: 'This needs somebody who is signed in, or an API key.',
    remedy: 'Sign in at the portal, or send `Authorization: Bearer <API key>`.',
    http: 401,
  },
  NOT_ALLOWED: {
    what: 'This needs the rights of {needed}; yours are those of {rights}.',
    remedy: 'Ask an owner of this server to do it, or to give you more rights.',
    http: 403,
  },
  NOT_OF_THIS_SUBSCRIPTION: {
    what: 'This API key is for one subscription only, and this is not part of it.',
    remedy: 'Use a key of that subscription, or one for all of them.',
    http: 403,
  },
  ORIGIN_REFUSED: {
    what: 'The request was made by a page of another site, or its origin is not known.',
    remedy: 'Use the portal at its own address; programs send an API key in place of a cookie.',
    http: 403,
  },
  PASSWORD_WEAK: {
    what: 'The password is too easy to guess: {issue}.',
    remedy: 'Take one of at least {least} characters, such as four words that do not belong together.',
    http: 400,
  },
  LAST_OWNER: {
    what: '{name} is the last owner who can sign in.',
    remedy: 'Make somebody else an owner first.',
    http: 409,
  },
  OIDC_FAILED: {
    what: 'Signing in at the identity provider failed: {issue}.',
    remedy: 'Try again; if it stays so, the server’s log and its CAUSEWAY_OIDC_… settings say more.',
    http: 502,
  },
  CHANGED_MEANWHILE: {
    what: '{by} changed {thing} while you were editing it.',
    remedy: 'Nothing of yours was saved or lost: look at what is there now, and save again if you still want to.',
    http: 412,
  },
  POLICY_FILE_MALFORMED: {
    what: 'The policy file is not one: {issue}.',
    remedy: 'Compare it with what `causeway-relay policy export` writes.',
    http: 400,
  },
  MACHINE_OFFLINE: {
    what: '{name} is not connected to this server now.',
    remedy: 'Try again when it is; its last status and history are still shown.',
    http: 409,
  },
  AGENT_TOO_OLD: {
    what: 'The agent of {name} is too old for this (version {version}).',
    remedy: 'Install the present one over it, for example by an install link; it keeps its activation.',
    http: 409,
  },
  INSTALL_LINK_CLOSED: {
    what: 'This install link does not work: it was switched off, has expired, or never was one.',
    remedy: 'Ask the person who sent it for a new one.',
    http: 404,
  },
  REQUEST_MALFORMED: {
    what: 'The request does not have the shape the API demands: {issue}.',
    remedy: 'Compare it with the description at /api/v1/openapi.json.',
    http: 400,
  },
  BODY_TOO_LARGE: {
    what: 'The request body is over the cap of {cap} bytes.',
    remedy: 'Send less at a time.',
    http: 413,
  },
  RATE_LIMITED: {
    what: 'There were too many requests from this sender.',
    remedy: 'Wait for {seconds} seconds and try again.',
    http: 429,
  },
  TIMED_OUT: {
    what: 'There was no answer to {action} within {seconds} seconds.',
    remedy: 'Try again; `causeway diagnose` shows which part does not answer.',
    http: 504,
  },
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

function clip(sentence: string): string {
  return sentence.length > WIRE_SENTENCE_MAX ? `${sentence.slice(0, WIRE_SENTENCE_MAX - 1)}…` : sentence;
}

function fill(sentence: string, details: ErrorDetails): string {
  return sentence.replace(/\{(\w+)\}/g, (braces, key: string) => String(details[key] ?? braces));
}
