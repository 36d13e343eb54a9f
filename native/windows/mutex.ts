/**
 * A name that one process of the computer holds at a time (CreateMutexW), until it lets go or ends, however it
 * ends. A named pipe would do as well on Windows; Wine lets two processes serve one.
 */
import koffi from 'koffi';
import { ERROR } from './windows-errors.ts';

/** @returns undefined when another, or this process, holds it already */
export function holdName(name: string): Disposable | undefined {
  const library = koffi.load('kernel32.dll');
  const create = library.func('uintptr_t __stdcall CreateMutexW(void *security, int owned, const char16_t *name)');
  const close = library.func('int __stdcall CloseHandle(uintptr_t handle)');
  const lastError = library.func('uint32_t __stdcall GetLastError()');
  const handle = create(null, 0, `Global\\${name}`);
  const error = lastError();
  // One that another user made may not be opened, which says that it is there.
  if (handle !== 0 && error !== ERROR.ALREADY_EXISTS) return { [Symbol.dispose]: () => void close(handle) };
  if (handle !== 0) close(handle);
  return undefined;
}
