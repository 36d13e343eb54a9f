/**
 * The addresses, routes and MTU of an interface of macOS, set and asked by ioctl(2) on sockets, by a routing socket
 * (route(4)) and by sysctl(3): what `ifconfig` and `route` do, without starting them and without reading their words.
 */
import { constants } from 'node:os';
import { isIpv6 } from '#protocol/addresses.ts';
import { CausewayError } from '#protocol/errors.ts';
import { describeErrno } from '../unix/descriptor-calls.ts';
import { readDescriptor } from '../unix/descriptor-reader.ts';
import { AF, IFF_UP, ROUTES_MIB, RTF, RTM, SOCK } from './constants.ts';
import { type LibSystem, loadLibSystem } from './libsystem.ts';
import {
  addAddress as addAddressRequest,
  flagsIn,
  getFlags,
  type InterfaceRequest,
  removeAddress as removeAddressRequest,
  setFlags,
} from './requests.ts';
import { addRoute, askRoute, deleteRoute, type KernelRoute, readMessages, TYPE_AT } from './route-messages.ts';

const { EACCES, EADDRNOTAVAIL, EAGAIN, EEXIST, ENOMEM, ENXIO, EPERM, ESRCH } = constants.errno;
/** A message has some hundred bytes. */
const MESSAGE_BYTES = 4_096;
/** The table may grow between asking how long it is and asking for it. */
const TABLE_ROOM_BYTES = 65_536;
const TABLE_TRIES = 3;

/** Answers to anybody's questions, and packets that found no way: nothing has changed. */
const NO_CHANGES: ReadonlySet<number | undefined> = new Set([RTM.GET, RTM.MISS]);

export class NetworkSettings {
  readonly #calls: LibSystem;
  readonly #name: string;

  /** @param name of the interface, which exists */
  constructor(name: string, calls: LibSystem = loadLibSystem()) {
    this.#calls = calls;
    this.#name = name;
  }

  /** @throws CausewayError PRIVILEGE_MISSING, ADAPTER_FAILED */
  bringUp(): void {
    const asked = getFlags(this.#name);
    this.#control('0.0.0.0', asked, 'flags of the interface');
    const flags = flagsIn(asked.argument);
    if ((flags & IFF_UP) === 0)
      this.#control('0.0.0.0', setFlags(this.#name, flags | IFF_UP), 'flags of the interface');
  }

  /** One that is there already is well. @throws CausewayError PRIVILEGE_MISSING, ADAPTER_FAILED */
  addAddress(address: string): void {
    this.#control(address, addAddressRequest(this.#name, address), `the address ${address}`, EEXIST);
  }

  /** One that is not there, or whose interface is gone, is well. @throws CausewayError ADAPTER_FAILED */
  removeAddress(address: string): void {
    this.#control(address, removeAddressRequest(this.#name, address), `the address ${address}`, EADDRNOTAVAIL, ENXIO);
  }

  /** One that is there already is well. @throws CausewayError PRIVILEGE_MISSING, ADAPTER_FAILED */
  addRoute(range: string): void {
    this.#send(addRoute(range, this.#index()), `the route to ${range}`, EEXIST);
  }

  /** One that is not there, or whose interface is gone, is well. @throws CausewayError ADAPTER_FAILED */
  removeRoute(range: string): void {
    const index = this.#calls.interfaceIndex(this.#name);
    if (index !== 0) this.#send(deleteRoute(range, index), `the route to ${range}`, ESRCH);
  }

  #index(): number {
    const index = this.#calls.interfaceIndex(this.#name);
    if (index === 0) throw new CausewayError('ADAPTER_FAILED', { cause: `there is no interface ${this.#name}` });
    return index;
  }

  #control(address: string, { request, argument }: InterfaceRequest, what: string, ...well: number[]): void {
    withSocket(this.#calls, isIpv6(address) ? AF.INET6 : AF.INET, SOCK.DGRAM, (socket) => {
      if (this.#calls.ioctl(socket, request, argument) < 0) refuse(this.#calls.errno(), what, well);
    });
  }

  #send(message: Uint8Array, what: string, ...well: number[]): void {
    withSocket(this.#calls, AF.ROUTE, SOCK.RAW, (socket) => {
      if (this.#calls.write(socket, message, message.length) < 0) refuse(this.#calls.errno(), what, well);
    });
  }
}

export interface NamedRoute extends Pick<KernelRoute, 'destination' | 'gateway'> {
  readonly interface: string;
  /** It counts only for programs that choose this interface (RTF_IFSCOPE). */
  readonly scoped: boolean;
}

/**
 * All routes of the computer, but those that the kernel has made of others for single machines (RTF_WASCLONED).
 * @throws CausewayError ADAPTER_FAILED
 */
export function listRoutes(calls: LibSystem = loadLibSystem()): NamedRoute[] {
  return readMessages(routeTable(calls)).flatMap(({ route }) => {
    if (route === undefined || (route.flags & RTF.WASCLONED) !== 0) return [];
    const { destination, gateway, index, flags } = route;
    const name = calls.interfaceName(index) ?? `interface ${index}`;
    return [{ destination, gateway, interface: name, scoped: (flags & RTF.IFSCOPE) !== 0 }];
  });
}

/**
 * Which interface a packet for `address` leaves by; undefined when none.
 * @throws CausewayError ADAPTER_FAILED
 */
export function interfaceTowards(address: string, calls: LibSystem = loadLibSystem()): string | undefined {
  return withSocket(calls, AF.ROUTE, SOCK.RAW, (socket) => {
    if (calls.makeOurs(socket) < 0) refuse(calls.errno(), 'a routing socket', []);
    const sequence = 1;
    const question = askRoute(address, sequence);
    if (calls.write(socket, question, question.length) < 0) {
      const errno = calls.errno();
      if (errno === ESRCH) return undefined;
      refuse(errno, `the route to ${address}`, []);
    }
    // The answer lies in the socket when the question has been written; before it may lie what others changed.
    const buffer = new Uint8Array(MESSAGE_BYTES);
    for (;;) {
      const length = calls.read(socket, calls.addressOf(buffer), buffer.length);
      if (length <= 0) return refuse(length < 0 ? calls.errno() : EAGAIN, `the route to ${address}`, []);
      const answer = readMessages(buffer.subarray(0, length)).find(
        (one) => one.type === RTM.GET && one.sequence === sequence && one.process === process.pid,
      );
      if (answer !== undefined) return calls.interfaceName(answer.index);
    }
  });
}

export interface NetworkEvents {
  /** Something may have changed; several times for one change. */
  onEvent(): void;
  /** Nothing more will be told. Called once. */
  onFailure(cause: string): void;
}

/**
 * Tells when the kernel has changed an interface, an address or a route: what a routing socket is sent. Says
 * nothing of what changed: look.
 * @throws CausewayError ADAPTER_FAILED
 */
export function watchNetwork(events: NetworkEvents, calls: LibSystem = loadLibSystem()): Disposable {
  return withSocket(calls, AF.ROUTE, SOCK.RAW, (socket) => {
    if (calls.makeOurs(socket) < 0) refuse(calls.errno(), 'a routing socket', []);
    const buffer = new Uint8Array(MESSAGE_BYTES);
    // The reader has a duplicate. Every kind of message has its type in the same place.
    return readDescriptor(calls, socket, buffer, {
      onRead: () => {
        if (!NO_CHANGES.has(buffer[TYPE_AT])) events.onEvent();
      },
      onFailure: (cause) => events.onFailure(cause),
    });
  });
}

function routeTable(calls: LibSystem): Uint8Array {
  const name = Int32Array.from(ROUTES_MIB);
  for (let attempt = 1; ; attempt++) {
    const length = new BigUint64Array(1);
    if (calls.sysctl(name, name.length, null, length) < 0) refuse(calls.errno(), 'the table of routes', []);
    const table = new Uint8Array(Number(length[0]) + TABLE_ROOM_BYTES);
    length[0] = BigInt(table.length);
    if (calls.sysctl(name, name.length, table, length) >= 0) return table.subarray(0, Number(length[0]));
    if (calls.errno() !== ENOMEM || attempt === TABLE_TRIES) refuse(calls.errno(), 'the table of routes', []);
  }
}

function withSocket<T>(calls: LibSystem, domain: number, type: number, use: (socket: number) => T): T {
  const socket = calls.socket(domain, type, 0);
  if (socket < 0) throw new CausewayError('ADAPTER_FAILED', { cause: `socket: ${describeErrno(calls.errno())}` });
  try {
    return use(socket);
  } finally {
    calls.close(socket);
  }
}

/** @throws CausewayError PRIVILEGE_MISSING, ADAPTER_FAILED; not for the errors that are `well` */
function refuse(errno: number, what: string, well: readonly number[]): undefined {
  if (well.includes(errno)) return undefined;
  if (errno === EPERM || errno === EACCES) {
    throw new CausewayError('PRIVILEGE_MISSING', {
      action: 'set addresses and routes of an interface',
      otherwise: 'let launchd run the agent',
    });
  }
  throw new CausewayError('ADAPTER_FAILED', { cause: `${what}: ${describeErrno(errno)}` });
}
