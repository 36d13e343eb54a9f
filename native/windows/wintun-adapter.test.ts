import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { OFFLOAD_HEADER_BYTES } from '#protocol/tunnel-messages.ts';
import type { AdapterPacket } from '../adapter.ts';
import { type ComplianceSubject, describeAdapterCompliance } from '../adapter-compliance.ts';
import { adapterPacket } from '../offload-header.ts';
import { buildUdp } from '../packet-builders.ts';
import { portsOf } from '../packets.ts';
import { addAddress, addRoute } from './ip-helper.ts';
import { besideProgram, openUdpSender, standIn, whyNoStandIns } from './windows-test-network.ts';
import { luidOfAdapter, openWintun, type WintunOptions } from './wintun-adapter.ts';

const skip = whyNoStandIns();
const OURS = '10.99.0.1';
const THEIRS = '10.99.0.2';
const NAME = 'cwnat0';
const SMALLEST_RING = 131_072;

async function subject(options: Omit<WintunOptions, 'name'> = {}): Promise<ComplianceSubject> {
  const adapter = openWintun({ name: NAME, ...options });
  addAddress(luidOfAdapter(adapter), OURS, 32);
  addRoute(luidOfAdapter(adapter), '10.99.0.0/24');
  const received: Uint8Array[] = [];
  const receiver = createSocket('udp4').bind(7000, OURS);
  await once(receiver, 'listening');
  receiver.on('message', (message) => received.push(new Uint8Array(message)));
  const sender = openUdpSender(OURS, 7001, THEIRS, 9000);
  return {
    adapter,
    received,
    inbound: { from: THEIRS, to: OURS, fromPort: 9000, toPort: 7000 },
    outboundPort: 9000,
    sendDatagrams: (payloads) => {
      for (const payload of payloads) sender.send(payload);
    },
    // Wine knows no UDP_SEND_MSG_SIZE: cut as the system would, for an adapter without offloads.
    sendSegmented: (payload, size) => {
      for (let at = 0; at < payload.length; at += size) sender.send(payload.slice(at, at + size));
    },
    removeInterface: () => standIn().remove(NAME),
    [Symbol.dispose]: () => {
      adapter[Symbol.dispose]();
      sender[Symbol.dispose]();
      receiver.close();
    },
  };
}

describeAdapterCompliance('the Wintun adapter', () => subject(), { skip });
describeAdapterCompliance('the Wintun adapter with the smallest ring', () => subject({ ringBytes: SMALLEST_RING }), {
  skip,
});

describe.skipIf(skip !== undefined)(`rings${skip ? ` (skipped: ${skip})` : ''}`, () => {
  afterEach(() => standIn().hold(false));

  test('a full ring refuses packets, counts them, and takes them again when there is room', async () => {
    using it = await subject({ ringBytes: SMALLEST_RING });
    // As few and as large as the receiving socket's own buffer takes.
    const packet = adapterPacket(buildUdp(it.inbound, new Uint8Array(3_500)));
    const onFailure = vi.fn();
    it.adapter.start({ onPackets: () => undefined, onFailure });
    standIn().hold(true);
    let taken = 0;
    while (it.adapter.write(packet)) taken++;
    // What the ring holds, but for one packet that the device may have had already.
    expect(taken).toBeGreaterThanOrEqual(Math.floor(SMALLEST_RING / (packet.length - OFFLOAD_HEADER_BYTES + 4)) - 1);
    expect(it.adapter.counters).toMatchObject({ written: taken, refused: 1 });
    standIn().hold(false);
    await vi.waitFor(() => expect(it.received).toHaveLength(taken), { timeout: 10_000 });
    expect(it.adapter.write(packet)).toBe(true);
    expect(onFailure).not.toHaveBeenCalled();
  });

  test('what finds no room on the way in is lost, and what came before is whole', async () => {
    using it = await subject({ ringBytes: SMALLEST_RING });
    const payloads = Array.from({ length: 300 }, (_, i) => new Uint8Array(1_000).fill(i));
    it.sendDatagrams(payloads);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const got: Uint8Array[] = [];
    it.adapter.start({
      onPackets: (packets) => {
        for (const packet of ours(packets)) got.push(packet.slice(OFFLOAD_HEADER_BYTES + 28));
      },
      onFailure: () => undefined,
    });
    await vi.waitFor(() => expect(got.length).toBeGreaterThan(100), { timeout: 10_000 });
    expect(got.length).toBeLessThan(payloads.length);
    expect(got).toEqual(payloads.slice(0, got.length));
  });

  test('many bursts go round the ring many times, each packet once and in order', async () => {
    using it = await subject({ ringBytes: SMALLEST_RING });
    let next = 0;
    it.adapter.start({
      onPackets: (packets) => {
        for (const packet of ours(packets)) {
          const at = OFFLOAD_HEADER_BYTES + 28;
          expect(((packet[at] as number) << 8) | (packet[at + 1] as number)).toBe(next++);
        }
      },
      onFailure: () => undefined,
    });
    for (let burst = 0; burst < 40; burst++) {
      const sent = Array.from({ length: 50 }, (_, i) => {
        const payload = new Uint8Array(900 + i);
        payload.set([(burst * 50 + i) >> 8, burst * 50 + i]);
        return payload;
      });
      it.sendDatagrams(sent);
      await vi.waitFor(() => expect(next).toBe((burst + 1) * 50), { timeout: 10_000, interval: 1 });
    }
  });

  test('an adapter that is removed while packets are written and read is reported once', async () => {
    using it = await subject();
    const failures: Error[] = [];
    it.adapter.start({ onPackets: () => undefined, onFailure: (error) => failures.push(error) });
    const packet = adapterPacket(buildUdp(it.inbound, new Uint8Array(1_000)));
    let removed = false;
    for (let round = 0; failures.length === 0 && round < 5_000; round++) {
      for (let i = 0; i < 20; i++) it.adapter.write(packet);
      it.sendDatagrams(removed ? [] : [new Uint8Array(500), new Uint8Array(500)]);
      if (round === 20) it.removeInterface();
      removed ||= round >= 20;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(failures).toMatchObject([{ code: 'ADAPTER_FAILED' }]);
    expect(it.adapter.write(packet)).toBe(false);
  });

  const ours = (packets: readonly AdapterPacket[]) =>
    packets.filter((packet) => portsOf(packet, OFFLOAD_HEADER_BYTES)?.destination === 9000);
});

describe.skipIf(skip !== undefined)(`opening${skip ? ` (skipped: ${skip})` : ''}`, () => {
  test.each([
    ['no DLL', 'nowhere.dll', 'WINTUN_MISSING', /nowhere\.dll/],
    ['the interface of 0.10', 'wintun-old.dll', 'WINTUN_UNUSABLE', /is not 0\.14, for it has no WintunCloseAdapter/],
    ['a driver of 0.10', 'wintun-old-driver.dll', 'WINTUN_UNUSABLE', /its driver is 0\.10, and 0\.14 is needed/],
    ['a DLL that is none', 'package.json', 'WINTUN_UNUSABLE', /can not be loaded/],
  ] as const)('%s is refused in words, and leaves no adapter', (_what, library, code, message) => {
    const open = () => openWintun({ name: NAME, library: besideProgram(library) });
    expect(refusal(open)).toMatchObject({ code, message: expect.stringMatching(message) });
    openWintun({ name: NAME })[Symbol.dispose]();
  });

  test('a name that exists is refused', () => {
    using _first = openWintun({ name: NAME });
    expect(refusal(() => openWintun({ name: NAME }))).toMatchObject({
      code: 'ADAPTER_NAME_TAKEN',
      details: { name: NAME },
    });
  });

  test.each(['', 'with/slash', 'with\\backslash', 'a'.repeat(128)])('the name "%s" is refused', (name) => {
    expect(refusal(() => openWintun({ name }))).toMatchObject({ code: 'ADAPTER_FAILED' });
  });

  test('a ring of a size that Wintun does not take is refused, and the adapter goes', () => {
    expect(refusal(() => openWintun({ name: NAME, ringBytes: 100_000 }))).toMatchObject({
      code: 'ADAPTER_FAILED',
      message: expect.stringContaining('its session could not be made: ERROR_INVALID_PARAMETER'),
    });
    openWintun({ name: NAME })[Symbol.dispose]();
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
