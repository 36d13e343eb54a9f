/**
 * wintun.dll 0.14 by its documented interface (api/wintun.h of the project), and nothing above it. Which
 * DLL it is, is looked at by what it exports: older ones have other functions of the same names.
 */
import { existsSync } from 'node:fs';
import koffi, { type LibraryHandle } from 'koffi';
import { CausewayError } from '#protocol/errors.ts';
import type { Handle } from './kernel.ts';

/** Major in the upper half, minor in the lower: 0.14. */
const NEEDED_VERSION = 0x0000_000e;

/**
 * Handles are 0, and booleans false, when a call failed; Kernel.lastError then says why, until the next call.
 */
export interface Wintun {
  createAdapter(name: string, tunnelType: string, guid: Uint8Array): Handle;
  /** Removes the adapter, too, if it was created by this handle. */
  closeAdapter(adapter: Handle): void;
  adapterLuid(adapter: Handle): bigint;
  /** 0 when no driver is loaded, which is so before there is an adapter. */
  runningDriverVersion(): number;
  /** @param capacity of each of the two rings: a power of two, 128 KiB to 64 MiB */
  startSession(adapter: Handle, capacity: number): Handle;
  endSession(session: Handle): void;
  /** Auto-reset; belongs to the session. */
  readWaitEvent(session: Handle): Handle;
  /** @param size receives the number of bytes behind the address that is returned */
  receivePacket(session: Handle, size: Uint32Array): Handle;
  releaseReceivePacket(session: Handle, packet: Handle): void;
  allocateSendPacket(session: Handle, size: number): Handle;
  sendPacket(session: Handle, packet: Handle): void;
}

/**
 * @param path absolute, so that no other directory's DLL of this name is loaded in its place
 * @throws CausewayError WINTUN_MISSING, WINTUN_UNUSABLE
 */
export function loadWintun(path: string): Wintun {
  if (!existsSync(path)) throw new CausewayError('WINTUN_MISSING', { path });
  const library = load(path);
  // Here first: only 0.14 and later have it.
  const closeAdapter = library('void __stdcall WintunCloseAdapter(uintptr_t adapter)');
  const luidOf = library('void __stdcall WintunGetAdapterLUID(uintptr_t adapter, _Out_ uint64_t *luid)');
  return {
    closeAdapter,
    createAdapter: library(
      'uintptr_t __stdcall WintunCreateAdapter(const char16_t *name, const char16_t *type, const void *guid)',
    ),
    adapterLuid(adapter) {
      const luid = [0];
      luidOf(adapter, luid);
      return BigInt(luid[0] as number);
    },
    runningDriverVersion: library('uint32_t __stdcall WintunGetRunningDriverVersion()'),
    startSession: library('uintptr_t __stdcall WintunStartSession(uintptr_t adapter, uint32_t capacity)'),
    endSession: library('void __stdcall WintunEndSession(uintptr_t session)'),
    readWaitEvent: library('uintptr_t __stdcall WintunGetReadWaitEvent(uintptr_t session)'),
    receivePacket: library('uintptr_t __stdcall WintunReceivePacket(uintptr_t session, void *size)'),
    releaseReceivePacket: library('void __stdcall WintunReleaseReceivePacket(uintptr_t session, uintptr_t packet)'),
    allocateSendPacket: library('uintptr_t __stdcall WintunAllocateSendPacket(uintptr_t session, uint32_t size)'),
    sendPacket: library('void __stdcall WintunSendPacket(uintptr_t session, uintptr_t packet)'),
  };
}

/** @throws CausewayError WINTUN_UNUSABLE for a driver that another program has loaded and that is older than our DLL */
export function checkDriver(wintun: Wintun): void {
  const version = wintun.runningDriverVersion();
  if (version >= NEEDED_VERSION) return;
  const found = version === 0 ? 'its driver is not running' : `its driver is ${nameVersion(version)}`;
  throw new CausewayError('WINTUN_UNUSABLE', { cause: `${found}, and 0.14 is needed` });
}

function nameVersion(version: number): string {
  return `${version >>> 16}.${version & 0xffff}`;
}

function load(path: string): LibraryHandle['func'] {
  try {
    const library = koffi.load(path);
    return ((prototype: string) => {
      try {
        return library.func(prototype);
      } catch (cause) {
        const name = /\bWintun\w+/.exec(prototype)?.[0] ?? prototype;
        throw new CausewayError('WINTUN_UNUSABLE', { cause: `${path} is not 0.14, for it has no ${name}` }, { cause });
      }
    }) as LibraryHandle['func'];
  } catch (cause) {
    throw new CausewayError('WINTUN_UNUSABLE', { cause: `${path} can not be loaded` }, { cause });
  }
}
