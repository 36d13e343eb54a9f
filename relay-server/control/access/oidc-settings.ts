/**
 * The identity provider as the environment names it. All of it is set by the operator of the server, so
 * what is wrong is said at the start and in words.
 */
import { CausewayError } from '#protocol/errors.ts';

export interface OidcSettings {
  readonly issuer: URL;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What the button says. */
  readonly label: string;
  readonly scopes: string;
  /** What becomes of somebody whom no owner has created. */
  readonly provision: 'none' | 'viewer';
}

const LABEL_MAX = 60;

/**
 *     CAUSEWAY_OIDC_ISSUER          https://id.example.com    (none: no identity provider)
 *     CAUSEWAY_OIDC_CLIENT_ID
 *     CAUSEWAY_OIDC_CLIENT_SECRET
 *     CAUSEWAY_OIDC_LABEL           default: the issuer's host
 *     CAUSEWAY_OIDC_SCOPES          default: openid email profile
 *     CAUSEWAY_OIDC_PROVISION       none (default) or viewer
 *
 * @throws CausewayError USAGE
 */
export function oidcSettings(environment: Readonly<Record<string, string | undefined>>): OidcSettings | undefined {
  const read = (name: string) => environment[`CAUSEWAY_OIDC_${name}`]?.trim() || undefined;
  const issuer = read('ISSUER');
  if (issuer === undefined) return undefined;
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  if (url === undefined || !(url.protocol === 'https:' || isLoopback(url))) {
    throw wrong('ISSUER must be an https:// URL');
  }
  const [clientId, clientSecret, provision = 'none'] = [read('CLIENT_ID'), read('CLIENT_SECRET'), read('PROVISION')];
  if (clientId === undefined) throw wrong('CLIENT_ID is missing');
  if (clientSecret === undefined) throw wrong('CLIENT_SECRET is missing');
  if (provision !== 'none' && provision !== 'viewer') throw wrong('PROVISION must be none or viewer');
  const scopes = read('SCOPES') ?? 'openid email profile';
  if (!scopes.split(/\s+/).includes('openid')) throw wrong('SCOPES must hold openid');
  const label = (read('LABEL') ?? url.hostname).slice(0, LABEL_MAX);
  return { issuer: url, clientId, clientSecret, label, scopes, provision };
}

/** Tests have their provider there; nobody else reads what goes over the loopback interface. */
export function isLoopback(url: URL): boolean {
  return url.protocol === 'http:' && /^(?:127(?:\.\d+){3}|\[::1\]|localhost)$/.test(url.hostname);
}

function wrong(issue: string): CausewayError {
  return new CausewayError('USAGE', { issue: `CAUSEWAY_OIDC_${issue}.` });
}
