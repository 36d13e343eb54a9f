import { constants } from 'node:os';
import { expect, test } from 'vitest';
import { RTA, RTF, RTM } from './constants.ts';
import type { LibSystem } from './libsystem.ts';
import { interfaceTowards, listRoutes, NetworkSettings } from './network-settings.ts';
import { HEADER_BYTES } from './route-messages.ts';
import { addressBytes, maskBytes } from './socket-addresses.ts';

const { EADDRNOTAVAIL, EEXIST, ENOMEM, EPERM, ESRCH } = constants.errno;
const INDEX = 7;

/** libSystem as the manual pages have it, with one interface. `errnos` are those of the calls that fail. */
function system(errnos: { ioctl?: number; write?: number; interface?: 'gone' } = {}, answers: Uint8Array[] = []) {
  const seen = { requests: [] as number[], messages: [] as Uint8Array[], open: 0, asked: 0 };
  let [errno, memory]: [number, Uint8Array] = [0, new Uint8Array()];
  const end = (why: number | undefined, well = 0) => {
    errno = why ?? 0;
    return why === undefined ? well : -1;
  };
  const calls: LibSystem = {
    socket: () => ++seen.open,
    close: () => --seen.open,
    ioctl: (_fd, request) => {
      seen.requests.push(request);
      return end(errnos.ioctl);
    },
    write: (_fd, bytes, length) => {
      seen.messages.push(bytes.slice(0, length));
      return end(errnos.write, length);
    },
    read: () => {
      const next = answers.shift();
      if (next === undefined) return end(constants.errno.EAGAIN);
      memory.set(next);
      return next.length;
    },
    addressOf: (bytes) => {
      memory = bytes;
      return 1;
    },
    sysctl: (_name, _count, value, length) => {
      const [table = new Uint8Array()] = answers;
      // Between the first two questions the table grows by more than there is room for.
      if (value !== null && ++seen.asked === 1) return end(ENOMEM);
      value?.set(table);
      length[0] = BigInt(table.length);
      return 0;
    },
    errno: () => errno,
    interfaceIndex: () => (errnos.interface === 'gone' ? 0 : INDEX),
    interfaceName: (index) => (index === INDEX ? 'utun5' : undefined),
    makeOurs: () => 0,
    connect: () => 0,
    getOption: () => 0,
    setOption: () => 0,
    pipe: () => 0,
    replace: () => 0,
  };
  return { calls, seen };
}

const hex = (request: number) => request.toString(16);

test('addresses, flags and routes are asked of the kernel, and no socket stays open', () => {
  const { calls, seen } = system();
  const settings = new NetworkSettings('utun5', calls);
  settings.bringUp();
  settings.addAddress('100.64.1.2');
  settings.addAddress('fd12::2');
  settings.addRoute('100.64.0.0/10');
  settings.removeRoute('fd12:3456:789a::/48');
  settings.removeAddress('100.64.1.2');
  settings.removeAddress('fd12::2');
  expect(seen.requests.map(hex)).toEqual(['c0206911', '80206910', '8040691a', '8080691a', '80206919', '81206919']);
  expect(seen.messages.map((message) => message[3])).toEqual([RTM.ADD, RTM.DELETE]);
  expect(seen.open).toBe(0);
});

test('what is there already, or gone already, is well', () => {
  const there = new NetworkSettings('utun5', system({ ioctl: EEXIST, write: EEXIST }).calls);
  there.addAddress('100.64.1.2');
  there.addRoute('100.64.0.0/10');
  const gone = new NetworkSettings('utun5', system({ ioctl: EADDRNOTAVAIL, write: ESRCH }).calls);
  gone.removeAddress('100.64.1.2');
  gone.removeRoute('100.64.0.0/10');
  const { calls, seen } = system({ interface: 'gone' });
  new NetworkSettings('utun5', calls).removeRoute('100.64.0.0/10');
  expect(seen.messages).toEqual([]);
});

test.each([
  [EPERM, { code: 'PRIVILEGE_MISSING' }],
  [EADDRNOTAVAIL, { code: 'ADAPTER_FAILED', message: expect.stringContaining('EADDRNOTAVAIL') }],
])('errno %d is said in words, and the socket closed', (errno, error) => {
  const { calls, seen } = system({ ioctl: errno, write: errno });
  const settings = new NetworkSettings('utun5', calls);
  expect(() => settings.addAddress('100.64.1.2')).toThrow(expect.objectContaining(error));
  expect(() => settings.addRoute('100.64.0.0/10')).toThrow(expect.objectContaining(error));
  expect(seen.open).toBe(0);
});

test('a route to an interface that is gone is refused', () => {
  const settings = new NetworkSettings('utun5', system({ interface: 'gone' }).calls);
  expect(() => settings.addRoute('100.64.0.0/10')).toThrow(expect.objectContaining({ code: 'ADAPTER_FAILED' }));
});

/** A message of the kernel's to the process that asked. */
function told(
  about: { type?: number; flags?: number; index?: number; process?: number; sequence?: number },
  ...addresses: [number, Uint8Array][]
): Uint8Array {
  const { type = RTM.GET, flags = RTF.UP, index = INDEX, process: asker = process.pid, sequence = 1 } = about;
  const header = Buffer.alloc(HEADER_BYTES);
  const parts = Buffer.concat(addresses.map(([, bytes]) => bytes));
  header.writeUInt16LE(HEADER_BYTES + parts.length, 0);
  header.set([RTM.VERSION, type], 2);
  header.writeUInt16LE(index, 4);
  header.writeInt32LE(flags, 8);
  header.writeInt32LE(
    addresses.reduce((bits, [bit]) => bits | bit, 0),
    12,
  );
  header.writeInt32LE(asker, 16);
  header.writeInt32LE(sequence, 20);
  return Buffer.concat([header, parts]);
}
const TO: [number, Uint8Array] = [RTA.DST, addressBytes('100.64.1.3')];

test('the way of a packet is in our own answer, and not in what others did meanwhile', () => {
  const others = [
    told({ type: RTM.ADD, index: 1 }, TO),
    told({ process: 1, index: 1 }, TO),
    told({ sequence: 9, index: 1 }, TO),
  ];
  const { calls, seen } = system({}, [...others, told({}, TO)]);
  expect(interfaceTowards('100.64.1.3', calls)).toBe('utun5');
  expect(seen.open).toBe(0);
});

test('nowhere is undefined; no answer is an error', () => {
  expect(interfaceTowards('100.64.1.3', system({ write: ESRCH }).calls)).toBeUndefined();
  expect(() => interfaceTowards('100.64.1.3', system().calls)).toThrow(
    expect.objectContaining({ code: 'ADAPTER_FAILED' }),
  );
});

test('the table is asked for again when it has grown, and clones are left out', () => {
  const range: [number, Uint8Array][] = [
    [RTA.DST, addressBytes('100.64.0.0')],
    [RTA.GATEWAY, addressBytes('100.64.1.2')],
    [RTA.NETMASK, maskBytes('100.64.0.0', 10)],
  ];
  const table = Buffer.concat([
    told({}, ...range),
    told({ flags: RTF.UP | RTF.HOST | RTF.WASCLONED, index: 4 }, TO),
    told({ flags: RTF.UP | RTF.IFSCOPE, index: 4 }, ...range),
  ]);
  const { calls, seen } = system({}, [table]);
  expect(listRoutes(calls)).toEqual([
    { destination: '100.64.0.0/10', gateway: undefined, interface: 'utun5', scoped: false },
    { destination: '100.64.0.0/10', gateway: undefined, interface: 'interface 4', scoped: true },
  ]);
  expect(seen.asked).toBe(2);
});
