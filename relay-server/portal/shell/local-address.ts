/** Whether an address that came from outside stays in this portal. Pure. */

/** Any will do: what is asked is only whether an address leaves it. */
const HERE = 'https://portal.invalid';

/** @returns path, query and fragment as a browser understands them; undefined for what leads elsewhere */
export function localAddress(text: unknown): string | undefined {
  // A browser drops tabs and line ends, and takes "\" for "/": "/\t/example.com" is an address elsewhere.
  if (typeof text !== 'string' || !text.startsWith('/') || !URL.canParse(text, HERE)) return undefined;
  const { origin, pathname, search, hash } = new URL(text, HERE);
  const address = `${pathname}${search}${hash}`;
  return origin === HERE && !address.startsWith('//') ? address : undefined;
}
