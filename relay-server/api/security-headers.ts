/**
 * What every answer tells the browser about itself, and the page's Content-Security-Policy with the place
 * where browsers report what breaks it.
 */
import type { FastifyInstance } from 'fastify';

const CSP_REPORT_PATH = '/api/csp-report';
/** A report holds two addresses and a line of the policy; Chromium sends up to a few of them at once. */
const CSP_REPORT_MAX_BYTES = 16_384;
/** Anybody can send reports: the log must not grow with them. */
const CSP_LOG_LINES_PER_MINUTE = 10;
const MINUTE_MS = 60_000;

const HSTS_ONE_YEAR = 'max-age=31536000';

/** @param nonce of the style sheets that the page's own script writes */
export function pagePolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    `report-uri ${CSP_REPORT_PATH}`,
  ].join('; ');
}

export interface SecurityHeadersOptions {
  /**
   * Whether browsers may be told to insist on HTTPS for a year. Not with the certificate that the server
   * made itself: then nobody could click through the warning about it any more.
   */
  readonly strictTransport: boolean;
}

/** For all routes that are added after it; a route may set its own in their place. */
export function securityHeaders(app: FastifyInstance, { strictTransport }: SecurityHeadersOptions): void {
  const headers: Readonly<Record<string, string>> = {
    'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()',
    ...(strictTransport && { 'strict-transport-security': HSTS_ONE_YEAR }),
  };
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(headers);
  });
}

/** Counts what browsers report, and writes some of it into the log. */
export async function cspReports(app: FastifyInstance): Promise<void> {
  let total = 0;
  let minute = 0;
  let lines = 0;
  await app.register(async (scope) => {
    scope.addContentTypeParser(
      ['application/csp-report', 'application/reports+json'],
      { parseAs: 'string', bodyLimit: CSP_REPORT_MAX_BYTES },
      (_request, body, done) => done(null, body),
    );
    scope.post(CSP_REPORT_PATH, { bodyLimit: CSP_REPORT_MAX_BYTES, schema: { hide: true } }, async (request, reply) => {
      total++;
      const now = Math.floor(Date.now() / MINUTE_MS);
      if (now !== minute) [minute, lines] = [now, 0];
      if (lines++ < CSP_LOG_LINES_PER_MINUTE) {
        const report = typeof request.body === 'string' ? request.body.slice(0, 1_000) : undefined;
        request.log.warn({ report, total }, 'a browser reports a breach of the Content-Security-Policy');
      }
      return reply.status(204).send();
    });
  });
}
