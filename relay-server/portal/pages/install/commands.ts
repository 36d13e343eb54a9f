/** The commands that install an agent, and the token that belongs in them. Pure. */

/**
 * The alphabet is what makes it safe to put into a command that somebody pastes into a shell. The length
 * is that of 82 bytes, which the shortest has (protocol/token.ts): a link that was cut off has less. One that was
 * signed before has four more parts.
 */
const TOKEN = /^cwt1_[A-Za-z0-9_-]{110,1000}(?:(?:\.[A-Za-z0-9_-]{40,800}){4})?$/;

/**
 * The token behind the `#` of an install link.
 * @returns undefined where there is none, or something that is none: a link that was cut off, or forged
 */
export function tokenBehind(hash: string): string | undefined {
  const text = hash.replace(/^#/, '').trim();
  return TOKEN.test(text) ? text : undefined;
}

/** @param command of the server, with `{token}` where it belongs */
export function withToken(command: string, token: string): string {
  return command.replaceAll('{token}', () => token);
}

/** As in "cwt1_ab••••••••": enough to tell two apart. */
export function maskedToken(token: string): string {
  return `${token.slice(0, 7)}${'•'.repeat(24)}`;
}

/** The parts of a whole install link, as the server answers it when it makes one. */
export function partsOfLink(url: string): { readonly link: string; readonly token: string } {
  const { pathname, hash } = new URL(url);
  return { link: pathname.split('/').at(-1) ?? '', token: hash.slice(1) };
}
