/**
 * The part of the catalogue that the subscription lock refuses with. Taken in by errors.ts, from which
 * everybody has it.
 */
import type { CatalogueEntry } from './errors.ts';

export const LOCK_ERRORS = {
  LOCK_MACHINE_UNSIGNED: {
    what: 'The subscription is locked, and no lock key has signed the machine {name} as it is now.',
    remedy:
      'An administrator compares its key and signs it, in the portal at Lock or with `causeway-relay lock sign`; tokens that are signed before make that unnecessary.',
    http: 403,
  },
  LOCK_POLICY_UNSIGNED: {
    what: 'The subscription is locked, and the policy that its lock key signed does not let {a} and {b} reach each other.',
    remedy: 'An administrator signs the present policy, in the portal at Lock or with `causeway-relay lock sign`.',
    http: 403,
  },
  LOCK_STATEMENT_REFUSED: {
    what: 'The relay server shows a lock of the subscription that does not follow from the one this machine holds: {issue}.',
    remedy:
      'Nothing is taken from it, and the lock stays as it was; ask the administrators whether they changed its keys, and if not, take the server for compromised.',
    http: 409,
  },
  LOCK_ROLLED_BACK: {
    what: 'The relay server shows an older lock of the subscription than this key has seen, which was number {seen}, or another in its place: what was withdrawn since would count again.',
    remedy:
      'Sign nothing, and take the server for compromised; only if it was restored from an older backup, compare all keys and machines, remove {path}, and sign then.',
    http: 409,
  },
  LOCK_TOKEN_FOREIGN: {
    what: 'The activation token was signed before by a lock key of the subscription, and the relay server shows no lock with that key.',
    remedy: 'Ask the administrator for a new token; if the lock was not switched off, take the server for compromised.',
    http: 409,
  },
  LOCK_OFF: {
    what: 'The subscription is not locked.',
    remedy: 'Set the lock up first, in the portal at Lock or with `causeway-relay lock init`.',
    http: 409,
  },
  LOCK_ON: {
    what: 'The subscription is locked already.',
    remedy: 'Sign with one of its keys, or release the lock first.',
    http: 409,
  },
  LOCK_KEY_MALFORMED: {
    what: 'That is no lock key: {issue}.',
    remedy: 'Choose the file that was saved when the lock was set up; the line with the key starts with cwl1_.',
    http: 400,
  },
  LOCK_KEY_FOREIGN: {
    what: 'The lock of the subscription does not know this key.',
    remedy: 'Use one of its keys: {keys}.',
    http: 403,
  },
  LOCK_KEY_EXPOSED: {
    what: 'The lock key in {path} can be read by other users of this computer.',
    remedy:
      'Take their rights away (`chmod 600`), and exchange the key with `causeway-relay lock rotate` if it may be known.',
    http: 403,
  },
  LOCK_RECOVERY_REFUSED: {
    what: 'That is none of the recovery secrets of this lock.',
    remedy: 'Type one of those that were shown when the lock was set up; they start with cwr1_.',
    http: 403,
  },
  LOCK_TOO_LARGE: {
    what: 'The policy has {count} pairs of groups and roles, and a lock key signs {most} at most.',
    remedy: 'Put groups together that are connected alike.',
    http: 409,
  },
} as const satisfies Record<string, CatalogueEntry>;
