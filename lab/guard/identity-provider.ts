/**
 * A real identity provider (the npm package oidc-provider) on a loopback port. Whoever types a name into its page
 * is that person, with any password: what it vouches for is the relay server's to judge.
 */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OidcSettings } from '#relay-server/control/access/oidc-settings.ts';

export interface IdentityProvider extends AsyncDisposable {
  readonly origin: string;
  /** For the relay server, which is told before it has an address of its own. */
  readonly settings: OidcSettings;
  /** @param relay origin of the server that people are to be sent back to */
  serve(relay: string): void;
}

/** Whose e-mail address it has not verified. */
export const UNVERIFIED = 'grace';
const HOST = '127.0.0.1';

export async function startIdentityProvider(): Promise<IdentityProvider> {
  // Only now: it is large, and warns of every Node that is not a long-term one as soon as it is loaded.
  const { Provider } = await import('oidc-provider');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const origin = `http://${HOST}:${(server.address() as AddressInfo).port}`;
  const clientId = 'causeway';
  const clientSecret = randomBytes(24).toString('base64url');
  return {
    origin,
    settings: {
      issuer: new URL(origin),
      clientId,
      clientSecret,
      label: 'Sign in with Contoso ID',
      scopes: 'openid email profile',
      provision: 'none',
    },
    serve(relay) {
      const provider = new Provider(origin, {
        clients: [
          {
            client_id: clientId,
            client_secret: clientSecret,
            redirect_uris: [`${relay}/api/v1/oidc/callback`],
            token_endpoint_auth_method: 'client_secret_post',
          },
        ],
        claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
        cookies: { keys: [randomBytes(24).toString('base64url')] },
        findAccount: (_, id) => ({
          accountId: id,
          claims: () => ({
            sub: id,
            email: `${id}@example.com`,
            email_verified: id !== UNVERIFIED,
            name: id,
          }),
        }),
      });
      const answer = provider.callback();
      server.on('request', (request, response) => void answer(request, response));
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
