/*
 * Functions that wintun.dll had up to 0.10 and not after: enough of an old DLL to be recognised by. For tests only.
 */
#include <windows.h>

#define EXPORT __declspec(dllexport)

EXPORT DWORD WINAPI WintunCreateAdapter(LPCWSTR pool, LPCWSTR name, const GUID *requested, void **adapter, BOOL *reboot) {
  (void)pool, (void)name, (void)requested, (void)adapter, (void)reboot;
  return ERROR_CALL_NOT_IMPLEMENTED;
}

EXPORT void WINAPI WintunFreeAdapter(void *adapter) { (void)adapter; }

EXPORT DWORD WINAPI WintunDeletePoolDriver(LPCWSTR pool, BOOL *reboot) {
  (void)pool, (void)reboot;
  return ERROR_CALL_NOT_IMPLEMENTED;
}
