/**
 * Passwords as they are kept: Argon2id (RFC 9106) in the form of a PHC string,
 *
 *     $argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>       (base64 without padding)
 *
 * by OpenSSL where Node has it, else in JavaScript; both give the same bytes. Memory and time are
 * bounded: a few at once, a few waiting, one more is refused. Knows no people.
 */
import crypto from 'node:crypto';
import { argon2idAsync } from '@noble/hashes/argon2.js';
import { utf8 } from '#protocol/encoding.ts';
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { Random } from '../../random.ts';

const SALT_BYTES = 16;
const HASH_BYTES = 32;
const KIB = 1024;
const PHC = /^\$argon2id\$v=19\$m=(\d{1,8}),t=(\d{1,4}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;
/** A stored hash of ours that asked for more would be a damaged one. */
const STORED_MEMORY_MAX_KIB = 1_048_576;

export interface Argon2Cost {
  readonly memoryKib: number;
  readonly passes: number;
  readonly parallelism: number;
}
/** One hash; rejects only if the parameters are impossible. */
export type Argon2 = (password: Uint8Array, salt: Uint8Array, cost: Argon2Cost, bytes: number) => Promise<Uint8Array>;

const PRESENT_COST: Argon2Cost = {
  memoryKib: LIMITS.PASSWORD_HASH_MEMORY_BYTES.value / KIB,
  passes: LIMITS.PASSWORD_HASH_PASSES.value,
  parallelism: 1,
};

export interface PasswordCheck {
  readonly right: boolean;
  /** What to keep in place of what was checked, as it was made with other parameters. */
  readonly renewed: string | undefined;
}

export class Passwords {
  readonly #random: Random;
  readonly #argon2: Argon2;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(random: Random, argon2: Argon2 = bestArgon2()) {
    this.#random = random;
    this.#argon2 = argon2;
  }

  /** @throws CausewayError RATE_LIMITED when too many wait already. */
  async hash(password: string): Promise<string> {
    const salt = this.#random(SALT_BYTES);
    const hash = await this.#inTurn(() => this.#argon2(bytesOf(password), salt, PRESENT_COST, HASH_BYTES));
    return format(PRESENT_COST, salt, hash);
  }

  /**
   * @param stored null for somebody who has no password or does not exist: as much work, never right.
   * @throws CausewayError RATE_LIMITED when too many wait already.
   */
  async check(stored: string | null, password: string): Promise<PasswordCheck> {
    const known = stored === null ? undefined : parse(stored);
    const { cost, salt, hash } = known ?? {
      cost: PRESENT_COST,
      salt: this.#random(SALT_BYTES),
      hash: this.#random(HASH_BYTES),
    };
    const found = await this.#inTurn(() => this.#argon2(bytesOf(password), salt, cost, hash.length));
    const right = crypto.timingSafeEqual(found, hash) && known !== undefined;
    return { right, renewed: right && !isPresent(cost, hash) ? await this.hash(password) : undefined };
  }

  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#running >= LIMITS.PASSWORD_HASHES_AT_ONCE.value) {
      if (this.#waiting.length >= LIMITS.PASSWORD_HASHES_WAITING_MAX.value) {
        throw new CausewayError('RATE_LIMITED', { seconds: 2 });
      }
      // Whoever ends passes its place on, so the count stays.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#running++;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}

/** By OpenSSL: some 40 ms on a thread of its own. Undefined where Node is older than 24.7. */
export function nativeArgon2(): Argon2 | undefined {
  if (!('argon2' in crypto)) return undefined;
  return (message, nonce, { memoryKib: memory, passes, parallelism }, tagLength) =>
    new Promise((resolve, reject) => {
      crypto.argon2('argon2id', { message, nonce, memory, passes, parallelism, tagLength }, (error, hash) =>
        error === null ? resolve(hash) : reject(error),
      );
    });
}

/** In JavaScript: some 220 ms of this thread, in slices, so that packets are forwarded between. */
export const javascriptArgon2: Argon2 = (password, salt, { memoryKib, passes, parallelism }, dkLen) =>
  argon2idAsync(password, salt, { m: memoryKib, t: passes, p: parallelism, dkLen, asyncTick: 5 });

function bestArgon2(): Argon2 {
  return nativeArgon2() ?? javascriptArgon2;
}

/** The same letters are the same password, however a keyboard composes them (NIST SP 800-63B §5.1.1.2). */
function bytesOf(password: string): Uint8Array {
  return utf8(password.normalize('NFKC'));
}

function isPresent(cost: Argon2Cost, hash: Uint8Array): boolean {
  const { memoryKib, passes, parallelism } = PRESENT_COST;
  return (
    cost.memoryKib === memoryKib &&
    cost.passes === passes &&
    cost.parallelism === parallelism &&
    hash.length === HASH_BYTES
  );
}

function format({ memoryKib, passes, parallelism }: Argon2Cost, salt: Uint8Array, hash: Uint8Array): string {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replace(/=+$/, '');
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${parallelism}$${text(salt)}$${text(hash)}`;
}

function parse(stored: string): { cost: Argon2Cost; salt: Uint8Array; hash: Uint8Array } | undefined {
  const [, memory, passes, parallelism, salt = '', hash = ''] = PHC.exec(stored) ?? [];
  const cost = { memoryKib: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  if (memory === undefined || cost.memoryKib > STORED_MEMORY_MAX_KIB) return undefined;
  return { cost, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') };
}
