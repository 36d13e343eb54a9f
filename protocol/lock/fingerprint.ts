/** A key's public half as people compare it. Pure, and loads nothing: pages show it before anybody signs. */

/** The first 24 characters, in groups of four: 144 bits. */
export function fingerprintOf(publicKey: string): string {
  return (publicKey.slice(0, 24).match(/.{4}/g) ?? []).join(' ');
}
