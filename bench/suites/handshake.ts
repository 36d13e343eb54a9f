/**
 * What a new session costs its two ends: the handshake as users run it, verification of the grant
 * included, beside Noise alone with and without ML-KEM, and where the time of a session goes. No other
 * program is compared, and nothing is asked of the numbers.
 */
import { randomBytes } from 'node:crypto';
import { DH_BYTES, DhKeyPair } from '#agent/tunnel/noise/dh.ts';
import { MLKEM768 } from '#agent/tunnel/noise/kem.ts';
import { measureRepeated } from '../measure/cpu.ts';
import { HandshakeSides } from '../measure/handshake-sides.ts';
import { measureNoise, type NoiseCost } from '../measure/noise-sides.ts';
import { Series, type Suite } from '../suite.ts';

const WHOLE = 'session with its grant, as users run it';
const PROTOCOLS = [
  ['Noise IKhfs alone', 'Noise_IKhfs_25519+MLKEM768_AESGCM_SHA256'],
  ['Noise IK alone', 'Noise_IK_25519_AESGCM_SHA256'],
] as const;
const PARTS = 'parts of a session, both ends';

export const suite: Suite = {
  name: 'handshake',
  summary: 'new tunnel sessions per CPU-second, each end alone and both together, and what they cost it',
  async run({ rounds, quick, say }) {
    const [sideMs, partMs] = quick ? [1_000, 200] : [4_000, 500];
    const series = new Series();
    const sides = await HandshakeSides.create();
    await sides.run(sideMs / 2);
    for (let round = 1; round <= rounds; round++) {
      const cost = await sides.run(sideMs);
      addSides(series, WHOLE, cost);
      for (const [load, protocol] of PROTOCOLS) addSides(series, load, await measureNoise(protocol, sideMs));
      const session = (cost.initiators + cost.responder) / cost.sessions;
      addParts(series, session, { ...(await primitives(partMs)), grant: cost.verification / cost.sessions });
      say(`round ${round}  ${(1 / session).toFixed(0)} sessions per CPU-second`);
    }
    return { figures: series.figures(), bars: [], absent: [] };
  },
};

function addSides(series: Series, load: string, { sessions, initiators, responder }: NoiseCost): void {
  series.add('ours', load, 'both ends', 'sessions/CPU-s', sessions / (initiators + responder));
  series.add('ours', load, 'initiator', 'sessions/CPU-s', sessions / initiators);
  series.add('ours', load, 'responder', 'sessions/CPU-s', sessions / responder);
  series.add('ours', load, 'initiator costs', 'µs', (initiators / sessions) * 1e6);
  series.add('ours', load, 'responder costs', 'µs', (responder / sessions) * 1e6);
}

/** CPU-seconds that a session spends on each, both ends together. */
interface Parts {
  readonly kem: number;
  readonly dh: number;
  readonly grant: number;
}

function addParts(series: Series, session: number, { kem, dh, grant }: Parts): void {
  const parts = { 'ML-KEM-768': kem, X25519: dh, 'grant verification': grant, rest: session - kem - dh - grant };
  for (const [part, seconds] of Object.entries(parts)) series.add('ours', PARTS, part, 'µs', seconds * 1e6);
  for (const [part, seconds] of Object.entries(parts)) {
    series.add('ours', PARTS, `${part} share`, '%', (seconds / session) * 100);
  }
}

async function primitives(forMs: number): Promise<Pick<Parts, 'kem' | 'dh'>> {
  const [ours, theirs] = [new DhKeyPair(randomBytes(DH_BYTES)), new DhKeyPair(randomBytes(DH_BYTES))];
  const pair = MLKEM768.generate(randomBytes);
  const { ciphertext } = MLKEM768.encapsulate(pair.publicKey, randomBytes);
  const generate = await measureRepeated(() => MLKEM768.generate(randomBytes), forMs);
  const encapsulate = await measureRepeated(() => MLKEM768.encapsulate(pair.publicKey, randomBytes), forMs);
  const decapsulate = await measureRepeated(() => MLKEM768.decapsulate(pair.privateKey, ciphertext), forMs);
  const ephemeral = await measureRepeated(() => new DhKeyPair(randomBytes(DH_BYTES)), forMs);
  const agree = await measureRepeated(() => ours.agree(theirs.publicKey), forMs);
  // IK: each end makes one ephemeral key and does es, ss, ee and se.
  return { kem: generate + encapsulate + decapsulate, dh: 2 * ephemeral + 8 * agree };
}
