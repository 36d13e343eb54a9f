/**
 * The cookies, as bytes of headers (RFC 6265bis). `__Host-` makes browsers insist that they came over
 * TLS, from this very host, for all of its paths. Knows nothing of what they stand for.
 */
const SESSION = '__Host-causeway';
const FLOW = '__Host-causeway-oidc';
/** What we put into cookies: base64url of 32 bytes. Anything else is not ours. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/;
const ATTRIBUTES = 'Path=/; Secure; HttpOnly';

/** @returns undefined when there is none, more than one, or not of our form. */
export function sessionCookie(header: string | undefined): string | undefined {
  return read(header, SESSION);
}

/** Strict: not sent with any request that another site caused. @param maxAge seconds */
export function setSessionCookie(token: string, maxAge: number): string {
  return `${SESSION}=${token}; ${ATTRIBUTES}; SameSite=Strict; Max-Age=${maxAge}`;
}

export function clearSessionCookie(): string {
  return `${SESSION}=; ${ATTRIBUTES}; SameSite=Strict; Max-Age=0`;
}

/** Of a sign-in under way at the identity provider. */
export function flowCookie(header: string | undefined): string | undefined {
  return read(header, FLOW);
}

/** Lax: the browser comes back from another site, where a strict cookie would stay behind. @param maxAge seconds */
export function setFlowCookie(flow: string, maxAge: number): string {
  return `${FLOW}=${flow}; ${ATTRIBUTES}; SameSite=Lax; Max-Age=${maxAge}`;
}

export function clearFlowCookie(): string {
  return `${FLOW}=; ${ATTRIBUTES}; SameSite=Lax; Max-Age=0`;
}

function read(header: string | undefined, name: string): string | undefined {
  const prefix = `${name}=`;
  const values = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(prefix));
  const value = values[0]?.slice(prefix.length);
  return values.length === 1 && value !== undefined && TOKEN.test(value) ? value : undefined;
}
