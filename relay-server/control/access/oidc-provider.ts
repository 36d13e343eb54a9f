/**
 * Sign-ins at the identity provider: OpenID Connect by authorization code with PKCE, state and nonce.
 * What was sent is kept here, and found again by the flow's id, which only the browser that began has;
 * so nobody can be signed in by a link that somebody else began (login CSRF). Knows no people.
 */
import type { Configuration } from 'openid-client';
import { toBase64url } from '#protocol/encoding.ts';
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { Clock } from '../../clock.ts';
import type { Random } from '../../random.ts';
import { isLoopback, type OidcSettings } from './oidc-settings.ts';

const FLOW_BYTES = 32;

/** What the provider vouches for. */
export interface OidcIdentity {
  /** `sub` with the issuer, as another provider may call somebody else the same. */
  readonly subject: string;
  /** In lower case; undefined unless the provider has verified it. */
  readonly email: string | undefined;
  readonly displayName: string | undefined;
}

interface Flow {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly until: number;
}

export class OidcProvider {
  readonly settings: OidcSettings;
  readonly #clock: Clock;
  readonly #random: Random;
  /** Oldest first. */
  readonly #flows = new Map<string, Flow>();
  #configuration: Promise<Configuration> | undefined;

  constructor(settings: OidcSettings, clock: Clock, random: Random) {
    this.settings = settings;
    this.#clock = clock;
    this.#random = random;
  }

  /**
   * @param callback where the provider is to send the browser back to.
   * @param anew whether the provider is to ask who it is, even if it remembers: it may remember the wrong one.
   * @returns where to send the browser, and the flow's id for a cookie of its.
   * @throws CausewayError OIDC_FAILED
   */
  async begin(callback: URL, anew = false): Promise<{ url: URL; flow: string }> {
    const [client, configuration] = await this.#connect();
    const secret = () => toBase64url(this.#random(FLOW_BYTES));
    const [flow, state, nonce, verifier] = [secret(), secret(), secret(), secret()];
    this.#remember(flow, { state, nonce, verifier, until: this.#clock.now() + LIMITS.OIDC_FLOW_LIFETIME_MS.value });
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: callback.href,
      scope: this.settings.scopes,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
      // OpenID Connect Core §3.1.2.1.
      ...(anew && { prompt: 'login' }),
    });
    return { url, flow };
  }

  /**
   * @param returned the callback with what the provider has added to it.
   * @throws CausewayError OIDC_FAILED, for whatever reason; a flow is good for one try.
   */
  async finish(flow: string | undefined, returned: URL): Promise<OidcIdentity> {
    const begun = flow === undefined ? undefined : this.#flows.get(flow);
    if (flow !== undefined) this.#flows.delete(flow);
    if (begun === undefined || begun.until <= this.#clock.now()) {
      throw failed('it took too long, or was begun in another browser');
    }
    const [client, configuration] = await this.#connect();
    try {
      const tokens = await client.authorizationCodeGrant(configuration, returned, {
        pkceCodeVerifier: begun.verifier,
        expectedState: begun.state,
        expectedNonce: begun.nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined) throw failed('the provider answered without an ID token');
      // Some providers say the address only here.
      const asked = claims.email === undefined && configuration.serverMetadata().userinfo_endpoint !== undefined;
      const more = asked ? await client.fetchUserInfo(configuration, tokens.access_token, claims.sub) : {};
      return identityOf({ ...more, ...claims }, claims.iss);
    } catch (error) {
      throw inWords(error);
    }
  }

  #remember(id: string, flow: Flow): void {
    const now = this.#clock.now();
    for (const [other, { until }] of this.#flows) {
      if (until > now && this.#flows.size < LIMITS.OIDC_FLOWS_MAX.value) break;
      this.#flows.delete(other);
    }
    this.#flows.set(id, flow);
  }

  /** Loaded when first used: a server without identity provider does not pay for it. */
  async #connect(): Promise<[typeof import('openid-client'), Configuration]> {
    const client = await import('openid-client');
    this.#configuration ??= this.#discover(client);
    try {
      return [client, await this.#configuration];
    } catch (error) {
      // The next try asks again.
      this.#configuration = undefined;
      throw inWords(error);
    }
  }

  async #discover(client: typeof import('openid-client')): Promise<Configuration> {
    const { issuer, clientId, clientSecret } = this.settings;
    const timeout = LIMITS.OIDC_ANSWER_MS.value / 1000;
    const insecure = isLoopback(issuer) ? [client.allowInsecureRequests] : [];
    const found = await client.discovery(issuer, clientId, clientSecret, undefined, { timeout, execute: insecure });
    const server = found.serverMetadata();
    // `client_secret_basic` is what a provider takes that says nothing (OpenID Connect Discovery §3).
    const byPost = server.token_endpoint_auth_methods_supported?.includes('client_secret_post') === true;
    const proof = byPost ? client.ClientSecretPost(clientSecret) : client.ClientSecretBasic(clientSecret);
    const configuration = new client.Configuration(server, clientId, clientSecret, proof);
    configuration.timeout = timeout;
    for (const allow of insecure) allow(configuration);
    return configuration;
  }
}

function identityOf(claims: Readonly<Record<string, unknown>>, issuer: string): OidcIdentity {
  const { sub, email, email_verified: verified, name } = claims;
  return {
    subject: `${String(sub)} ${issuer}`,
    email: typeof email === 'string' && verified === true ? email.toLowerCase() : undefined,
    displayName: typeof name === 'string' ? name : undefined,
  };
}

function failed(issue: string, cause?: unknown): CausewayError {
  return new CausewayError('OIDC_FAILED', { issue }, { cause });
}

/** The library's sentences and those of their causes hold no tokens; what they were made of may. */
function inWords(error: unknown): CausewayError {
  if (error instanceof CausewayError) return error;
  const sentences = [error, error instanceof Error ? error.cause : undefined]
    .filter((one) => one instanceof Error)
    .map((one) => one.message);
  return failed(sentences.join(': ').slice(0, 200) || 'for an unknown reason', error);
}
