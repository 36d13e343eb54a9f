/**
 * The HandshakeState object (Noise §5.3): carries out any pattern of suite.ts, plain or hybrid, message by
 * message. Knows nothing of what payloads mean, nor of time or retries.
 *
 * It fails closed: after any error the state is dead, its secrets are wiped, and every further call throws.
 */
import { concatBytes } from '#protocol/encoding.ts';
import { DH_BYTES, DhKeyPair } from './dh.ts';
import type { Kem, KemKeyPair } from './kem.ts';
import { NoiseError } from './noise-error.ts';
import type { RandomBytes } from './random.ts';
import type { Suite, Token } from './suite.ts';
import { SymmetricState } from './symmetric-state.ts';

export type Role = 'initiator' | 'responder';

export interface HandshakeOptions {
  readonly suite: Suite;
  readonly role: Role;
  /** Bytes that both sides must agree on; any length. */
  readonly prologue: Uint8Array;
  readonly staticKey: DhKeyPair;
  /** 32 bytes. Required of the initiator when the pattern has it as a pre-message. */
  readonly remoteStatic?: Uint8Array;
  readonly random: RandomBytes;
}

/** What a finished handshake leaves. The keys are the caller's to wipe. */
export interface HandshakeResult {
  readonly sendKey: Uint8Array;
  readonly receiveKey: Uint8Array;
  readonly handshakeHash: Uint8Array;
}

export class HandshakeState {
  readonly #suite: Suite;
  readonly #role: Role;
  readonly #static: DhKeyPair;
  readonly #random: RandomBytes;
  readonly #symmetric: SymmetricState;
  #ephemeral: DhKeyPair | undefined;
  #remoteStatic: Uint8Array | undefined;
  #remoteEphemeral: Uint8Array | undefined;
  #kemPair: KemKeyPair | undefined;
  #remoteKemKey: Uint8Array | undefined;
  #messagesDone = 0;
  #dead = false;

  constructor(options: HandshakeOptions) {
    this.#suite = options.suite;
    this.#role = options.role;
    this.#static = options.staticKey;
    this.#random = options.random;
    this.#symmetric = new SymmetricState(options.suite);
    this.#symmetric.mixHash(options.prologue);
    if (options.suite.pattern.responderStaticKnown) {
      if (options.role === 'initiator') this.#remoteStatic = required(options.remoteStatic);
      this.#symmetric.mixHash(options.role === 'initiator' ? required(this.#remoteStatic) : this.#static.publicKey);
    }
  }

  /** The other side's static public key, once known; proven when the message that carried it was read. */
  get remoteStatic(): Uint8Array | undefined {
    return this.#remoteStatic;
  }

  /** Whether every message of the pattern was written or read. */
  get finished(): boolean {
    return !this.#dead && this.#messagesDone === this.#suite.pattern.messages.length;
  }

  /** @throws NoiseError */
  writeMessage(payload: Uint8Array): Uint8Array {
    return this.#guard(() => {
      const parts = this.#nextTokens('write').map((token) => this.#write(token));
      return concatBytes(...parts, this.#symmetric.encryptAndHash(payload));
    });
  }

  /**
   * @returns the payload.
   * @throws NoiseError when the message was not made for this state, or was changed on the way.
   */
  readMessage(message: Uint8Array): Uint8Array {
    return this.#guard(() => {
      let rest = message;
      const take = (bytes: number): Uint8Array => {
        if (rest.length < bytes) throw new NoiseError();
        const taken = rest.subarray(0, bytes);
        rest = rest.subarray(bytes);
        return taken;
      };
      for (const token of this.#nextTokens('read')) this.#read(token, take);
      return this.#symmetric.decryptAndHash(rest);
    });
  }

  /** Ends the handshake; afterwards this object is dead. */
  split(): HandshakeResult {
    if (!this.finished) throw new NoiseError('the handshake is not finished');
    const handshakeHash = this.#symmetric.handshakeHash;
    const [first, second] = this.#symmetric.split();
    this.wipe();
    return this.#role === 'initiator'
      ? { sendKey: first, receiveKey: second, handshakeHash }
      : { sendKey: second, receiveKey: first, handshakeHash };
  }

  /** Ends the handshake without a result. Idempotent. */
  wipe(): void {
    this.#dead = true;
    this.#symmetric.wipe();
    this.#kemPair?.privateKey.fill(0);
    this.#kemPair = undefined;
    this.#ephemeral = undefined;
  }

  #guard<Result>(step: () => Result): Result {
    if (this.#dead) throw new NoiseError('the handshake is over');
    try {
      const result = step();
      this.#messagesDone++;
      return result;
    } catch (cause) {
      this.wipe();
      throw cause instanceof NoiseError ? cause : new NoiseError(undefined, { cause });
    }
  }

  #nextTokens(direction: 'write' | 'read'): readonly Token[] {
    const initiatorsTurn = this.#messagesDone % 2 === 0;
    const ourTurn = initiatorsTurn === (this.#role === 'initiator');
    if (ourTurn !== (direction === 'write')) throw new NoiseError('it is the other side’s turn');
    return required(this.#suite.pattern.messages[this.#messagesDone]);
  }

  #write(token: Token): Uint8Array {
    switch (token) {
      case 'e': {
        const privateKey = this.#random(DH_BYTES);
        this.#ephemeral = new DhKeyPair(privateKey);
        privateKey.fill(0);
        this.#symmetric.mixHash(this.#ephemeral.publicKey);
        return this.#ephemeral.publicKey;
      }
      case 's':
        return this.#symmetric.encryptAndHash(this.#static.publicKey);
      case 'e1':
        this.#kemPair = this.#kem.generate(this.#random);
        return this.#symmetric.encryptAndHash(this.#kemPair.publicKey);
      case 'ekem1': {
        const { ciphertext, output } = this.#kem.encapsulate(required(this.#remoteKemKey), this.#random);
        const sealed = this.#symmetric.encryptAndHash(ciphertext);
        this.#symmetric.mixKey(output);
        return sealed;
      }
      default:
        this.#mixDh(token);
        return new Uint8Array(0);
    }
  }

  #read(token: Token, take: (bytes: number) => Uint8Array): void {
    switch (token) {
      case 'e':
        this.#remoteEphemeral = Uint8Array.from(take(DH_BYTES));
        this.#symmetric.mixHash(this.#remoteEphemeral);
        break;
      case 's':
        this.#remoteStatic = this.#symmetric.decryptAndHash(take(DH_BYTES + this.#symmetric.overhead));
        break;
      case 'e1':
        this.#remoteKemKey = this.#symmetric.decryptAndHash(take(this.#kem.publicKeyBytes + this.#symmetric.overhead));
        break;
      case 'ekem1': {
        const sealed = take(this.#kem.ciphertextBytes + this.#symmetric.overhead);
        const ciphertext = this.#symmetric.decryptAndHash(sealed);
        this.#symmetric.mixKey(this.#kem.decapsulate(required(this.#kemPair).privateKey, ciphertext));
        break;
      }
      default:
        this.#mixDh(token);
    }
  }

  /** In the two-letter tokens the initiator's key comes first. */
  #mixDh(token: 'ee' | 'es' | 'se' | 'ss'): void {
    const [ours, theirs] = this.#role === 'initiator' ? [token[0], token[1]] : [token[1], token[0]];
    const key = ours === 'e' ? required(this.#ephemeral) : this.#static;
    const remote = required(theirs === 'e' ? this.#remoteEphemeral : this.#remoteStatic);
    this.#symmetric.mixKey(key.agree(remote));
  }

  get #kem(): Kem {
    return required(this.#suite.kem);
  }
}

function required<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new NoiseError('a key is missing');
  return value;
}
