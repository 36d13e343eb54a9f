/**
 * Asks a running server on this computer whether it is well, over TLS with its own key.
 */
import { createHash, type X509Certificate } from 'node:crypto';
import { request } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { CausewayError } from '#protocol/errors.ts';
import type { RunningFacts } from './running-file.ts';

const PATIENCE_MS = 5_000;

/**
 * @returns how many milliseconds the answer took
 * @throws CausewayError SERVER_SILENT, SERVER_UNREACHABLE, SERVER_PIN_MISMATCH, DATABASE_UNREACHABLE
 */
export function askHealth({ host, port, pin }: RunningFacts): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const where = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  const server = `https://${where.includes(':') ? `[${where}]` : where}:${port}`;
  const began = performance.now();
  const asked = request(`${server}/healthz`, { agent: false, rejectUnauthorized: false }, (response) => {
    response.resume();
    if (response.statusCode === 200) resolve(performance.now() - began);
    else
      reject(new CausewayError('DATABASE_UNREACHABLE', { cause: `the server says so (HTTP ${response.statusCode})` }));
  });
  const silent = setTimeout(() => reject(new CausewayError('SERVER_SILENT', { server })), PATIENCE_MS);
  asked.on('socket', (socket) => {
    socket.once('secureConnect', () => {
      if (pinOf((socket as TLSSocket).getPeerX509Certificate()) !== pin) {
        reject(new CausewayError('SERVER_PIN_MISMATCH', { server }));
      } else asked.end();
    });
  });
  asked.on('error', (error) => reject(new CausewayError('SERVER_UNREACHABLE', { server, cause: error.message })));
  return promise.finally(() => {
    clearTimeout(silent);
    asked.destroy();
  });
}

function pinOf(certificate: X509Certificate | undefined): string | undefined {
  const spki = certificate?.publicKey.export({ type: 'spki', format: 'der' });
  return spki === undefined ? undefined : createHash('sha256').update(spki).digest('base64url');
}
