import { describe, expect, test } from 'vitest';
import { RTA, RTF, RTM } from './constants.ts';
import { addRoute, askRoute, deleteRoute, HEADER_BYTES, readMessages } from './route-messages.ts';
import { addressBytes, addressIn, maskBytes, maskLengthIn } from './socket-addresses.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const zeros = (bytes: number) => '00'.repeat(bytes);

describe('what is sent', () => {
  test('a range goes to an interface by its index', () => {
    const header = `9000050100000000010800000700000000000000${zeros(HEADER_BYTES - 20)}`;
    const [destination, gateway, mask] = [
      `1002000064400000${zeros(8)}`,
      `14120700${zeros(16)}`,
      `10020000ffc00000${zeros(8)}`,
    ];
    expect(hex(addRoute('100.64.0.0/10', 7))).toBe(header + destination + gateway + mask);
    const removal = deleteRoute('100.64.0.0/10', 7);
    expect(hex(removal)).toBe(header.replace(/^90000501/, '90000502') + destination + gateway + mask);
  });

  test('IPv6 is of another family and longer', () => {
    const bytes = addRoute('fd12:3456:789a::/48', 7);
    expect(bytes.length).toBe(HEADER_BYTES + 28 + 20 + 28);
    expect(hex(bytes.subarray(HEADER_BYTES, HEADER_BYTES + 28))).toBe(`1c1e000000000000fd123456789a${zeros(14)}`);
    expect(hex(bytes.subarray(-28))).toBe(`1c1e000000000000ffffffffffff${zeros(14)}`);
  });

  test('a question has a destination, and asks for the interface', () => {
    const bytes = askRoute('100.64.1.2', 9);
    expect(readMessages(bytes)).toMatchObject([{ type: RTM.GET, sequence: 9, route: { destination: '100.64.1.2' } }]);
    expect(new DataView(bytes.buffer).getInt32(12, true)).toBe(RTA.DST | RTA.IFP);
  });
});

describe('what is told', () => {
  /** As net/rtsock.c writes it (rt_msg2): each address filled up to four bytes, one of no length four. */
  function told(
    flags: number,
    index: number,
    addresses: readonly (readonly [number, Uint8Array])[],
    version = 5,
  ): Uint8Array {
    const parts = addresses.map(([, bytes]) =>
      Buffer.concat([bytes, Buffer.alloc(bytes.length === 0 ? 4 : (4 - (bytes.length & 3)) & 3)]),
    );
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt16LE(HEADER_BYTES + Buffer.concat(parts).length, 0);
    header.set([version, RTM.GET], 2);
    header.writeUInt16LE(index, 4);
    header.writeInt32LE(flags, 8);
    header.writeInt32LE(
      addresses.reduce((bits, [bit]) => bits | bit, 0),
      12,
    );
    header.writeInt32LE(4711, 16);
    header.writeInt32LE(3, 20);
    return Buffer.concat([header, ...parts]);
  }
  /** The kernel cuts a mask behind its last byte that is not 0 (in_socktrim), and says its length so. */
  const trimmed = (like: string, length: number) => {
    const mask = maskBytes(like, length);
    const end = mask.findLastIndex((byte, at) => at >= (like.includes(':') ? 8 : 4) && byte !== 0) + 1;
    return end === 0 ? new Uint8Array() : Uint8Array.from([end, ...mask.subarray(1, end)]);
  };
  const UP = RTF.UP;

  test('ranges, hosts and the default route', () => {
    const table = Buffer.concat([
      told(UP | RTF.GATEWAY, 4, [
        [RTA.DST, addressBytes('0.0.0.0')],
        [RTA.GATEWAY, addressBytes('192.168.1.1')],
        [RTA.NETMASK, new Uint8Array()],
      ]),
      told(UP, 7, [
        [RTA.DST, addressBytes('100.64.0.0')],
        [RTA.GATEWAY, addressBytes('100.64.1.2')],
        [RTA.NETMASK, trimmed('100.64.0.0', 10)],
      ]),
      told(UP | RTF.HOST, 1, [
        [RTA.DST, addressBytes('127.0.0.1')],
        [RTA.GATEWAY, addressBytes('127.0.0.1')],
      ]),
      told(UP, 7, [
        [RTA.DST, addressBytes('fd12:3456:789a::')],
        [RTA.GATEWAY, new Uint8Array(20).fill(20, 0, 1).fill(18, 1, 2)],
        [RTA.NETMASK, trimmed('::', 48)],
      ]),
    ]);
    expect(readMessages(table).map(({ route }) => route)).toEqual([
      { destination: '0.0.0.0/0', gateway: '192.168.1.1', index: 4, flags: 3 },
      { destination: '100.64.0.0/10', gateway: undefined, index: 7, flags: 1 },
      { destination: '127.0.0.1', gateway: undefined, index: 1, flags: 5 },
      { destination: 'fd12:3456:789a::/48', gateway: undefined, index: 7, flags: 1 },
    ]);
    expect(readMessages(table)[0]).toMatchObject({ process: 4711, sequence: 3, index: 4 });
  });

  test('other families, other versions and what is cut off are no routes, and harm nothing', () => {
    const good = told(UP, 7, [
      [RTA.DST, addressBytes('10.0.0.0')],
      [RTA.GATEWAY, addressBytes('10.0.0.1')],
      [RTA.NETMASK, trimmed('10.0.0.0', 8)],
    ]);
    const other = told(UP, 2, [[RTA.DST, Uint8Array.of(8, 32, 0, 0, 0, 0, 0, 0)]]);
    const strange = told(UP, 2, [[RTA.DST, addressBytes('10.1.0.0')]], 9);
    const routes = readMessages(Buffer.concat([other, strange, good, good.subarray(0, 100)])).map(({ route }) => route);
    expect(routes).toEqual([undefined, expect.objectContaining({ destination: '10.0.0.0/8' })]);
    for (let length = 0; length < good.length; length++) expect(readMessages(good.subarray(0, length))).toEqual([]);
    expect(readMessages(new Uint8Array(200))).toEqual([]);
    const lying = Buffer.from(good);
    lying[HEADER_BYTES] = 255;
    expect(() => readMessages(lying)).not.toThrow();
  });

  test.each([0, 1, 7, 8, 9, 10, 24, 31, 32])('a mask of %d bits, whole and cut', (length) => {
    expect(maskLengthIn(maskBytes('10.0.0.0', length), '10.0.0.0')).toBe(length);
    expect(maskLengthIn(trimmed('10.0.0.0', length), '10.0.0.0')).toBe(length);
  });

  test.each([0, 3, 48, 64, 127, 128])('a mask of IPv6 of %d bits', (length) => {
    expect(maskLengthIn(trimmed('::', length), '::')).toBe(length);
  });

  test.each(['100.64.1.2', 'fd12:3456:789a::7', '::1'])('%s comes back', (address) => {
    expect(addressIn(addressBytes(address))).toBe(address);
  });
});
