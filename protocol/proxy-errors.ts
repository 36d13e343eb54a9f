/**
 * The part of the catalogue for the proxies between a computer and its server. Taken in by errors.ts, from
 * which everybody has it. `{proxy}` is scheme, host and port, never a password.
 */
import type { CatalogueEntry } from './errors.ts';

export const PROXY_ERRORS = {
  PROXY_SETTING_INVALID: {
    what: 'The proxy that {place} names can not be used: {issue}.',
    remedy: 'Write it as http://HOST:PORT or pac+https://HOST/FILE; `none` means no proxy.',
    http: 400,
  },
  PROXY_UNREACHABLE: {
    what: 'The proxy {proxy} can not be used: {cause}.',
    remedy: 'Check that the proxy runs, and that {place} names the right one; the agent goes on trying.',
    http: 502,
  },
  PROXY_SIGN_IN_NEEDED: {
    what: 'The proxy {proxy} wants a user name and password, and none is set.',
    remedy:
      'Put CAUSEWAY_UPSTREAM_PROXY_CREDENTIALS=USER:PASSWORD into /etc/causeway/agent.env, readable for root only, and restart the agent.',
    http: 407,
  },
  PROXY_SIGN_IN_REFUSED: {
    what: 'The proxy {proxy} does not accept the user name and password that are set.',
    remedy: 'Correct them where they are set ({place}), and restart the agent.',
    http: 407,
  },
  PROXY_SIGN_IN_UNSUPPORTED: {
    what: 'The proxy {proxy} signs users in by {schemes} only, and Causeway knows only Basic.',
    remedy:
      'Ask for an exception for this computer or for {server}, or run a local helper (Px, Cntlm) and name that as the proxy.',
    http: 407,
  },
  PROXY_REFUSED: {
    what: 'The proxy {proxy} does not let this computer through to {server} (HTTP status {status}).',
    remedy: 'Ask whoever runs the proxy to allow CONNECT to that host and port.',
    http: 403,
  },
  PROXY_OPENS_TLS: {
    what: 'Behind the proxy {proxy} answers a certificate that is not the one of {server}; it was issued by {issuer}.',
    remedy:
      'The proxy inspects TLS, and what is inspected is not used: ask for an exception for that host. Only if the server was set up anew, activate again with a new token.',
    http: 502,
  },
  PAC_UNUSABLE: {
    what: 'The proxy configuration {pac} can not be used: {cause}.',
    remedy: 'Check its address and what it says; or name the proxy itself, as http://HOST:PORT.',
    http: 502,
  },
} as const satisfies Record<string, CatalogueEntry>;
