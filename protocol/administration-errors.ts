/**
 * The part of the catalogue for those who administer: the policy, sign-ins, and the REST API.
 * Taken in by errors.ts, from which everybody has it.
 */
import type { CatalogueEntry } from './errors.ts';

export const ADMINISTRATION_ERRORS = {
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
  INSTALLER_NAME_TOO_LONG: {
    what: 'The address of this server is too long for the activation token to fit into the name of {file}.',
    remedy:
      'Download it without the token, and paste the token when Causeway asks for it, or hand it to the installer as ACTIVATIONTOKEN=TOKEN.',
    http: 409,
  },
  INSTALLER_WITHOUT_PLACE: {
    what: '{file} has no place for an activation token: it was not made by the build of Causeway.',
    remedy: 'Download it without the token, and paste the token when Causeway asks for it.',
    http: 409,
  },
  AUDIT_CHANGED: {
    what: 'The audit is not as it was written, at entry {position}: {issue}.',
    remedy:
      'Take the server for compromised; the entries before that number are sound, and a backup may have the others.',
    http: 500,
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
} as const satisfies Record<string, CatalogueEntry>;
