import { execFileSync } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { constants } from 'node:os';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { LIMITS } from '#protocol/limits.ts';
import { OFFLOAD_HEADER_BYTES } from '#protocol/tunnel-messages.ts';
import { type ComplianceSubject, describeAdapterCompliance } from '../adapter-compliance.ts';
import { adapterPacket } from '../offload-header.ts';
import { buildUdp, prohibitedReply } from '../packet-builders.ts';
import { portsOf } from '../packets.ts';
import { IFF_VNET_HDR, TUN_F_TSO4, TUN_F_USO4, TUNSETIFF, TUNSETOFFLOAD } from './constants.ts';
import { type Libc, loadLibc } from './libc.ts';
import { enterTestNamespace, openUdpSender, type TestNamespace, whyNoTun } from './test-namespace.ts';
import { openTun } from './tun-adapter.ts';

const skip = whyNoTun();
const { EACCES, EAGAIN, EINVAL, EMFILE, ENOBUFS, ENOENT, EPERM } = constants.errno;
const OURS = '10.99.0.1';
const THEIRS = '10.99.0.2';
const NAME = 'cwnat0';

let namespace: TestNamespace;
beforeAll(() => {
  if (skip === undefined) namespace = enterTestNamespace();
});
afterAll(() => {
  if (skip === undefined) namespace[Symbol.dispose]();
});

type Refusals = { [Call in keyof Libc]?: (...args: Parameters<Libc[Call]>) => number };

/** The real C library, but for calls that `refusals` gives an errno for. */
function libcRefusing(refusals: Refusals): Libc {
  const real = loadLibc();
  let refused = 0;
  const guarded = (call: keyof Refusals) => {
    const [original, refuse] = [real[call], refusals[call]] as ((...args: unknown[]) => number)[];
    return (...args: unknown[]) => {
      refused = refuse?.(...args) ?? 0;
      return refused === 0 ? original?.(...args) : -1;
    };
  };
  const calls = (Object.keys(real) as (keyof Libc)[]).map((call) => [call, guarded(call)]);
  return { ...(Object.fromEntries(calls) as Libc), errno: () => refused || real.errno() };
}

const refusingOffload = (bit: number) =>
  libcRefusing({ ioctlValue: (_fd, request, bits) => (request === TUNSETOFFLOAD && bits & bit ? EINVAL : 0) });

const withoutHeaders = () =>
  libcRefusing({
    ioctl: (_fd, request, argument) => {
      const flags = (argument[16] as number) | ((argument[17] as number) << 8);
      return request === TUNSETIFF && flags & IFF_VNET_HDR ? EINVAL : 0;
    },
  });

async function bound(port: number): Promise<Socket> {
  const socket = createSocket('udp4').bind(port, OURS);
  await once(socket, 'listening');
  return socket;
}

async function subject(libc?: Libc): Promise<ComplianceSubject> {
  const adapter = openTun({ name: NAME }, libc);
  namespace.ip(`addr add ${OURS}/24 dev ${NAME}`);
  namespace.ip(`link set ${NAME} up`);
  const received: Uint8Array[] = [];
  const receiver = await bound(7000);
  receiver.on('message', (message) => received.push(new Uint8Array(message)));
  const sender = openUdpSender(OURS, 7001, THEIRS, 9000);
  return {
    adapter,
    received,
    inbound: { from: THEIRS, to: OURS, fromPort: 9000, toPort: 7000 },
    outboundPort: 9000,
    sendDatagrams: (payloads) => {
      for (const payload of payloads) sender.send(payload, 0);
    },
    sendSegmented: (payload, size) => sender.send(payload, size),
    removeInterface: () => namespace.ip(`link del ${NAME}`),
    [Symbol.dispose]: () => {
      adapter[Symbol.dispose]();
      sender[Symbol.dispose]();
      receiver.close();
    },
  };
}

describeAdapterCompliance('the Linux TUN adapter', () => subject(), { skip });
describeAdapterCompliance('the Linux TUN adapter on a kernel without USO', () => subject(refusingOffload(TUN_F_USO4)), {
  skip,
});
describeAdapterCompliance('the Linux TUN adapter on a kernel without TSO', () => subject(refusingOffload(TUN_F_TSO4)), {
  skip,
});
describeAdapterCompliance(
  'the Linux TUN adapter on a kernel without offload headers',
  () => subject(withoutHeaders()),
  {
    skip,
  },
);

describe.skipIf(skip !== undefined)(`opening${skip ? ` (skipped: ${skip})` : ''}`, () => {
  test.each([
    ['everything', undefined, { tcp: true, udp: true }],
    ['no USO', () => refusingOffload(TUN_F_USO4), { tcp: true, udp: false }],
    ['no TSO', () => refusingOffload(TUN_F_TSO4), { tcp: false, udp: false }],
    ['no offload at all', () => refusingOffload(~0), { tcp: false, udp: false }],
    ['no offload headers', withoutHeaders, { tcp: false, udp: false }],
  ])('with %s granted', (_what, libc, offload) => {
    using adapter = openTun({ name: NAME, mtu: 9000 }, libc?.());
    expect(adapter).toMatchObject({ name: NAME, mtu: 9000, offload });
  });

  test.each([
    ['no /dev/net/tun', { open: () => ENOENT }, { code: 'TUN_MISSING' }],
    ['no right to open it', { open: () => EACCES }, { code: 'PRIVILEGE_MISSING' }],
    ['no descriptors left', { open: () => EMFILE }, { code: 'ADAPTER_FAILED', message: /EMFILE/ }],
    ['no right to make an interface', { ioctl: () => EPERM }, { code: 'PRIVILEGE_MISSING' }],
    ['a kernel that knows no TUN', { ioctl: () => EINVAL }, { code: 'ADAPTER_FAILED', message: /TUNSETIFF: EINVAL/ }],
    ['no socket for the MTU', { socket: () => EMFILE }, { code: 'ADAPTER_FAILED', message: /socket: EMFILE/ }],
  ])('%s is refused with its code, and leaves no descriptor open', (_what, refuse, expected) => {
    const before = readdirSync('/proc/self/fd').length;
    expect(refusal(() => openTun({ name: NAME }, libcRefusing(refuse)))).toMatchObject({
      code: expected.code,
      ...('message' in expected ? { message: expect.stringMatching(expected.message) } : {}),
    });
    expect(readdirSync('/proc/self/fd').length).toBe(before);
  });

  test('a name that exists is refused, whatever kind of interface has it', () => {
    using _first = openTun({ name: NAME });
    expect(refusal(() => openTun({ name: NAME }))).toMatchObject({
      code: 'ADAPTER_NAME_TAKEN',
      details: { name: NAME },
    });
    expect(refusal(() => openTun({ name: 'lo' }))).toMatchObject({ code: 'ADAPTER_NAME_TAKEN' });
  });

  test.each(['', 'a-name-of-16-char', 'with/slash', 'with space', '.', '%d%d'])('the name "%s" is refused', (name) => {
    expect(refusal(() => openTun({ name }))).toMatchObject({ code: 'ADAPTER_FAILED' });
  });

  test('an MTU that the kernel does not take is refused, and the interface goes', () => {
    expect(refusal(() => openTun({ name: NAME, mtu: 70_000 }))).toMatchObject({
      code: 'ADAPTER_FAILED',
      message: expect.stringContaining('MTU 70000: EINVAL'),
    });
    openTun({ name: NAME })[Symbol.dispose]();
  });

  function refusal(action: () => unknown): unknown {
    try {
      action();
    } catch (error) {
      return error;
    }
    throw new Error('was not refused');
  }
});

describe.skipIf(skip !== undefined)(`on a real kernel${skip ? ` (skipped: ${skip})` : ''}`, () => {
  test('disposal leaves neither descriptor nor interface', async () => {
    const before = readdirSync('/proc/self/fd').length;
    for (let round = 0; round < 5; round++) {
      const adapter = openTun({ name: NAME });
      adapter.start({ onPackets: () => {}, onFailure: () => {} });
      if (round % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
      adapter[Symbol.dispose]();
      expect(() => namespace.ip(`link show ${NAME}`)).toThrow();
    }
    expect(readdirSync('/proc/self/fd').length).toBe(before);
  });

  test('so does the death of the interface', async () => {
    const before = readdirSync('/proc/self/fd').length;
    const adapter = openTun({ name: NAME });
    const onFailure = vi.fn();
    adapter.start({ onPackets: () => {}, onFailure });
    namespace.ip(`link del ${NAME}`);
    await vi.waitFor(() => expect(onFailure).toHaveBeenCalled(), { timeout: 10_000 });
    expect(onFailure.mock.calls[0]?.[0].message).toContain('the interface was removed');
    expect(readdirSync('/proc/self/fd').length).toBe(before);
  });

  test('a batch of super-packets is bounded by its bytes', async () => {
    using it = await subject();
    const payload = Uint8Array.from({ length: 60_000 }, (_, i) => i ^ (i >> 8));
    for (let sent = 0; sent < 12; sent++) it.sendSegmented(payload, 1000);
    const batches: Uint8Array[][] = [];
    it.adapter.start({
      onPackets: (packets) => void batches.push(packets.map((packet) => packet.slice(OFFLOAD_HEADER_BYTES + 28))),
      onFailure: () => {},
    });
    await vi.waitFor(() => expect(batches.flat()).toHaveLength(12), { timeout: 10_000 });
    for (const received of batches.flat()) expect(received).toEqual(payload);
    const most = Math.max(...batches.map((batch) => batch.length));
    expect(most * payload.length).toBeLessThan(
      LIMITS.ADAPTER_BATCH_MAX_BYTES.value + 2 * LIMITS.PACKET_MAX_BYTES.value,
    );
  });

  test('child processes do not inherit its descriptors, which would keep the interface alive', () => {
    using adapter = openTun({ name: NAME });
    adapter.start({ onPackets: () => {}, onFailure: () => {} });
    expect(execFileSync('sh', ['-c', 'ls -l /proc/$$/fd'], { encoding: 'utf8' })).not.toContain('/dev/net/tun');
  });

  test.each([
    ['EAGAIN', EAGAIN],
    ['ENOBUFS', ENOBUFS],
    ['EINVAL', EINVAL],
  ])('a write that ends in %s is counted and no failure', (_name, errno) => {
    using adapter = openTun({ name: NAME }, libcRefusing({ write: () => errno }));
    const onFailure = vi.fn();
    adapter.start({ onPackets: () => {}, onFailure });
    const ends = { from: THEIRS, to: OURS, fromPort: 1, toPort: 2 };
    expect(adapter.write(adapterPacket(buildUdp(ends, new Uint8Array(1))))).toBe(false);
    expect(adapter.counters).toEqual({ read: 0, written: 0, refused: 1 });
    expect(onFailure).not.toHaveBeenCalled();
  });

  test('an interface that is down refuses packets, and takes them again once it is up', async () => {
    using it = await subject();
    const packet = adapterPacket(buildUdp(it.inbound, new Uint8Array(4)));
    namespace.ip(`link set ${NAME} down`);
    expect(it.adapter.write(packet)).toBe(false);
    namespace.ip(`link set ${NAME} up`);
    expect(it.adapter.write(packet)).toBe(true);
  });

  test('the reply to denied traffic reaches the program that sent it', async () => {
    using it = await subject();
    it.adapter.start({
      onPackets: (packets) => {
        for (const packet of packets) {
          const reply = portsOf(packet, OFFLOAD_HEADER_BYTES) && prohibitedReply(packet);
          if (reply) it.adapter.write(reply);
        }
      },
      onFailure: () => {},
    });
    const program = createSocket('udp4');
    program.connect(4321, THEIRS);
    await once(program, 'connect');
    const error = once(program, 'error');
    program.send('let me in');
    expect((await error)[0]).toMatchObject({ code: 'EHOSTUNREACH' });
    program.close();
  });
});
