/**
 * The part of the limits that bounds what a lock key signs. Taken in by limits.ts, from which everybody has it.
 */
import type { Limit } from './limits.ts';

export const LOCK_LIMITS = {
  LOCK_STATEMENT_MAX_CHARACTERS: {
    value: 57_344,
    unit: 'characters',
    why: 'A statement with LOCK_PAIRS_MAX pairs (62 each), LOCK_WITHDRAWN_MAX machines (56 each) and 16 keys has 45,000; it goes to an agent in one control message of 65,536.',
  },
  TOKEN_PRE_SIGNED_MAX_CHARACTERS: {
    value: 1_280,
    unit: 'characters',
    why: 'A token of TOKEN_MAX_CHARACTERS with a delegation of at most 700 and the seed of a key, 43, behind it.',
  },
  LOCK_CERTIFICATE_MAX_CHARACTERS: {
    value: 1_500,
    unit: 'characters',
    why: 'A machine with a name of 63 characters makes 720, and the delegation of its token 640.',
  },
  LOCK_PAIRS_MAX: {
    value: 500,
    unit: 'entries',
    why: 'Pairs of groups and roles that a signed policy names: a hundred groups with five connections each. Every machine holds all of them.',
  },
  LOCK_WITHDRAWN_MAX: {
    value: 200,
    unit: 'entries',
    why: 'Machines whose older certificates no longer count. When there are more, all machines are signed anew and the list is empty.',
  },
  LOCK_KEYS_MAX: {
    value: 16,
    unit: 'entries',
    why: 'Lock keys of one subscription: one for each administrator, and a spare one in a safe.',
  },
  LOCK_STEPS_MAX: {
    value: 64,
    unit: 'entries',
    why: 'Statements that an agent takes in one after the other: those that changed the keys since it last looked, and the newest. Sixty-four years of a yearly change.',
  },
  GRANT_KEY_SUCCESSIONS_MAX: {
    value: 16,
    unit: 'entries',
    why: 'Exchanges of the grant key that a machine can sleep through: sixteen years of a yearly one, 250 bytes each.',
  },
  LOCK_BODY_MAX_BYTES: {
    value: 16_777_216,
    unit: 'bytes',
    why: 'All machines of a subscription signed at once: ten thousand certificates of LOCK_CERTIFICATE_MAX_CHARACTERS. Administrators only.',
  },
} as const satisfies Record<string, Limit>;
