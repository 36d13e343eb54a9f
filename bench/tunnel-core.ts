/**
 * How fast the tunnel's core is alone: two tunnels in this process, packets in at one, packets out at the
 * other, no sockets and no adapter. For tuning agent/tunnel by hand: `node bench/tunnel-core.ts`.
 */

import { adapterPacket, TestNetwork } from '#agent/tunnel/test-support/test-network.ts';
import { FRAME_HEADER_BYTES } from '#protocol/frames.ts';
import type { DataCipher } from '#protocol/tunnel-messages.ts';

const MEASURE_MS = 1_000;

for (const cipher of ['aes-256-gcm', 'chacha20-poly1305'] satisfies DataCipher[]) {
  await measure(`${cipher}, one 64 KiB packet a call`, cipher, 65_515, 1);
  await measure(`${cipher}, 4 packets of 16 KiB a call`, cipher, 16_000, 4);
  await measure(`${cipher}, 40 packets of 1.4 kB a call`, cipher, 1_380, 40);
  await measure(`${cipher}, one packet of 1.4 kB a call`, cipher, 1_380, 1);
  await measure(`${cipher}, one packet of 64 bytes a call`, cipher, 44, 1);
}

async function measure(what: string, cipher: DataCipher, payload: number, count: number): Promise<void> {
  using network = await TestNetwork.create(2, [[cipher], [cipher]]);
  const [a, b] = network.pair;
  a.send(b, 'hello');
  await network.advance(1_000);
  // From here on frames go straight across, and nothing is recorded.
  network.transmit = (from, _peer, frame) => {
    const to = from === a ? b : a;
    to.tunnel.incoming(from.id, frame.subarray(FRAME_HEADER_BYTES), network.now);
  };
  b.received = () => {};
  const packets = Array.from({ length: count }, () => adapterPacket(a, b, new Uint8Array(payload)));
  const run = (forMs: number): { calls: number; ms: number } => {
    const start = performance.now();
    for (let calls = 0; ; calls++) {
      if (calls % 64 === 0 && performance.now() - start >= forMs) return { calls, ms: performance.now() - start };
      a.tunnel.outgoing(b.id, packets, network.now);
    }
  };
  run(MEASURE_MS / 4);
  const { calls, ms } = run(MEASURE_MS);
  const gigabits = (calls * count * (payload + 20) * 8) / ms / 1e6;
  console.log(
    `${what.padEnd(50)} ${gigabits.toFixed(2).padStart(6)} Gbit/s ${((ms * 1_000) / calls).toFixed(2).padStart(7)} µs a call`,
  );
}
