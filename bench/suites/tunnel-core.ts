/**
 * How fast the tunnel's core is alone: two tunnels in this process, packets in at one, packets out at the
 * other, no sockets and no adapter. What the rest of the path costs is what `tunnel` measures beyond it.
 */
import { adapterPacket, TestNetwork } from '#agent/tunnel/test-support/test-network.ts';
import { FRAME_HEADER_BYTES } from '#protocol/frames.ts';
import { type DataCipher, OFFLOAD_HEADER_BYTES } from '#protocol/tunnel-messages.ts';
import { Series, type Suite } from '../suite.ts';

const MEASURE_MS = { quick: 200, whole: 1_000 };
const CIPHERS: readonly DataCipher[] = ['aes-256-gcm', 'chacha20-poly1305'];
/** Packets of so many payload bytes, so many handed over in one call. */
const LOADS = [
  { payload: 65_515, count: 1 },
  { payload: 16_000, count: 4 },
  { payload: 1_380, count: 40 },
  { payload: 1_380, count: 1 },
  { payload: 44, count: 1 },
] as const;

interface Measured {
  /** IP bytes sealed at one end and opened at the other, on one core. */
  readonly gigabits: number;
  readonly microsecondsPerCall: number;
}

export const suite: Suite = {
  name: 'tunnel-core',
  summary: 'the tunnel’s state machine alone: seal and open in one process, by packet size and cipher',
  async run({ rounds, quick, say }) {
    const series = new Series();
    const forMs = quick ? MEASURE_MS.quick : MEASURE_MS.whole;
    for (let round = 1; round <= rounds; round++) {
      for (const cipher of CIPHERS) {
        for (const { payload, count } of LOADS) {
          const { gigabits, microsecondsPerCall } = await measure(cipher, payload, count, forMs);
          const load = `${cipher}, ${count} × ${payload} bytes a call`;
          series.add('ours', load, 'speed', 'Gbit/s', gigabits);
          series.add('ours', load, 'call', 'µs', microsecondsPerCall);
        }
      }
      say(`round ${round} of ${rounds}`);
    }
    return { figures: series.figures(), bars: [], absent: [] };
  },
};

async function measure(cipher: DataCipher, payload: number, count: number, forMs: number): Promise<Measured> {
  const network = await TestNetwork.create(2, [[cipher], [cipher]]);
  try {
    const [a, b] = network.pair;
    a.send(b, 'hello');
    await network.advance(1_000);
    // From here on frames go straight across, and nothing is recorded.
    network.transmit = (from, _peer, frame) => {
      const to = from === a ? b : a;
      to.tunnel.incoming(from.id, frame.subarray(FRAME_HEADER_BYTES), network.now);
    };
    let delivered = 0;
    b.received = (arrived) => {
      for (const packet of arrived) delivered += packet.length - OFFLOAD_HEADER_BYTES;
    };
    const began = network.now - performance.now();
    const packets = Array.from({ length: count }, () => adapterPacket(a, b, new Uint8Array(payload)));
    const run = (durationMs: number): { calls: number; ms: number } => {
      const start = performance.now();
      for (let calls = 0; ; calls++) {
        if (calls % 64 === 0 && performance.now() - start >= durationMs)
          return { calls, ms: performance.now() - start };
        network.now = began + performance.now();
        a.tunnel.outgoing(b.id, packets, network.now);
        // Acknowledgements open the window again.
        b.tunnel.tick(network.now);
      }
    };
    run(forMs / 4);
    delivered = 0;
    const { ms } = run(forMs);
    // What the window did not let through in time was dropped, and is not counted.
    const calls = delivered / (count * (payload + 20));
    const gigabits = (delivered * 8) / ms / 1e6;
    return { gigabits, microsecondsPerCall: (ms * 1_000) / calls };
  } finally {
    network[Symbol.dispose]();
  }
}
