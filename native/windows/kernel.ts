/**
 * The few functions of kernel32.dll that the bindings of Windows share, and nothing above them: the last
 * error, memory from one place to another, and waiting for an event without a thread of our own.
 */
import koffi, { type TypeObject } from 'koffi';

/** A handle or an address of this process: both fit, for user space ends at 2^47. */
export type Handle = number;

export interface Kernel {
  /** Why the last call failed. Ask at once: any other call may set it. */
  lastError(): number;
  /** Bytes from one address to another (RtlMoveMemory). */
  move(to: Handle, from: Handle, length: number): void;
  moveFrom(to: Handle, from: Uint8Array, length: number): void;
  addressOf(bytes: Uint8Array): Handle;
  createEvent(): Handle;
  duplicateHandle(handle: Handle): Handle;
  closeHandle(handle: Handle): void;
  /** Whether an event is signalled at this moment. An auto-reset event is so no more. */
  isSignalled(handle: Handle): boolean;
  /**
   * Calls back on this thread whenever `event` is signalled, the thread that waits standing still meanwhile.
   * @returns the wait's handle, for {@link Kernel.unregisterWait}; 0 when it failed
   */
  registerWait(event: Handle, callback: bigint): Handle;
  /** Ends a wait; `completed` is signalled when no callback of it will come any more. */
  unregisterWait(wait: Handle, completed: Handle): void;
  callback(work: () => void): bigint;
}

const INFINITE = 0xffffffff;
/** winnt.h: the callback runs in the thread that waits, so that at most one is under way. */
const WT_EXECUTEINWAITTHREAD = 0x00000004;
const DUPLICATE_SAME_ACCESS = 0x00000002;
const WAIT_OBJECT_0 = 0;

let waitCallback: TypeObject | undefined;

/** @throws Error on another system than Windows */
export function loadKernel(): Kernel {
  const library = koffi.load('kernel32.dll');
  // A type has its name for the whole process.
  waitCallback ??= koffi.pointer(
    koffi.proto('void __stdcall WAITORTIMERCALLBACK(uintptr_t context, uint8_t timedOut)'),
  );
  const currentProcess = library.func('intptr_t __stdcall GetCurrentProcess()');
  const duplicate = library.func(
    'int __stdcall DuplicateHandle(intptr_t from, uintptr_t handle, intptr_t to, _Out_ uintptr_t *made, uint32_t access, int inherit, uint32_t options)',
  );
  const createEvent = library.func(
    'uintptr_t __stdcall CreateEventW(void *security, int manual, int initial, void *name)',
  );
  const waitFor = library.func('uint32_t __stdcall WaitForSingleObject(uintptr_t handle, uint32_t milliseconds)');
  const register = library.func('RegisterWaitForSingleObject', 'int', [
    koffi.out(koffi.pointer('uintptr_t')),
    'uintptr_t',
    waitCallback,
    'uintptr_t',
    'uint32_t',
    'uint32_t',
  ]);
  const closeHandle = library.func('int __stdcall CloseHandle(uintptr_t handle)');
  const unregister = library.func('int __stdcall UnregisterWaitEx(uintptr_t wait, uintptr_t completed)');
  const type = waitCallback;
  return {
    lastError: library.func('uint32_t __stdcall GetLastError()'),
    move: library.func('void __stdcall RtlMoveMemory(uintptr_t to, uintptr_t from, size_t length)'),
    moveFrom: library.func('void __stdcall RtlMoveMemory(uintptr_t to, const void *from, size_t length)'),
    addressOf: (bytes) => Number(koffi.address(bytes)),
    createEvent: () => createEvent(null, 0, 0, null),
    duplicateHandle(handle) {
      const made = [0];
      const process = currentProcess();
      return duplicate(process, handle, process, made, 0, 0, DUPLICATE_SAME_ACCESS) === 0 ? 0 : (made[0] as number);
    },
    closeHandle: (handle) => void closeHandle(handle),
    isSignalled: (handle) => waitFor(handle, 0) === WAIT_OBJECT_0,
    registerWait(event, callback) {
      const wait = [0];
      const done = register(wait, event, callback, 0, INFINITE, WT_EXECUTEINWAITTHREAD);
      return done === 0 ? 0 : (wait[0] as number);
    },
    unregisterWait: (wait, completed) => void unregister(wait, completed),
    callback: (work) => koffi.register(work, type),
  };
}
