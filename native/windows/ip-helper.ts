/**
 * Addresses, routes and parameters of an interface by the IP Helper API (iphlpapi.dll), not by netsh, whose
 * words depend on the language of Windows. Nothing that is set here outlives the interface or a restart.
 */
import koffi, { type LibraryHandle, type TypeObject } from 'koffi';
import { CausewayError } from '#protocol/errors.ts';
import {
  AF_INET,
  AF_INET6,
  addressOf,
  type ForwardRow,
  forwardRow,
  type InterfaceRow,
  IP_DAD_STATE_PREFERRED,
  interfaceRow,
  socketAddressOf,
  type UnicastAddressRow,
  unicastAddressRow,
} from './ip-helper-rows.ts';
import { describeWindowsError, ERROR } from './windows-errors.ts';

/** NET_LUID: names an interface for as long as it exists. */
export type Luid = bigint;

export interface AddressOnInterface {
  readonly luid: Luid;
  readonly address: string;
}

export interface RouteOnInterface {
  readonly luid: Luid;
  /** `100.64.0.0/10` */
  readonly destination: string;
  /** `0.0.0.0` or `::` where there is none in between. */
  readonly nextHop: string;
  readonly metric: number;
}

type Call = (...args: unknown[]) => number;

/** if.h: IF_MAX_STRING_SIZE, with the zero. */
const ALIAS_CHARACTERS = 257;
const GUID_BYTES = 16;
/** Behind the number of rows, at the next multiple of eight. */
const TABLE_AT = 8;
/** The lowest that can be set by hand: our ranges are ours alone, so this wins over nobody. */
const INTERFACE_METRIC = 5;
const ROUTER_DISCOVERY_DISABLED = 0;

let library: LibraryHandle | undefined;
const calls = new Map<string, Call>();

/** @throws CausewayError ADAPTER_FAILED */
export function aliasOf(luid: Luid): string {
  const alias = new Uint16Array(ALIAS_CHARACTERS);
  check(
    'ConvertInterfaceLuidToAlias',
    call('ConvertInterfaceLuidToAlias', 'uint64_t *luid, void *alias, size_t length')([luid], alias, ALIAS_CHARACTERS),
  );
  return String.fromCharCode(...alias.subarray(0, alias.indexOf(0)));
}

/** The adapter's GUID as struct GUID, whatever it was asked to be. @throws CausewayError ADAPTER_FAILED */
export function guidOf(luid: Luid): Uint8Array {
  const guid = new Uint8Array(GUID_BYTES);
  const convert = call('ConvertInterfaceLuidToGuid', 'uint64_t *luid, void *guid');
  check('ConvertInterfaceLuidToGuid', convert([luid], guid));
  return guid;
}

/**
 * Without duplicate address detection, for nobody else is on the link: the address can be used at once.
 * @throws CausewayError ADAPTER_FAILED, PRIVILEGE_MISSING
 */
export function addAddress(luid: Luid, address: string, prefixLength: number): void {
  const row = initialised<UnicastAddressRow>('InitializeUnicastIpAddressEntry', unicastAddressRow);
  row.Address = socketAddressOf(address);
  row.InterfaceLuid = luid;
  row.OnLinkPrefixLength = prefixLength;
  row.DadState = IP_DAD_STATE_PREFERRED;
  change('CreateUnicastIpAddressEntry', 'const MIB_UNICASTIPADDRESS_ROW *row', row);
}

/** One that is not there is well. @throws CausewayError ADAPTER_FAILED, PRIVILEGE_MISSING */
export function removeAddress(luid: Luid, address: string): void {
  const row = initialised<UnicastAddressRow>('InitializeUnicastIpAddressEntry', unicastAddressRow);
  row.Address = socketAddressOf(address);
  row.InterfaceLuid = luid;
  change('DeleteUnicastIpAddressEntry', 'const MIB_UNICASTIPADDRESS_ROW *row', row);
}

/** @param destination in CIDR form. @throws CausewayError ADAPTER_FAILED, PRIVILEGE_MISSING */
export function addRoute(luid: Luid, destination: string): void {
  change('CreateIpForwardEntry2', 'const MIB_IPFORWARD_ROW2 *row', routeRow(luid, destination));
}

/** One that is not there is well. @throws CausewayError ADAPTER_FAILED, PRIVILEGE_MISSING */
export function removeRoute(luid: Luid, destination: string): void {
  change('DeleteIpForwardEntry2', 'const MIB_IPFORWARD_ROW2 *row', routeRow(luid, destination));
}

/**
 * MTU and metric of one family; no looking for routers and no probing for twins, which would be traffic into
 * the tunnel.
 * @returns false where the family is switched off on this computer
 * @throws CausewayError ADAPTER_FAILED, PRIVILEGE_MISSING
 */
export function configureInterface(luid: Luid, family: 'IPv4' | 'IPv6', mtu: number): boolean {
  const row = initialised<InterfaceRow>('InitializeIpInterfaceEntry', interfaceRow);
  row.Family = family === 'IPv4' ? AF_INET : AF_INET6;
  row.InterfaceLuid = luid;
  const result = call('GetIpInterfaceEntry', '_Inout_ MIB_IPINTERFACE_ROW *row')(row);
  if (result === ERROR.NOT_FOUND || result === ERROR.FILE_NOT_FOUND) return false;
  check('GetIpInterfaceEntry', result);
  row.NlMtu = mtu;
  row.UseAutomaticMetric = 0;
  row.Metric = INTERFACE_METRIC;
  row.DadTransmits = 0;
  row.RouterDiscoveryBehavior = ROUTER_DISCOVERY_DISABLED;
  // Documented of SetIpInterfaceEntry: has to be 0 for IPv4, and GetIpInterfaceEntry does not say so.
  if (family === 'IPv4') row.SitePrefixLength = 0;
  check('SetIpInterfaceEntry', call('SetIpInterfaceEntry', '_Inout_ MIB_IPINTERFACE_ROW *row')(row));
  return true;
}

/** Of all interfaces. @throws CausewayError ADAPTER_FAILED */
export function listAddresses(): AddressOnInterface[] {
  const rows = table<UnicastAddressRow>('GetUnicastIpAddressTable', unicastAddressRow);
  return rows.flatMap(({ Address, InterfaceLuid }) => {
    const address = addressOf(Address);
    return address === undefined ? [] : [{ luid: BigInt(InterfaceLuid), address }];
  });
}

/** Of all interfaces. @throws CausewayError ADAPTER_FAILED */
export function listRoutes(): RouteOnInterface[] {
  const rows = table<ForwardRow>('GetIpForwardTable2', forwardRow);
  return rows.flatMap(({ DestinationPrefix, NextHop, InterfaceLuid, Metric }) => {
    const address = addressOf(DestinationPrefix.Prefix);
    if (address === undefined) return [];
    const destination = `${address}/${DestinationPrefix.PrefixLength}`;
    return [{ luid: BigInt(InterfaceLuid), destination, nextHop: addressOf(NextHop) ?? '', metric: Metric }];
  });
}

/** The interface by which a packet to `address` leaves. @returns undefined when it can go nowhere */
export function bestInterface(address: string): Luid | undefined {
  const index = [0];
  const result = call('GetBestInterfaceEx', 'const void *address, _Out_ uint32_t *index')(
    socketAddressOf(address),
    index,
  );
  if (result !== 0) return undefined;
  const luid = [0];
  const converted = call('ConvertInterfaceIndexToLuid', 'uint32_t index, _Out_ uint64_t *luid')(index[0], luid);
  return converted === 0 ? BigInt(luid[0] as number) : undefined;
}

function routeRow(luid: Luid, destination: string): ForwardRow {
  const [address = '', length] = destination.split('/');
  const row = initialised<ForwardRow>('InitializeIpForwardEntry', forwardRow);
  row.InterfaceLuid = luid;
  row.DestinationPrefix = { Prefix: socketAddressOf(address), PrefixLength: Number(length) };
  // On the link itself.
  row.NextHop = socketAddressOf(address.includes(':') ? '::' : '0.0.0.0');
  row.Metric = 0;
  return row;
}

/** A row as the system wants it to be before it is filled. */
function initialised<Row>(name: string, type: TypeObject): Row {
  const bytes = new Uint8Array(koffi.sizeof(type));
  call(name, 'void *row', 'void')(bytes);
  return koffi.decode(bytes, type) as Row;
}

function change(name: string, parameters: string, row: unknown): void {
  const result = call(name, parameters)(row);
  const done: readonly number[] = name.startsWith('Create')
    ? [ERROR.OBJECT_ALREADY_EXISTS]
    : [ERROR.NOT_FOUND, ERROR.FILE_NOT_FOUND];
  const isDone = done.includes(result);
  if (!isDone) check(name, result);
}

function table<Row>(name: string, type: TypeObject): Row[] {
  const address = [0];
  check(name, call(name, 'uint16_t family, _Out_ uintptr_t *table')(0, address));
  const count = koffi.decode(address[0] as never, 'uint32_t') as number;
  const rows = koffi.decode(address[0] as never, TABLE_AT, type, count) as Row[];
  call('FreeMibTable', 'uintptr_t table', 'void')(address[0]);
  return rows;
}

/** Each is declared once: koffi keeps what it was told for as long as the process runs. */
function call(name: string, parameters: string, result = 'uint32_t'): Call {
  const known = calls.get(name);
  if (known !== undefined) return known;
  library ??= koffi.load('iphlpapi.dll');
  const declared = library.func(`${result} __stdcall ${name}(${parameters})`) as unknown as Call;
  calls.set(name, declared);
  return declared;
}

/** @throws CausewayError ADAPTER_FAILED, PRIVILEGE_MISSING */
function check(what: string, result: number): void {
  if (result === 0) return;
  if (result === ERROR.ACCESS_DENIED) {
    throw new CausewayError('PRIVILEGE_MISSING', {
      action: 'set addresses and routes',
      otherwise: 'let the service Causeway run the agent',
    });
  }
  throw new CausewayError('ADAPTER_FAILED', { cause: `${what}: ${describeWindowsError(result)}` });
}
