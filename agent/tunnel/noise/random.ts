/**
 * A source of random bytes, passed in so that tests and test vectors can replay a handshake. In
 * production: `randomBytes` of node:crypto, nothing else.
 */
export type RandomBytes = (bytes: number) => Uint8Array;
