/**
 * Keys and values below HKEY_LOCAL_MACHINE (winreg.h). What is not there is undefined; every other failure is an error.
 */
import koffi from 'koffi';
import { CausewayError } from '#protocol/errors.ts';
import { describeWindowsError, ERROR } from './windows-errors.ts';

const HKEY_LOCAL_MACHINE = 0x80000002;
const KEY_READ = 0x20019;
const KEY_WRITE = 0x20006;
const REG_SZ = 1;
const REG_DWORD = 4;
const REG_MULTI_SZ = 7;
/** winreg.h: a value of another type is refused. */
const RRF_RT_REG_SZ = 0x00000002;
/** Longest name of a key, with the zero. */
const KEY_NAME_CHARACTERS = 256;
/** What we read is short; a longer value is somebody's mistake. */
const VALUE_MAX_BYTES = 65_536;

/** Path below HKEY_LOCAL_MACHINE: `Software\\Causeway`. */
export type KeyPath = string;

type Call = (...args: unknown[]) => number;

interface Functions {
  readonly create: Call;
  readonly open: Call;
  readonly close: Call;
  readonly set: Call;
  readonly get: Call;
  readonly deleteValue: Call;
  readonly deleteTree: Call;
  readonly enumerate: Call;
}

let loaded: Functions | undefined;

/** @throws CausewayError REGISTRY_REFUSED */
export function readString(path: KeyPath, name: string): string | undefined {
  const bytes = Buffer.alloc(VALUE_MAX_BYTES);
  const length = [bytes.length];
  const result = functions().get(HKEY_LOCAL_MACHINE, path, name, RRF_RT_REG_SZ, null, bytes, length);
  if (result === ERROR.FILE_NOT_FOUND) return undefined;
  check(result, `${path}\\${name}`);
  return bytes.toString('utf16le', 0, length[0]).replace(/\0.*$/s, '');
}

/** Makes the key if it is not there. @throws CausewayError REGISTRY_REFUSED */
export function writeString(path: KeyPath, name: string, value: string): void {
  write(path, name, REG_SZ, Buffer.from(`${value}\0`, 'utf16le'));
}

/** Makes the key if it is not there. @throws CausewayError REGISTRY_REFUSED */
export function writeStrings(path: KeyPath, name: string, values: readonly string[]): void {
  write(path, name, REG_MULTI_SZ, Buffer.from(`${values.map((value) => `${value}\0`).join('')}\0`, 'utf16le'));
}

/** Makes the key if it is not there. @throws CausewayError REGISTRY_REFUSED */
export function writeNumber(path: KeyPath, name: string, value: number): void {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  write(path, name, REG_DWORD, bytes);
}

/** One that is not there is well. @throws CausewayError REGISTRY_REFUSED */
export function deleteValue(path: KeyPath, name: string): void {
  const { open, deleteValue: remove, close } = functions();
  const key = [0];
  const opened = open(HKEY_LOCAL_MACHINE, path, 0, KEY_WRITE, key);
  if (opened === ERROR.FILE_NOT_FOUND) return;
  check(opened, path);
  const result = remove(key[0], name);
  close(key[0]);
  if (result !== ERROR.FILE_NOT_FOUND) check(result, `${path}\\${name}`);
}

/** With all that is below it; one that is not there is well. @throws CausewayError REGISTRY_REFUSED */
export function deleteKey(path: KeyPath): void {
  const result = functions().deleteTree(HKEY_LOCAL_MACHINE, path);
  if (result !== ERROR.FILE_NOT_FOUND) check(result, path);
}

/** Names of the keys directly below one. @throws CausewayError REGISTRY_REFUSED */
export function subkeys(path: KeyPath): string[] {
  const { open, enumerate, close } = functions();
  const key = [0];
  const opened = open(HKEY_LOCAL_MACHINE, path, 0, KEY_READ, key);
  if (opened === ERROR.FILE_NOT_FOUND) return [];
  check(opened, path);
  try {
    const names: string[] = [];
    const name = new Uint16Array(KEY_NAME_CHARACTERS);
    for (;;) {
      const length = [KEY_NAME_CHARACTERS];
      const result = enumerate(key[0], names.length, name, length, null, null, null, null);
      if (result === ERROR.NO_MORE_ITEMS) return names;
      check(result, path);
      names.push(String.fromCharCode(...name.subarray(0, length[0])));
    }
  } finally {
    close(key[0]);
  }
}

function write(path: KeyPath, name: string, type: number, bytes: Buffer): void {
  const { create, set, close } = functions();
  const key = [0];
  check(create(HKEY_LOCAL_MACHINE, path, 0, null, 0, KEY_WRITE, null, key, null), path);
  const result = set(key[0], name, 0, type, bytes, bytes.length);
  close(key[0]);
  check(result, `${path}\\${name}`);
}

function functions(): Functions {
  if (loaded !== undefined) return loaded;
  const library = koffi.load('advapi32.dll');
  const declare = (prototype: string) => library.func(`int32_t __stdcall ${prototype}`) as unknown as Call;
  loaded = {
    create: declare(
      'RegCreateKeyExW(uintptr_t key, const char16_t *path, uint32_t reserved, const void *type, uint32_t options, uint32_t access, const void *security, _Out_ uintptr_t *made, void *disposition)',
    ),
    open: declare(
      'RegOpenKeyExW(uintptr_t key, const char16_t *path, uint32_t options, uint32_t access, _Out_ uintptr_t *opened)',
    ),
    close: declare('RegCloseKey(uintptr_t key)'),
    set: declare(
      'RegSetValueExW(uintptr_t key, const char16_t *name, uint32_t reserved, uint32_t type, const void *bytes, uint32_t length)',
    ),
    get: declare(
      'RegGetValueW(uintptr_t key, const char16_t *path, const char16_t *name, uint32_t types, void *type, void *bytes, _Inout_ uint32_t *length)',
    ),
    deleteValue: declare('RegDeleteValueW(uintptr_t key, const char16_t *name)'),
    deleteTree: declare('RegDeleteTreeW(uintptr_t key, const char16_t *path)'),
    enumerate: declare(
      'RegEnumKeyExW(uintptr_t key, uint32_t index, void *name, _Inout_ uint32_t *length, void *reserved, void *type, void *typeLength, void *written)',
    ),
  };
  return loaded;
}

/** @throws CausewayError REGISTRY_REFUSED */
function check(result: number, what: string): void {
  if (result === 0) return;
  throw new CausewayError('REGISTRY_REFUSED', { key: `HKLM\\${what}`, cause: describeWindowsError(result) });
}
