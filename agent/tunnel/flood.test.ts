/**
 * What a flood of handshakes costs whom, by counting the expensive operations on both sides: agreements on
 * X25519 and what ML-KEM does. No clock is looked at.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LIMITS } from '#protocol/limits.ts';
import { TUNNEL_MESSAGE } from '#protocol/tunnel-messages.ts';
import { DhKeyPair } from './noise/dh.ts';
import { TestNetwork } from './test-support/test-network.ts';

const FLOOD = 1_000;
/** In a second: the limit, and the first one. */
const MOST = 1_000 / LIMITS.HANDSHAKE_ACCEPT_EVERY_MS.value + 1;

let network: TestNetwork;
let agreements: ReturnType<typeof vi.spyOn>;

beforeEach(async () => {
  network = await TestNetwork.create();
  agreements = vi.spyOn(DhKeyPair.prototype, 'agree');
});
afterEach(() => {
  agreements.mockRestore();
  network[Symbol.dispose]();
});

/** Message 1 of a, made well; and what making it cost, in agreements. */
async function madeWell(): Promise<{ init: Uint8Array; cost: number }> {
  const [a, b] = network.machines;
  if (a === undefined || b === undefined) throw new Error('two machines');
  network.relay = () => [];
  const before = agreements.mock.calls.length;
  a.send(b, 'hello');
  await network.advance(100);
  const init = network.sent.findLast(({ message }) => message[0] === TUNNEL_MESSAGE.HANDSHAKE_INIT)?.message;
  if (init === undefined) throw new Error('no handshake');
  return { init, cost: agreements.mock.calls.length - before };
}

describe('a flood of handshakes', () => {
  it('of garbage costs the victim a bounded number of agreements, however many come', async () => {
    const [a, b] = network.machines;
    const { init } = await madeWell();
    agreements.mockClear();
    for (let number = 0; number < FLOOD; number++) {
      const garbage = Uint8Array.from(init);
      garbage[20] = number & 0xff;
      garbage[21] = number >> 8;
      b?.tunnel.incoming(a?.id as never, garbage, network.now + number);
    }
    expect(agreements.mock.calls.length).toBeLessThanOrEqual(MOST);
    expect(b?.tunnel.droppedByReason['handshake-too-many']).toBeGreaterThanOrEqual(FLOOD - MOST);
  });

  it('that are made well costs their sender more than the victim, by two orders of magnitude', async () => {
    const [a, b] = network.machines;
    const { init, cost } = await madeWell();
    expect(cost).toBeGreaterThanOrEqual(2);
    agreements.mockClear();
    for (let number = 0; number < FLOOD; number++) b?.tunnel.incoming(a?.id as never, init, network.now + number);
    const victims = agreements.mock.calls.length;
    expect(victims * 50).toBeLessThan(FLOOD * cost);
  });

  it('of the shortest and the longest kind costs none', async () => {
    const [a, b] = network.machines;
    const { init } = await madeWell();
    agreements.mockClear();
    const long = new Uint8Array(LIMITS.HANDSHAKE_MESSAGE_MAX_BYTES.value + 1);
    long[0] = TUNNEL_MESSAGE.HANDSHAKE_INIT;
    for (let number = 0; number < FLOOD; number++) {
      b?.tunnel.incoming(a?.id as never, init.subarray(0, 4), network.now + number);
      b?.tunnel.incoming(a?.id as never, long, network.now + number);
    }
    expect(agreements.mock.calls.length).toBe(0);
  });
});
