/**
 * The server's own certificate: X.509 v3 (RFC 5280), ECDSA with SHA-256 on P-256, signed by its own
 * key. Machines know it by the pin in their token and never by its dates; people's browsers will ask.
 */
import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import { isIP } from 'node:net';
import { isIpv6, parseIpv4, parseIpv6 } from '#protocol/addresses.ts';
import { concatBytes, utf8 } from '#protocol/encoding.ts';
import {
  bitString,
  generalizedTime,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  set,
  tagged,
  utf8String,
} from './der.ts';

const OID = {
  ECDSA_WITH_SHA256: '1.2.840.10045.4.3.2',
  COMMON_NAME: '2.5.4.3',
  SUBJECT_ALT_NAME: '2.5.29.17',
  EXTENDED_KEY_USAGE: '2.5.29.37',
  SERVER_AUTH: '1.3.6.1.5.5.7.3.1',
} as const;

/** GeneralName choices (RFC 5280 §4.2.1.6), context-specific and primitive. */
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;
const VERSION_3 = Uint8Array.of(2);

const DAY_MS = 86_400_000;
/** Backdated, so that a browser on a machine whose clock is behind does not add a second complaint. */
const BACKDATE_MS = 30 * DAY_MS;
const VALIDITY_MS = 3_650 * DAY_MS;

export interface CertificateRequest {
  /** P-256 private key. */
  readonly key: KeyObject;
  /** DNS names and IP addresses, the first of which becomes the common name. */
  readonly hosts: readonly [string, ...string[]];
  /** Milliseconds of the Unix epoch. */
  readonly now: number;
  /** 16 random bytes. */
  readonly serial: Uint8Array;
}

/** @returns PEM. */
export function selfSignedCertificate(request: CertificateRequest): string {
  const algorithm = sequence(objectIdentifier(OID.ECDSA_WITH_SHA256));
  // RFC 5280 counts 64 characters for a common name; the alternative names hold the whole one.
  const name = sequence(set(sequence(objectIdentifier(OID.COMMON_NAME), utf8String(request.hosts[0].slice(0, 64)))));
  const certificate = sequence(
    tagged(0xa0, integer(VERSION_3)),
    integer(request.serial),
    algorithm,
    name,
    sequence(
      generalizedTime(new Date(request.now - BACKDATE_MS)),
      generalizedTime(new Date(request.now + VALIDITY_MS)),
    ),
    name,
    createPublicKey(request.key).export({ format: 'der', type: 'spki' }),
    tagged(
      0xa3,
      sequence(
        extension(OID.SUBJECT_ALT_NAME, sequence(...request.hosts.map(generalName))),
        extension(OID.EXTENDED_KEY_USAGE, sequence(objectIdentifier(OID.SERVER_AUTH))),
      ),
    ),
  );
  const signature = sign('sha256', certificate, { key: request.key, dsaEncoding: 'der' });
  return pem(sequence(certificate, algorithm, bitString(signature)));
}

function extension(identifier: string, value: Uint8Array): Uint8Array {
  return sequence(objectIdentifier(identifier), octetString(value));
}

function generalName(host: string): Uint8Array {
  if (isIP(host) === 0) return tagged(DNS_NAME, utf8(host));
  return tagged(IP_ADDRESS, concatBytes(isIpv6(host) ? parseIpv6(host) : parseIpv4(host)));
}

function pem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
