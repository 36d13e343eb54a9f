/**
 * The authenticated ciphers of the OpenSSL that Node carries, called without Node's own classes between.
 * Node exports OpenSSL's functions for addons, so they are found in the running program itself. They write
 * where they are told to, and keep a key ready from message to message; node:crypto makes an object, a
 * buffer and a copy for each: 64 KiB took it 24 to 36 µs and takes these 7, 84 bytes 3.3 µs and 0.6.
 *
 * Absent where the program exports none (Electron has BoringSSL) or where they do not agree with
 * node:crypto. Knows neither sessions nor counters.
 */
import { createCipheriv } from 'node:crypto';
import koffi from 'koffi';

export type AeadName = 'aes-256-gcm' | 'chacha20-poly1305';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** EVP_CTRL_AEAD_GET_TAG and EVP_CTRL_AEAD_SET_TAG of openssl/evp.h. */
const GET_TAG = 0x10;
const SET_TAG = 0x11;
/** The `enc` argument of EVP_CipherInit_ex. */
const OPEN = 0;
const SEAL = 1;
const AS_BEFORE = -1;
const NULL = 0;

/** One key for one direction. Dispose of it: the key lies outside of JavaScript's memory. */
export interface AeadKey extends Disposable {
  /**
   * Writes ciphertext and tag (16 bytes) to `target` from `at`. For keys made to seal.
   * @param nonce 12 bytes, never the same twice
   * @throws RangeError when there is no room for them
   */
  seal(nonce: Uint8Array, first: Uint8Array, second: Uint8Array | undefined, target: Uint8Array, at: number): void;
  /**
   * Writes the plaintext to the start of `target`. For keys made to open.
   * @param sealed ciphertext and tag
   * @returns false, and zeros in `target`, when the message is not authentic
   * @throws RangeError when there is no room for it
   */
  open(nonce: Uint8Array, sealed: Uint8Array, target: Uint8Array): boolean;
}

export interface Aead {
  /** @param key 32 bytes, copied */
  sealingKey(key: Uint8Array): AeadKey;
  /** @param key 32 bytes, copied */
  openingKey(key: Uint8Array): AeadKey;
}

/** The functions of openssl/evp.h and openssl/err.h that are called; a pointer is a number. */
interface OpenSsl {
  fetch(context: number, name: string, properties: string | null): number;
  newContext(): number;
  freeContext(context: number): void;
  init(context: number, cipher: number, engine: number, key: Uint8Array | null, iv: Uint8Array, enc: number): number;
  /** @param outLength receives the bytes written, an int */
  update(context: number, out: Uint8Array, outLength: Int32Array, input: Uint8Array, length: number): number;
  final(context: number, out: Uint8Array, outLength: Int32Array): number;
  control(context: number, type: number, argument: number, pointer: Uint8Array): number;
  clearErrors(): void;
}

const loaded = new Map<AeadName, Aead | undefined>();

/** @returns undefined where there is none to call; asked of OpenSSL once a process */
export function nativeAead(name: AeadName): Aead | undefined {
  if (!loaded.has(name)) loaded.set(name, load(name));
  return loaded.get(name);
}

function load(name: AeadName): Aead | undefined {
  try {
    const openSsl = loadOpenSsl();
    const cipher = openSsl.fetch(NULL, name, null);
    if (cipher === NULL) return undefined;
    const aead: Aead = {
      sealingKey: (key) => new EvpKey(openSsl, cipher, key, SEAL),
      openingKey: (key) => new EvpKey(openSsl, cipher, key, OPEN),
    };
    return agrees(name, aead) ? aead : undefined;
  } catch {
    // No such library or function: node:crypto does it.
    return undefined;
  }
}

function loadOpenSsl(): OpenSsl {
  const program = koffi.load(null);
  return {
    fetch: program.func('uintptr_t EVP_CIPHER_fetch(uintptr_t context, const char *name, const char *properties)'),
    newContext: program.func('uintptr_t EVP_CIPHER_CTX_new()'),
    freeContext: program.func('void EVP_CIPHER_CTX_free(uintptr_t context)'),
    init: program.func(
      'int EVP_CipherInit_ex(uintptr_t context, uintptr_t cipher, uintptr_t engine, const void *key, const void *iv, int enc)',
    ),
    update: program.func(
      'int EVP_CipherUpdate(uintptr_t context, void *out, void *outLength, const void *input, int length)',
    ),
    final: program.func('int EVP_CipherFinal_ex(uintptr_t context, void *out, void *outLength)'),
    control: program.func('int EVP_CIPHER_CTX_ctrl(uintptr_t context, int type, int argument, void *pointer)'),
    clearErrors: program.func('void ERR_clear_error()'),
  };
}

class EvpKey implements AeadKey {
  readonly #openSsl: OpenSsl;
  /** An EVP_CIPHER_CTX; NULL once freed. */
  #context: number;
  readonly #tag = new Uint8Array(TAG_BYTES);
  readonly #written = new Int32Array(1);

  constructor(openSsl: OpenSsl, cipher: number, key: Uint8Array, direction: number) {
    if (key.length !== 32) throw new RangeError('a key of 32 bytes is needed');
    this.#openSsl = openSsl;
    this.#context = openSsl.newContext();
    const done = this.#context !== NULL && openSsl.init(this.#context, cipher, NULL, key, this.#tag, direction) === 1;
    if (!done) throw this.#failed();
  }

  seal(nonce: Uint8Array, first: Uint8Array, second: Uint8Array | undefined, target: Uint8Array, at: number): void {
    const length = first.length + (second?.length ?? 0);
    if (at < 0 || at + length + TAG_BYTES > target.length) throw new RangeError('no room for the sealed message');
    this.#begin(nonce);
    this.#update(first, target, at);
    if (second !== undefined) this.#update(second, target, at + first.length);
    if (this.#openSsl.final(this.#context, this.#tag, this.#written) !== 1) throw this.#failed();
    if (this.#openSsl.control(this.#context, GET_TAG, TAG_BYTES, this.#tag) !== 1) throw this.#failed();
    target.set(this.#tag, at + length);
  }

  open(nonce: Uint8Array, sealed: Uint8Array, target: Uint8Array): boolean {
    const length = sealed.length - TAG_BYTES;
    if (length < 0) return false;
    if (length > target.length) throw new RangeError('no room for the opened message');
    this.#begin(nonce);
    this.#tag.set(sealed.subarray(length));
    if (this.#openSsl.control(this.#context, SET_TAG, TAG_BYTES, this.#tag) !== 1) throw this.#failed();
    this.#update(sealed.subarray(0, length), target, 0);
    if (this.#openSsl.final(this.#context, this.#tag, this.#written) === 1) return true;
    // An error left behind would be taken by Node for one of its next TLS call.
    this.#openSsl.clearErrors();
    target.fill(0, 0, length);
    return false;
  }

  /** Zeroes the key. Idempotent. */
  [Symbol.dispose](): void {
    if (this.#context !== NULL) this.#openSsl.freeContext(this.#context);
    this.#context = NULL;
  }

  #begin(nonce: Uint8Array): void {
    if (this.#context === NULL) throw new Error('the key was disposed of');
    if (nonce.length !== NONCE_BYTES) throw new RangeError('a nonce of 12 bytes is needed');
    if (this.#openSsl.init(this.#context, NULL, NULL, null, nonce, AS_BEFORE) !== 1) throw this.#failed();
  }

  #update(part: Uint8Array, target: Uint8Array, at: number): void {
    if (part.length === 0) return;
    const out = at === 0 ? target : target.subarray(at);
    if (this.#openSsl.update(this.#context, out, this.#written, part, part.length) !== 1) throw this.#failed();
  }

  #failed(): Error {
    this.#openSsl.clearErrors();
    return new Error('OpenSSL refused a cipher call');
  }
}

/** Whether it seals as node:crypto does, opens that, and refuses what was changed. */
function agrees(name: AeadName, aead: Aead): boolean {
  const key = new Uint8Array(32).fill(1);
  const nonce = new Uint8Array(NONCE_BYTES).fill(2);
  const plaintext = new Uint8Array(100).fill(3);
  const sealed = new Uint8Array(plaintext.length + TAG_BYTES);
  // Not by `using`, which Node 22 does not know.
  const [sealing, opening] = [aead.sealingKey(key), aead.openingKey(key)];
  try {
    sealing.seal(nonce, plaintext.subarray(0, 30), plaintext.subarray(30), sealed, 0);
    // The types know authTagLength for each name alone, not for the union of both names.
    const cipher = createCipheriv(name as 'aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
    const expected = Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
    const opened = new Uint8Array(plaintext.length);
    if (!expected.equals(sealed) || !opening.open(nonce, sealed, opened)) return false;
    sealed[50] = 0;
    return opened.every((byte) => byte === 3) && !opening.open(nonce, sealed, opened);
  } finally {
    sealing[Symbol.dispose]();
    opening[Symbol.dispose]();
  }
}
