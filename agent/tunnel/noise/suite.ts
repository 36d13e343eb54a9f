/**
 * Noise protocol names (§8) and what they stand for. Handshake patterns are data here; handshake-state.ts
 * carries out any of them.
 */
import { CIPHERS, type NoiseCipher } from './aead.ts';
import { HASHES, type NoiseHash } from './hash.ts';
import { type Kem, MLKEM768 } from './kem.ts';

/** §7.1, and noise_hfs §4 for `e1` and `ekem1`. */
export type Token = 'e' | 's' | 'ee' | 'es' | 'se' | 'ss' | 'e1' | 'ekem1';

export interface Pattern {
  /** Whether the initiator knows the responder's static key beforehand (`<- s` as pre-message). */
  readonly responderStaticKnown: boolean;
  /** Messages in turn, the initiator's first. */
  readonly messages: readonly (readonly Token[])[];
}

/** §7.5 and noise_hfs §5. */
const PATTERNS: Readonly<Record<string, Pattern>> = {
  IK: {
    responderStaticKnown: true,
    messages: [
      ['e', 'es', 's', 'ss'],
      ['e', 'ee', 'se'],
    ],
  },
  IKhfs: {
    responderStaticKnown: true,
    messages: [
      ['e', 'es', 'e1', 's', 'ss'],
      ['e', 'ee', 'ekem1', 'se'],
    ],
  },
};

const KEMS: Readonly<Record<string, Kem>> = { MLKEM768 };

export interface Suite {
  /** The full protocol name, which is hashed into every handshake. */
  readonly name: string;
  readonly pattern: Pattern;
  /** Only with hybrid forward secrecy. */
  readonly kem: Kem | undefined;
  readonly cipher: NoiseCipher;
  readonly hash: NoiseHash;
}

/** What a protocol name asks for and this folder does not have. */
export class UnsupportedProtocol extends Error {
  constructor(part: string) {
    super(`${part} not implemented`);
    this.name = 'UnsupportedProtocol';
  }
}

/**
 * Takes a name like `Noise_IKhfs_25519+MLKEM768_AESGCM_SHA256` apart.
 * @throws UnsupportedProtocol naming the first part that is not implemented.
 */
export function parseProtocolName(name: string): Suite {
  const [noise, patternName = '', dhName = '', cipherName = '', hashName = '', ...more] = name.split('_');
  if (noise !== 'Noise' || more.length > 0) throw new UnsupportedProtocol(`protocol name ${name}`);
  const pattern = entry(PATTERNS, patternName, 'pattern');
  const [curve, kemName, ...others] = dhName.split('+');
  if (curve !== '25519' || others.length > 0) throw new UnsupportedProtocol(`DH ${dhName}`);
  const kem = kemName === undefined ? undefined : entry(KEMS, kemName, 'KEM');
  const hybrid = pattern.messages.some((tokens) => tokens.includes('e1'));
  if (hybrid !== (kem !== undefined)) throw new UnsupportedProtocol(`pattern ${patternName} with DH ${dhName}`);
  return {
    name,
    pattern,
    kem,
    cipher: entry(CIPHERS, cipherName, 'cipher'),
    hash: entry(HASHES, hashName, 'hash'),
  };
}

function entry<Value>(table: Readonly<Record<string, Value>>, name: string, kind: string): Value {
  const value = Object.hasOwn(table, name) ? table[name] : undefined;
  if (value === undefined) throw new UnsupportedProtocol(`${kind} ${name}`);
  return value;
}
