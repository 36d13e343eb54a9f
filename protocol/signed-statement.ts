/**
 * What all signed statements have in common: JWTs (RFC 7519) of one type each, signed by EdDSA over Ed25519
 * (RFC 8037) and by nothing else. Who may sign what is decided by those who use this.
 */
import { type CryptoKey, decodeProtectedHeader, errors, importJWK, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { type SigningPublicKey, signingPublicKey } from './ids.ts';

const ALGORITHM = 'EdDSA';

/** Why a statement does not count. */
export type StatementFault = { readonly fault: 'forged' } | { readonly fault: 'expired'; readonly at: string };

/** @param signer named in the header, for statements that several keys may sign. */
export function signStatement(
  claims: JWTPayload,
  type: string,
  key: CryptoKey,
  signer?: SigningPublicKey,
): Promise<string> {
  const header = { alg: ALGORITHM, typ: type, ...(signer !== undefined && { kid: signer }) };
  return new SignJWT(claims).setProtectedHeader(header).sign(key);
}

/**
 * @param now milliseconds of the Unix epoch.
 * @param required claims that must be there.
 * @throws what `refusal` makes of the fault.
 */
export async function verifyStatement(
  statement: string,
  type: string,
  key: CryptoKey,
  now: number,
  required: string[],
  refusal: (fault: StatementFault) => Error,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(statement, key, {
      algorithms: [ALGORITHM],
      typ: type,
      requiredClaims: required,
      currentDate: new Date(now),
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JWTExpired) {
      throw refusal({ fault: 'expired', at: new Date(Number(error.payload.exp) * 1000).toISOString() });
    }
    if (error instanceof errors.JOSEError || error instanceof TypeError) throw refusal({ fault: 'forged' });
    throw error;
  }
}

/** The key that a statement says it is signed by, unchecked; undefined when it names none. */
export function signerOf(statement: string): SigningPublicKey | undefined {
  try {
    return signingPublicKey.parse(decodeProtectedHeader(statement).kid);
  } catch {
    return undefined;
  }
}

/**
 * For statements that several keys may sign: checks the signature by the key that the statement itself names.
 * Whether that key counts is the caller's to decide. Expiry is not looked at.
 * @throws what `refusal` makes.
 */
export async function verifyNamed(
  statement: string,
  type: string,
  refusal: () => Error,
): Promise<{ readonly payload: JWTPayload; readonly signer: SigningPublicKey }> {
  let signer: SigningPublicKey;
  let key: CryptoKey;
  try {
    signer = signingPublicKey.parse(decodeProtectedHeader(statement).kid);
    key = (await importJWK({ kty: 'OKP', crv: 'Ed25519', x: signer }, ALGORITHM)) as CryptoKey;
  } catch {
    throw refusal();
  }
  return { payload: await verifyStatement(statement, type, key, 0, ['iat'], refusal), signer };
}
