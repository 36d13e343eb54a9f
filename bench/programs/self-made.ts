/** Key and certificate of a TLS server that nobody checks. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { selfSignedCertificate } from '#relay-server/tls/self-signed.ts';

export function selfMade(): { key: string | Buffer; cert: string } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const cert = selfSignedCertificate({
    key: privateKey,
    hosts: ['chain.example'],
    now: Date.now(),
    serial: randomBytes(16),
  });
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }), cert };
}
