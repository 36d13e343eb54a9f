/**
 * Seals bytes to this computer (dpapi.h, CryptProtectData): elsewhere they can not be opened. For whoever can
 * read them on this computer they can, so the file that holds them has an access list of its own
 * (access-list.ts). Sealed to the computer and not to the account: an administrator who runs the agent in a
 * console has to open what the service has sealed, and could become the service's account anyway.
 */
import koffi from 'koffi';
import { describeWindowsError } from './windows-errors.ts';

const CRYPTPROTECT_UI_FORBIDDEN = 0x1;
const CRYPTPROTECT_LOCAL_MACHINE = 0x4;
/** Ours is some hundred bytes. */
const SEALED_MAX_BYTES = 65_536;

interface Blob {
  cbData: number;
  pbData: number;
}

type Call = (...args: unknown[]) => number;

let functions: { protect: Call; unprotect: Call; free: Call; lastError: Call } | undefined;

/** @throws Error with the system's reason */
export function seal(bytes: Uint8Array): Uint8Array {
  return passThrough('CryptProtectData', load().protect, bytes);
}

/** @throws Error for what was sealed on another computer, or damaged */
export function unseal(bytes: Uint8Array): Uint8Array {
  return passThrough('CryptUnprotectData', load().unprotect, bytes);
}

function passThrough(name: string, call: Call, bytes: Uint8Array): Uint8Array {
  const input: Blob = { cbData: bytes.length, pbData: Number(koffi.address(bytes)) };
  const output: Blob = { cbData: 0, pbData: 0 };
  const flags = CRYPTPROTECT_UI_FORBIDDEN | CRYPTPROTECT_LOCAL_MACHINE;
  if (call(input, null, null, null, null, flags, output) === 0) {
    throw new Error(`${name}: ${describeWindowsError(load().lastError())}`);
  }
  try {
    if (output.cbData > SEALED_MAX_BYTES) throw new Error(`${name} gave ${output.cbData} bytes`);
    return Uint8Array.from(koffi.decode(output.pbData, koffi.array('uint8_t', output.cbData)) as Uint8Array);
  } finally {
    load().free(output.pbData);
  }
}

function load(): NonNullable<typeof functions> {
  if (functions !== undefined) return functions;
  koffi.struct('DATA_BLOB', { cbData: 'uint32_t', pbData: 'uintptr_t' });
  const library = koffi.load('crypt32.dll');
  const kernel = koffi.load('kernel32.dll');
  const words = (description: string) =>
    `const DATA_BLOB *in, ${description} *description, const DATA_BLOB *entropy, void *reserved, void *prompt, uint32_t flags, _Inout_ DATA_BLOB *out`;
  functions = {
    protect: library.func(`int __stdcall CryptProtectData(${words('const char16_t')})`) as Call,
    unprotect: library.func(`int __stdcall CryptUnprotectData(${words('void')})`) as Call,
    free: kernel.func('uintptr_t __stdcall LocalFree(uintptr_t memory)') as Call,
    lastError: kernel.func('uint32_t __stdcall GetLastError()') as Call,
  };
  return functions;
}
