/**
 * Who may do what with a directory or a named pipe: an access list in Microsoft's own notation (SDDL) put on
 * it, in place of what it would inherit.
 */
import koffi from 'koffi';
import { CausewayError } from '#protocol/errors.ts';
import { describeWindowsError } from './windows-errors.ts';

/**
 * SY: the system, BA: administrators, IU: whoever is signed in at the computer, NU: whoever comes over the network.
 * OICI: what is made inside has it as well. FA, GA: everything; GRGW: to read and to write.
 */
export const ACCESS = {
  ownersDirectory: 'D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)',
  ownersPipe: 'D:P(D;;GA;;;NU)(A;;GA;;;SY)(A;;GA;;;BA)',
  usersPipe: 'D:P(D;;GA;;;NU)(A;;GA;;;SY)(A;;GA;;;BA)(A;;GRGW;;;IU)',
} as const;

/** accctrl.h, winnt.h */
const SE_FILE_OBJECT = 1;
const SE_KERNEL_OBJECT = 6;
const DACL_SECURITY_INFORMATION = 0x4;
const PROTECTED_DACL_SECURITY_INFORMATION = 0x80000000;
const SDDL_REVISION_1 = 1;
const READ_CONTROL = 0x00020000;
const WRITE_DAC = 0x00040000;
const SHARE_ALL = 0x7;
const OPEN_EXISTING = 3;
const INVALID_HANDLE = -1;

type Call = (...args: unknown[]) => number;

/** What is in the directory already, and has no list of its own, gets it too. @throws CausewayError ACCESS_LIST_REFUSED */
export function protectDirectory(path: string, list: string): void {
  withList(path, list, (dacl) => {
    const set = declare(
      'advapi32.dll',
      'uint32_t',
      'SetNamedSecurityInfoW(const char16_t *name, int type, uint32_t what, void *owner, void *group, uintptr_t dacl, void *sacl)',
    );
    return set(path, SE_FILE_OBJECT, WHAT, null, null, dacl, null);
  });
}

/**
 * Of a pipe that this process serves: all its instances share one list. Opens it once as a client would.
 * @throws CausewayError ACCESS_LIST_REFUSED
 */
export function protectPipe(path: string, list: string): void {
  withList(path, list, (dacl) => {
    const open = declare(
      'kernel32.dll',
      'intptr_t',
      'CreateFileW(const char16_t *path, uint32_t access, uint32_t share, void *security, uint32_t how, uint32_t flags, void *template)',
    );
    const handle = open(path, READ_CONTROL | WRITE_DAC, SHARE_ALL, null, OPEN_EXISTING, 0, null);
    if (handle === INVALID_HANDLE) return lastError();
    const set = declare(
      'advapi32.dll',
      'uint32_t',
      'SetSecurityInfo(intptr_t handle, int type, uint32_t what, void *owner, void *group, uintptr_t dacl, void *sacl)',
    );
    const result = set(handle, SE_KERNEL_OBJECT, WHAT, null, null, dacl, null);
    declare('kernel32.dll', 'int', 'CloseHandle(intptr_t handle)')(handle);
    return result;
  });
}

const WHAT = (DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION) >>> 0;

function withList(path: string, list: string, set: (dacl: number) => number): void {
  const convert = declare(
    'advapi32.dll',
    'int',
    'ConvertStringSecurityDescriptorToSecurityDescriptorW(const char16_t *text, uint32_t revision, _Out_ uintptr_t *descriptor, void *size)',
  );
  const descriptor = [0];
  if (convert(list, SDDL_REVISION_1, descriptor, null) === 0) throw refusal(path, lastError());
  try {
    const [present, dacl, defaulted] = [[0], [0], [0]];
    const get = declare(
      'advapi32.dll',
      'int',
      'GetSecurityDescriptorDacl(uintptr_t descriptor, _Out_ int *present, _Out_ uintptr_t *dacl, _Out_ int *defaulted)',
    );
    if (get(descriptor[0], present, dacl, defaulted) === 0) throw refusal(path, lastError());
    const result = set(dacl[0] as number);
    if (result !== 0) throw refusal(path, result);
  } finally {
    declare('kernel32.dll', 'uintptr_t', 'LocalFree(uintptr_t memory)')(descriptor[0]);
  }
}

function lastError(): number {
  return declare('kernel32.dll', 'uint32_t', 'GetLastError()')();
}

const declared = new Map<string, Call>();

/** Each once: koffi keeps what it was told for as long as the process runs. */
function declare(library: string, result: string, prototype: string): Call {
  const known = declared.get(prototype);
  if (known !== undefined) return known;
  const call = koffi.load(library).func(`${result} __stdcall ${prototype}`) as unknown as Call;
  declared.set(prototype, call);
  return call;
}

function refusal(path: string, code: number): CausewayError {
  return new CausewayError('ACCESS_LIST_REFUSED', { path, cause: describeWindowsError(code) });
}
