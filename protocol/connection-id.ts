/**
 * By what both ends call one connection in their logs: made of a random text that both have anyway (the nonce of the
 * control plane's challenge, the Sec-WebSocket-Key of the relay's handshake), so that nothing more is sent. Pure.
 */
const CHARACTERS = 12;

/** @param shared a random text that both ends know and that is no secret */
export function connectionId(shared: string): string {
  return shared.replace(/[^A-Za-z0-9]/g, '').slice(0, CHARACTERS);
}
