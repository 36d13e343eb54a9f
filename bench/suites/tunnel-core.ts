/**
 * How fast the tunnel's core is alone: two tunnels in this process, packets in at one, packets out at the
 * other, no sockets and no adapter. What the rest of the path costs is what `tunnel` measures beyond it.
 */
import { adapterPacket, TestNetwork } from '#agent/tunnel/test-support/test-network.ts';
import { FRAME_HEADER_BYTES } from '#protocol/frames.ts';
import type { DataCipher } from '#protocol/tunnel-messages.ts';

const MEASURE_MS = 1_000;
const CIPHERS: readonly DataCipher[] = ['aes-256-gcm', 'chacha20-poly1305'];
/** Packets of so many payload bytes, so many handed over in one call. */
const LOADS = [
  { payload: 65_515, count: 1 },
  { payload: 16_000, count: 4 },
  { payload: 1_380, count: 40 },
  { payload: 1_380, count: 1 },
  { payload: 44, count: 1 },
] as const;

export interface CoreRow {
  readonly cipher: DataCipher;
  readonly payload: number;
  readonly count: number;
  /** IP bytes sealed at one end and opened at the other, on one core. */
  readonly gigabits: number;
  readonly microsecondsPerCall: number;
}

export const suite = {
  name: 'tunnel-core',
  summary: 'the tunnel’s state machine alone: seal and open in one process, by packet size and cipher',
  async run(options: { readonly json: boolean }): Promise<{ rows: CoreRow[] }> {
    const rows: CoreRow[] = [];
    for (const cipher of CIPHERS) {
      for (const { payload, count } of LOADS) {
        const row = await measure(cipher, payload, count);
        rows.push(row);
        (options.json ? process.stderr : process.stdout).write(`${inWords(row)}\n`);
      }
    }
    return { rows };
  },
};

async function measure(cipher: DataCipher, payload: number, count: number): Promise<CoreRow> {
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
    return { cipher, payload, count, gigabits, microsecondsPerCall: (ms * 1_000) / calls };
  } finally {
    network[Symbol.dispose]();
  }
}

function inWords({ cipher, payload, count, gigabits, microsecondsPerCall }: CoreRow): string {
  const load = `${count} × ${payload} bytes a call`;
  return `${cipher.padEnd(18)} ${load.padEnd(22)} ${gigabits.toFixed(2).padStart(6)} Gbit/s ${microsecondsPerCall.toFixed(2).padStart(7)} µs a call`;
}
