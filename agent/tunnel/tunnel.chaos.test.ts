import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TUNNEL_MESSAGE } from '#protocol/tunnel-messages.ts';
import { type TestMachine, TestNetwork } from './test-support/test-network.ts';

/** What may befall two machines. `who` picks the machine that acts. */
const event = fc.record({
  what: fc.constantFrom(
    'send',
    'send',
    'send',
    'wait',
    'wait long',
    'lose everything',
    'lose handshakes',
    'lose some',
    'heal',
    'restart',
    'revoke',
    'grant',
    'control plane away',
    'control plane back',
    'relay reconnected',
    'peer gone',
    'probe',
  ),
  who: fc.boolean(),
});

describe('whatever happens', () => {
  it('nothing is delivered twice or out of order, no timer spins, and all is well once the trouble is over', {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 20, maxLength: 60 }), async (events) => {
        using network = await TestNetwork.create();
        const [a, b] = network.pair;
        let number = 0;
        for (const { what, who } of events) {
          const [self, other] = who ? [a, b] : [b, a];
          await befall(network, what, self, other, () => `${number++}`);
          await network.advance(37);
        }
        network.relay = ({ message }) => [message];
        network.controlPlane = 'grants';
        await network.grant(a, b);
        await network.grant(b, a);
        for (let second = 0; second < 40; second++) {
          a.send(b, `${number++}`);
          b.send(a, `${number++}`);
          await network.advance(1_000);
        }
        for (const machine of [a, b]) {
          const received = machine.payloads.map(Number);
          expect(received).toEqual([...new Set(received)].sort((one, two) => one - two));
          expect(received.filter((payload) => payload >= number - 20)).toHaveLength(10);
        }
        expect([a.tunnel.peer(b.id)?.state, b.tunnel.peer(a.id)?.state]).toEqual(['connected', 'connected']);
      }),
      { numRuns: 60 },
    );
  });
});

async function befall(
  network: TestNetwork,
  what: string,
  self: TestMachine,
  other: TestMachine,
  payload: () => string,
): Promise<void> {
  let count = 0;
  switch (what) {
    case 'send':
      self.send(other, payload());
      break;
    case 'wait':
      await network.advance(5_000);
      break;
    case 'wait long':
      await network.advance(70_000);
      break;
    case 'lose everything':
      network.relay = () => [];
      break;
    case 'lose handshakes':
      network.relay = ({ message }) => (message[0] === TUNNEL_MESSAGE.DATA ? [message] : []);
      break;
    case 'lose some':
      network.relay = ({ message }) => (count++ % 3 === 0 ? [] : [message]);
      break;
    case 'heal':
      network.relay = ({ message }) => [message];
      break;
    case 'restart':
      self.restart();
      break;
    case 'revoke':
      self.tunnel.revoke(other.id, network.now);
      break;
    case 'grant':
      await network.grant(self, other);
      break;
    case 'control plane away':
      network.controlPlane = 'is silent';
      break;
    case 'control plane back':
      network.controlPlane = 'grants';
      break;
    case 'relay reconnected':
      self.tunnel.reconnected(network.now);
      break;
    case 'peer gone':
      self.tunnel.peerGone(other.id, 'NOT_CONNECTED', network.now);
      break;
    case 'probe':
      self.tunnel.probe(other.id, new Uint8Array(8), network.now);
      break;
    default:
      throw new Error(`no such event: ${what}`);
  }
}
