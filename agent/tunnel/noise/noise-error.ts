/**
 * The one refusal of this folder. It never says which check failed: whoever sent the bytes is not
 * authenticated yet and learns nothing from us.
 */
export class NoiseError extends Error {
  constructor(message = 'the handshake failed', options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'NoiseError';
  }
}
