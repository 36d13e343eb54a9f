import { constants } from 'node:os';
import { describe, expect, test, vi } from 'vitest';
import { OFFLOAD_HEADER_BYTES } from '#protocol/tunnel-messages.ts';
import { type ComplianceSubject, describeAdapterCompliance } from '../adapter-compliance.ts';
import { adapterPacket } from '../offload-header.ts';
import { buildUdp } from '../packet-builders.ts';
import { readPacket } from '../reference.ts';
import { AF, REQUEST, RTM } from './constants.ts';
import { loadLibSystem } from './libsystem.ts';
import { watchNetwork } from './network-settings.ts';
import { isToItself } from './to-itself.ts';
import { openUtun } from './utun-adapter.ts';
import { startTestKernel, type TestKernel } from './utun-test-kernel.ts';

const skip = process.platform === 'linux' ? undefined : 'the other end is one of Linux';
const [OURS, THEIRS] = ['100.64.1.2', '100.64.1.3'];
const INBOUND = { from: THEIRS, to: OURS, fromPort: 9000, toPort: 7000 };
const OUTBOUND = { from: OURS, to: THEIRS, fromPort: 7001, toPort: 9000 };
const IPV4 = [0, 0, 0, 2] as const;
const IPV6 = [0, 0, 0, 30] as const;
const framed = (family: readonly number[], packet: Uint8Array) => Uint8Array.from([...family, ...packet]);

async function subject(): Promise<ComplianceSubject & { readonly kernel: TestKernel }> {
  const kernel = startTestKernel();
  const adapter = openUtun({ name: 'utun' }, kernel.calls);
  const received: Uint8Array[] = [];
  kernel.onPacket = (bytes) => {
    expect([...bytes.subarray(0, 4)]).toEqual(IPV4);
    const { faults, payload } = readPacket(bytes.subarray(4));
    expect(faults).toEqual([]);
    received.push(payload);
  };
  const send = (payload: Uint8Array) => kernel.send(framed(IPV4, buildUdp(OUTBOUND, payload)));
  return {
    adapter,
    kernel,
    received,
    inbound: INBOUND,
    outboundPort: 9000,
    sendDatagrams: (payloads) => {
      for (const payload of payloads) send(payload);
    },
    sendSegmented: (payload, size) => {
      for (let at = 0; at < payload.length; at += size) send(payload.slice(at, at + size));
    },
    removeInterface: () => kernel.removeInterface(),
    [Symbol.dispose]: () => {
      adapter[Symbol.dispose]();
      kernel[Symbol.dispose]();
    },
  };
}

describeAdapterCompliance('the utun adapter, with a kernel of ours behind it,', () => subject(), { skip });

describe.skipIf(skip !== undefined)(`utun${skip ? ` (skipped: ${skip})` : ''}`, () => {
  test('the interface is asked for by its control, named by the kernel, and given its MTU', () => {
    using kernel = startTestKernel();
    using adapter = openUtun({ name: 'utun5', mtu: 1400 }, kernel.calls);
    expect(adapter).toMatchObject({ name: 'utun5', mtu: 1400, offload: { tcp: false, udp: false } });
    expect(kernel.asked.map(({ request }) => request)).toEqual([REQUEST.CTLIOCGINFO, REQUEST.SIOCSIFMTU]);
    // The unit is one more than the number.
    expect([...(kernel.connected[0] as Uint8Array).subarray(4, 12)]).toEqual([5, 1, 0, 0, 6, 0, 0, 0]);
  });

  test('utun is whatever is free', () => {
    using kernel = startTestKernel();
    using _adapter = openUtun({ name: 'utun' }, kernel.calls);
    expect([...(kernel.connected[0] as Uint8Array).subarray(8, 12)]).toEqual([0, 0, 0, 0]);
  });

  test.each(['causeway0', 'utun-1', 'utun12345', ''])('the name "%s" is refused', (name) => {
    using kernel = startTestKernel();
    expect(() => openUtun({ name }, kernel.calls)).toThrow(expect.objectContaining({ code: 'ADAPTER_FAILED' }));
  });

  test.each([
    ['no right to', { connect: constants.errno.EPERM }, { code: 'PRIVILEGE_MISSING' }],
    [
      'a number that is taken',
      { connect: constants.errno.EBUSY },
      { code: 'ADAPTER_NAME_TAKEN', details: { name: 'utun5' } },
    ],
    [
      'no descriptors',
      { socket: constants.errno.EMFILE },
      { code: 'ADAPTER_FAILED', message: expect.stringMatching(/EMFILE/) },
    ],
  ] as const)('%s is said in words', (_what, errnos, error) => {
    using kernel = startTestKernel(errnos);
    expect(() => openUtun({ name: 'utun5' }, kernel.calls)).toThrow(expect.objectContaining(error));
  });

  test('IPv6 travels behind its own family', async () => {
    using it = await subject();
    const packet = buildUdp({ ...INBOUND, from: 'fd12::3', to: 'fd12::2' }, Uint8Array.of(1, 2, 3));
    const wrote: Uint8Array[] = [];
    it.kernel.onPacket = (bytes) => wrote.push(bytes);
    expect(it.adapter.write(adapterPacket(packet))).toBe(true);
    await vi.waitFor(() => expect(wrote).toEqual([framed(IPV6, packet)]));
  });

  test('what the computer sends to itself goes back to it, and to nobody else', async () => {
    using it = await subject();
    const own = framed(IPV4, buildUdp({ ...OUTBOUND, to: OURS }, Uint8Array.of(9)));
    const [back, read]: Uint8Array[][] = [[], []];
    it.kernel.onPacket = (bytes) => back?.push(bytes);
    it.adapter.start({
      onPackets: (packets) => {
        for (const packet of packets) read?.push(packet.slice(OFFLOAD_HEADER_BYTES));
      },
      onFailure: () => undefined,
    });
    const other = buildUdp(OUTBOUND, Uint8Array.of(7));
    for (const packet of [own, framed(IPV4, other), own]) it.kernel.send(packet);
    await vi.waitFor(() => expect([back, read]).toEqual([[own, own], [other]]));
  });

  test('a header without a packet is nothing', async () => {
    using it = await subject();
    const read: Uint8Array[] = [];
    it.adapter.start({
      onPackets: (packets) => read.push(...packets.map((one) => new Uint8Array(one))),
      onFailure: () => undefined,
    });
    it.kernel.send(Uint8Array.from(IPV4));
    it.sendDatagrams([Uint8Array.of(1)]);
    await vi.waitFor(() => expect(read).toHaveLength(1));
  });
});

test('to itself: the same address twice, whatever it is', () => {
  const of = (from: string, to: string) =>
    isToItself(adapterPacket(buildUdp({ ...INBOUND, from, to }, new Uint8Array(1))));
  expect([
    of('10.0.0.1', '10.0.0.1'),
    of('10.0.0.1', '10.0.0.2'),
    of('fd12::1', 'fd12::1'),
    of('fd12::1', 'fd12::2'),
  ]).toEqual([true, false, true, false]);
  expect(isToItself(new Uint8Array(12))).toBe(false);
});

test.skipIf(skip !== undefined)('changes of the network are told, questions of anybody are not', async () => {
  using kernel = startTestKernel();
  const told: string[] = [];
  const calls = { ...kernel.calls, socket: () => kernel.calls.socket(AF.SYSTEM, 0, 0) };
  using _watch = watchNetwork({ onEvent: () => told.push('changed'), onFailure: (cause) => told.push(cause) }, calls);
  const message = (type: number) => Uint8Array.of(4, 0, RTM.VERSION, type);
  for (const type of [RTM.GET, RTM.ADD, RTM.MISS, RTM.DELETE]) kernel.send(message(type));
  await vi.waitFor(() => expect(told).toHaveLength(2));
  kernel.removeInterface();
  await vi.waitFor(() => expect(told).toEqual(['changed', 'changed', 'end of file']));
});

describe.skipIf(skip !== undefined)('the calls that Linux has, too', () => {
  test('interfaces have numbers and names', () => {
    const calls = loadLibSystem();
    expect(calls.interfaceName(calls.interfaceIndex('lo'))).toBe('lo');
    expect([calls.interfaceIndex('none0'), calls.interfaceName(2_000_000)]).toEqual([0, undefined]);
  });

  test('descriptors are made ours by calls with dots', () => {
    const calls = loadLibSystem();
    const ends = new Int32Array(2);
    expect(calls.pipe(ends)).toBe(0);
    expect(calls.makeOurs(ends[0] as number)).toBe(0);
    for (const end of ends) calls.close(end);
    expect(calls.makeOurs(ends[0] as number)).toBe(-1);
    expect(calls.errno()).toBe(constants.errno.EBADF);
  });
});
