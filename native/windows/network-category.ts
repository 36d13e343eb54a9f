/**
 * What Windows takes the adapter's network for: public, private or a domain's. A new network is public, and there
 * Windows' firewall lets nothing in. By the Network List Manager (netlistmgr.h), as the settings of Windows do it
 * themselves; the profiles in the registry are not documented, not read again while Windows runs, and a network
 * without a gateway, as ours, has none.
 *
 * The Network List Manager is another process, which may take seconds to start: all calls to it are made by koffi's
 * threads. They belong to COM's multi-threaded apartment without having asked, for this process keeps one.
 */
import koffi, { type TypeObject } from 'koffi';
import { CausewayError } from '#protocol/errors.ts';
import { guidBytes } from './adapter-guid.ts';
import { aliasOf, guidOf, type Luid } from './ip-helper.ts';

export type NetworkCategory = 'public' | 'private' | 'domain';

/** Where a method is in the table of its interface; held against mingw-w64's header by a test. */
export const METHODS = {
  'IUnknown.Release': 2,
  'INetworkListManager.GetNetworkConnections': 9,
  'IEnumNetworkConnections.Next': 8,
  'INetworkConnection.GetNetwork': 7,
  'INetworkConnection.GetAdapterId': 12,
  'INetwork.GetCategory': 18,
  'INetwork.SetCategory': 19,
} as const;

type Method = keyof typeof METHODS;
type Pointer = bigint;
type Asynchronous = { async(...args: unknown[]): void };

/** What each takes behind the object itself. */
const TAKES: Readonly<Record<Method, readonly string[]>> = {
  'IUnknown.Release': [],
  'INetworkListManager.GetNetworkConnections': ['void *'],
  'IEnumNetworkConnections.Next': ['uint32_t', 'void *', 'void *'],
  'INetworkConnection.GetNetwork': ['void *'],
  'INetworkConnection.GetAdapterId': ['void *'],
  'INetwork.GetCategory': ['void *'],
  'INetwork.SetCategory': ['int32_t'],
};
const MANAGER_CLASS = guidBytes('dcb00c01-570f-4a9b-8d69-199fdba5723b');
const MANAGER_INTERFACE = guidBytes('dcb00000-570f-4a9b-8d69-199fdba5723b');
/** combaseapi.h: CLSCTX_ALL. */
const ANY_SERVER = 23;
/** NLM_NETWORK_CATEGORY, in its order. */
const CATEGORIES: readonly NetworkCategory[] = ['public', 'private', 'domain'];
const GUID_BYTES = 16;
const POINTER_BYTES = 8;

const prototypes = new Map<Method, TypeObject>();
let createInstance: Asynchronous | undefined;

/**
 * Makes the network of an interface private if it is public.
 * @returns what it is now; undefined while Windows has not noticed it yet
 * @throws CausewayError NETWORK_STAYS_PUBLIC
 */
export async function makeNetworkPrivate(luid: Luid): Promise<NetworkCategory | undefined> {
  const owned: Pointer[] = [];
  const own = (object: Pointer): Pointer => {
    owned.push(object);
    return object;
  };
  try {
    const network = await networkOf(luid, own);
    if (network === undefined) return undefined;
    const before = await categoryOf(network);
    if (before !== 'public') return before;
    await must(network, 'INetwork.SetCategory', CATEGORIES.indexOf('private'));
    const after = await categoryOf(network);
    if (after === 'public') throw new Error('Windows said that it was done, and it is not');
    return after;
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new CausewayError('NETWORK_STAYS_PUBLIC', { adapter: aliasOf(luid), cause }, { cause: error });
  } finally {
    for (const object of owned.reverse()) await invoke(object, 'IUnknown.Release');
  }
}

async function networkOf(luid: Luid, own: (object: Pointer) => Pointer): Promise<Pointer | undefined> {
  const guid = Buffer.from(guidOf(luid));
  const manager = own(await newManager());
  const connections = own(await objectOf(manager, 'INetworkListManager.GetNetworkConnections'));
  for (;;) {
    const [found, fetched] = [Buffer.alloc(POINTER_BYTES), Buffer.alloc(4)];
    await must(connections, 'IEnumNetworkConnections.Next', 1, found, fetched);
    if (fetched.readUInt32LE() === 0) return undefined;
    const connection = own(found.readBigUInt64LE());
    const adapter = Buffer.alloc(GUID_BYTES);
    await must(connection, 'INetworkConnection.GetAdapterId', adapter);
    if (adapter.equals(guid)) return own(await objectOf(connection, 'INetworkConnection.GetNetwork'));
  }
}

async function categoryOf(network: Pointer): Promise<NetworkCategory> {
  const category = Buffer.alloc(4);
  await must(network, 'INetwork.GetCategory', category);
  return CATEGORIES[category.readInt32LE()] ?? 'domain';
}

async function newManager(): Promise<Pointer> {
  const made = Buffer.alloc(POINTER_BYTES);
  check('CoCreateInstance', await settled(creator(), MANAGER_CLASS, null, ANY_SERVER, MANAGER_INTERFACE, made));
  return made.readBigUInt64LE();
}

function creator(): Asynchronous {
  if (createInstance !== undefined) return createInstance;
  const library = koffi.load('ole32.dll');
  // For as long as the process runs: nothing is to be undone that a thread may still be using.
  const cookie = Buffer.alloc(POINTER_BYTES);
  check('CoIncrementMTAUsage', library.func('int32_t __stdcall CoIncrementMTAUsage(void *cookie)')(cookie));
  createInstance = library.func(
    'int32_t __stdcall CoCreateInstance(const void *class, void *outer, uint32_t context, const void *interface, void *made)',
  );
  return createInstance;
}

/** Of methods whose one result is an object. */
async function objectOf(object: Pointer, method: Method): Promise<Pointer> {
  const made = Buffer.alloc(POINTER_BYTES);
  await must(object, method, made);
  return made.readBigUInt64LE();
}

async function must(object: Pointer, method: Method, ...args: unknown[]): Promise<void> {
  check(method, await invoke(object, method, ...args));
}

/** An object begins with the address of its interface's table. */
function invoke(object: Pointer, method: Method, ...args: unknown[]): Promise<number> {
  const table = BigInt(koffi.decode(object, 'uintptr_t') as number);
  const address = BigInt(koffi.decode(table, METHODS[method] * POINTER_BYTES, 'uintptr_t') as number);
  let type = prototypes.get(method);
  if (type === undefined) {
    type = koffi.proto('__stdcall', null, 'int32_t', ['uintptr_t', ...TAKES[method]]);
    prototypes.set(method, type);
  }
  return settled(koffi.decode(address, type) as Asynchronous, object, ...args);
}

function settled(declared: Asynchronous, ...args: unknown[]): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  declared.async(...args, (error: unknown, result: number) => (error ? reject(error) : resolve(result)));
  return promise;
}

/** An HRESULT is negative for a failure (winerror.h). */
function check(what: string, result: number): void {
  if (result < 0) throw new Error(`${what} answers 0x${(result >>> 0).toString(16)}`);
}
