/*
 * A stand-in for wintun.dll 0.14, for Wine, where no Windows driver runs: the functions of the real one
 * with its rings, joined to a TUN device of the Linux namespace that the process is in. Written from the
 * interface that the real one documents; none of its code is here. For tests only: never shipped.
 *
 * Each session has two rings of `capacity` bytes. In each, one end moves `head` and the other `tail`, both
 * below the capacity; a packet is its size in four bytes and its bytes, up to the next multiple of four, and
 * never broken at the ring's end, behind which there is room for one. `GONE` in `tail` says that the adapter
 * is no more. What is handed out is released in any order, and leaves the ring in the order in which it came.
 *
 * -DDRIVER_VERSION=… makes a driver of another version.
 */
#include "linux.h"
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#include <iphlpapi.h>
#include <netioapi.h>
#include <stdlib.h>

#ifndef DRIVER_VERSION
#define DRIVER_VERSION 0x000e /* 0.14 */
#endif

#define EXPORT __declspec(dllexport)
#define MAX_PACKET 0xffffu
#define MIN_CAPACITY 0x20000u
#define MAX_CAPACITY 0x4000000u
#define ALIGNMENT 4u
#define GONE 0xffffffffu
#define RELEASED 0x80000000u
#define SPACE_OF(size) (((size) + sizeof(uint32_t) + ALIGNMENT - 1) & ~(ALIGNMENT - 1))

typedef struct {
  volatile uint32_t head;
  volatile uint32_t tail;
  BYTE *bytes;
} RING;

typedef struct {
  int tun;
  int index;
  BOOL owned;
} ADAPTER;

typedef struct {
  ADAPTER *adapter;
  uint32_t capacity;
  /* From the system to the client, and back. */
  RING receive, send;
  /* Where the client is in them, before what it has handed back is in order. */
  uint32_t receiving, sending;
  CRITICAL_SECTION receiving_lock, sending_lock;
  HANDLE read_wait, write_wait;
  int stop;
  volatile LONG ending;
  HANDLE reader, writer;
} SESSION;

static volatile LONG adapters_alive;
/* Nothing is taken from any ring to the device. */
static volatile LONG held;

static uint32_t used(const SESSION *session, uint32_t head, uint32_t tail) {
  return (tail - head) & (session->capacity - 1);
}

static uint32_t after(const SESSION *session, uint32_t at, uint32_t size) {
  return (at + (uint32_t)SPACE_OF(size)) & (session->capacity - 1);
}

static uint32_t *size_at(const RING *ring, uint32_t at) { return (uint32_t *)(ring->bytes + at); }

/* One place stays empty, or a full ring would look like an empty one. */
static BOOL fits(const SESSION *session, uint32_t head, uint32_t tail, uint32_t size) {
  return SPACE_OF(size) <= session->capacity - ALIGNMENT - used(session, head, tail);
}

static void adapter_gone(SESSION *session) {
  InterlockedExchange((volatile LONG *)&session->receive.tail, (LONG)GONE);
  InterlockedExchange((volatile LONG *)&session->send.head, (LONG)GONE);
  SetEvent(session->read_wait);
}

/* From the TUN device into the ring; what finds no room is lost, as the driver has it. */
static DWORD WINAPI read_device(void *argument) {
  SESSION *session = argument;
  BYTE *packet = malloc(MAX_PACKET);
  struct linux_pollfd waits[2] = {{session->adapter->tun, LINUX_POLLIN, 0}, {session->stop, LINUX_POLLIN, 0}};
  while (!session->ending) {
    int64_t length = linux_read(session->adapter->tun, packet, MAX_PACKET);
    if (length == -LINUX_EAGAIN) {
      linux_poll(waits, 2);
      continue;
    }
    if (length <= 0) {
      adapter_gone(session);
      break;
    }
    uint32_t tail = session->receive.tail;
    if (!fits(session, session->receive.head, tail, (uint32_t)length)) continue;
    *size_at(&session->receive, tail) = (uint32_t)length;
    memcpy(session->receive.bytes + tail + sizeof(uint32_t), packet, (size_t)length);
    InterlockedExchange((volatile LONG *)&session->receive.tail, (LONG)after(session, tail, (uint32_t)length));
    SetEvent(session->read_wait);
  }
  free(packet);
  return 0;
}

/* From the ring to the TUN device; what the kernel refuses is lost, as the driver has it. */
static DWORD WINAPI write_device(void *argument) {
  SESSION *session = argument;
  while (!session->ending) {
    uint32_t head = session->send.head;
    if (head == GONE) return 0;
    if (held || head == session->send.tail) {
      WaitForSingleObject(session->write_wait, held ? 10 : INFINITE);
      continue;
    }
    uint32_t size = *size_at(&session->send, head);
    int64_t written = linux_write(session->adapter->tun, session->send.bytes + head + sizeof(uint32_t), size);
    if (written == -LINUX_EBADFD) {
      adapter_gone(session);
      return 0;
    }
    InterlockedExchange((volatile LONG *)&session->send.head, (LONG)after(session, head, size));
  }
  return 0;
}

static DWORD error_of(int result) {
  switch (-result) {
    case LINUX_EPERM:
    case LINUX_EACCES:
      return ERROR_ACCESS_DENIED;
    case LINUX_EBUSY:
      return ERROR_ALREADY_EXISTS;
    case LINUX_EINVAL:
      return ERROR_INVALID_NAME;
    case LINUX_ENOENT:
    case LINUX_ENODEV:
      return ERROR_DEV_NOT_EXIST;
    default:
      return ERROR_GEN_FAILURE;
  }
}

/* Linux has shorter names, without spaces. */
static void linux_name(LPCWSTR name, struct linux_ifreq *request) {
  memset(request, 0, sizeof *request);
  for (int i = 0; i < 15 && name[i] != 0; i++) {
    request->name[i] = name[i] > ' ' && name[i] < 0x7f && name[i] != '/' ? (char)name[i] : '-';
  }
}

static ADAPTER *failed(DWORD error) {
  SetLastError(error);
  return NULL;
}

EXPORT ADAPTER *WINAPI WintunCreateAdapter(LPCWSTR name, LPCWSTR tunnel_type, const GUID *requested) {
  (void)requested;
  if (name == NULL || name[0] == 0 || tunnel_type == NULL) return failed(ERROR_INVALID_PARAMETER);
  int tun = linux_open("/dev/net/tun", LINUX_O_RDWR | LINUX_O_NONBLOCK | LINUX_O_CLOEXEC);
  if (tun < 0) return failed(error_of(tun));
  struct linux_ifreq request;
  linux_name(name, &request);
  request.value.flags = (int16_t)(LINUX_IFF_TUN | LINUX_IFF_NO_PI | LINUX_IFF_TUN_EXCL);
  int result = linux_ioctl(tun, LINUX_TUNSETIFF, &request);
  if (result >= 0) result = linux_interface(LINUX_SIOCGIFINDEX, &request);
  if (result < 0) {
    linux_close(tun);
    return failed(error_of(result));
  }
  ADAPTER *adapter = calloc(1, sizeof *adapter);
  adapter->tun = tun;
  adapter->index = request.value.number;
  adapter->owned = TRUE;
  /* An adapter of Windows is up from the start. */
  request.value.number = 0;
  request.value.flags = LINUX_IFF_UP;
  linux_interface(LINUX_SIOCSIFFLAGS, &request);
  InterlockedIncrement(&adapters_alive);
  return adapter;
}

EXPORT ADAPTER *WINAPI WintunOpenAdapter(LPCWSTR name) {
  struct linux_ifreq request;
  linux_name(name, &request);
  int result = linux_interface(LINUX_SIOCGIFINDEX, &request);
  if (result < 0) return failed(ERROR_FILE_NOT_FOUND);
  ADAPTER *adapter = calloc(1, sizeof *adapter);
  adapter->tun = -1;
  adapter->index = request.value.number;
  return adapter;
}

EXPORT void WINAPI WintunCloseAdapter(ADAPTER *adapter) {
  if (adapter == NULL) return;
  if (adapter->owned) {
    linux_close(adapter->tun);
    InterlockedDecrement(&adapters_alive);
  }
  free(adapter);
}

EXPORT BOOL WINAPI WintunDeleteDriver(void) {
  if (adapters_alive == 0) return TRUE;
  SetLastError(ERROR_SHARING_VIOLATION);
  return FALSE;
}

EXPORT void WINAPI WintunGetAdapterLUID(ADAPTER *adapter, NET_LUID *luid) {
  ConvertInterfaceIndexToLuid((NET_IFINDEX)adapter->index, luid);
}

EXPORT DWORD WINAPI WintunGetRunningDriverVersion(void) {
  if (adapters_alive > 0) return DRIVER_VERSION;
  SetLastError(ERROR_FILE_NOT_FOUND);
  return 0;
}

EXPORT void WINAPI WintunSetLogger(void *logger) { (void)logger; }

EXPORT SESSION *WINAPI WintunStartSession(ADAPTER *adapter, DWORD capacity) {
  if (capacity < MIN_CAPACITY || capacity > MAX_CAPACITY || (capacity & (capacity - 1)) != 0 || !adapter->owned) {
    failed(ERROR_INVALID_PARAMETER);
    return NULL;
  }
  SESSION *session = calloc(1, sizeof *session);
  session->adapter = adapter;
  session->capacity = capacity;
  /* Room for one whole packet behind the end. */
  session->receive.bytes = VirtualAlloc(NULL, capacity + SPACE_OF(MAX_PACKET), MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
  session->send.bytes = VirtualAlloc(NULL, capacity + SPACE_OF(MAX_PACKET), MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
  InitializeCriticalSection(&session->receiving_lock);
  InitializeCriticalSection(&session->sending_lock);
  session->read_wait = CreateEventW(NULL, FALSE, FALSE, NULL);
  session->write_wait = CreateEventW(NULL, FALSE, FALSE, NULL);
  session->stop = linux_eventfd();
  session->reader = CreateThread(NULL, 1 << 20, read_device, session, 0, NULL);
  session->writer = CreateThread(NULL, 1 << 20, write_device, session, 0, NULL);
  return session;
}

EXPORT void WINAPI WintunEndSession(SESSION *session) {
  const uint64_t one = 1;
  InterlockedExchange(&session->ending, 1);
  linux_write(session->stop, &one, sizeof one);
  SetEvent(session->write_wait);
  HANDLE threads[] = {session->reader, session->writer};
  WaitForMultipleObjects(2, threads, TRUE, INFINITE);
  for (int i = 0; i < 2; i++) CloseHandle(threads[i]);
  CloseHandle(session->read_wait);
  CloseHandle(session->write_wait);
  linux_close(session->stop);
  /* Gone, not only given back: whoever still reads a packet of the ring finds out at once. */
  VirtualFree(session->receive.bytes, 0, MEM_RELEASE);
  VirtualFree(session->send.bytes, 0, MEM_RELEASE);
  DeleteCriticalSection(&session->receiving_lock);
  DeleteCriticalSection(&session->sending_lock);
  free(session);
}

EXPORT HANDLE WINAPI WintunGetReadWaitEvent(SESSION *session) { return session->read_wait; }

EXPORT BYTE *WINAPI WintunReceivePacket(SESSION *session, DWORD *size) {
  BYTE *packet = NULL;
  DWORD error = ERROR_SUCCESS;
  EnterCriticalSection(&session->receiving_lock);
  uint32_t tail = session->receive.tail;
  if (tail == GONE) error = ERROR_HANDLE_EOF;
  else if (tail == session->receiving) error = ERROR_NO_MORE_ITEMS;
  else {
    uint32_t *at = size_at(&session->receive, session->receiving);
    *size = *at;
    packet = (BYTE *)(at + 1);
    session->receiving = after(session, session->receiving, *at);
  }
  LeaveCriticalSection(&session->receiving_lock);
  if (packet == NULL) SetLastError(error);
  return packet;
}

EXPORT void WINAPI WintunReleaseReceivePacket(SESSION *session, const BYTE *packet) {
  EnterCriticalSection(&session->receiving_lock);
  uint32_t *size = (uint32_t *)packet - 1;
  *size |= RELEASED;
  uint32_t head = session->receive.head;
  while (head != session->receiving) {
    uint32_t first = *size_at(&session->receive, head);
    if ((first & RELEASED) == 0) break;
    head = after(session, head, first & ~RELEASED);
  }
  InterlockedExchange((volatile LONG *)&session->receive.head, (LONG)head);
  LeaveCriticalSection(&session->receiving_lock);
}

EXPORT BYTE *WINAPI WintunAllocateSendPacket(SESSION *session, DWORD size) {
  BYTE *packet = NULL;
  DWORD error = ERROR_SUCCESS;
  EnterCriticalSection(&session->sending_lock);
  uint32_t head = session->send.head;
  if (head == GONE) error = ERROR_HANDLE_EOF;
  else if (size > MAX_PACKET) error = ERROR_INVALID_PARAMETER;
  else if (!fits(session, head, session->sending, size)) error = ERROR_BUFFER_OVERFLOW;
  else {
    uint32_t *at = size_at(&session->send, session->sending);
    /* Not to be sent yet. */
    *at = size | RELEASED;
    packet = (BYTE *)(at + 1);
    session->sending = after(session, session->sending, size);
  }
  LeaveCriticalSection(&session->sending_lock);
  if (packet == NULL) SetLastError(error);
  return packet;
}

EXPORT void WINAPI WintunSendPacket(SESSION *session, const BYTE *packet) {
  EnterCriticalSection(&session->sending_lock);
  *((uint32_t *)packet - 1) &= ~RELEASED;
  uint32_t tail = session->send.tail;
  while (tail != session->sending) {
    uint32_t first = *size_at(&session->send, tail);
    if ((first & RELEASED) != 0) break;
    tail = after(session, tail, first);
  }
  InterlockedExchange((volatile LONG *)&session->send.tail, (LONG)tail);
  LeaveCriticalSection(&session->sending_lock);
  SetEvent(session->write_wait);
}

/* For tests, and not of the real one: the device takes nothing from the rings while it is held. */
EXPORT void WINAPI StandInHold(BOOL hold) { InterlockedExchange(&held, hold); }

/* For tests, and not of the real one: the adapter is removed behind the back of whoever made it (RTM_DELLINK). */
EXPORT int WINAPI StandInRemove(ADAPTER *adapter) {
  struct {
    uint32_t length;
    uint16_t type, flags;
    uint32_t sequence, port;
    uint8_t family, pad;
    uint16_t device;
    int32_t index;
    uint32_t device_flags, change;
  } message = {sizeof message, 17, 1, 1, 0, 0, 0, 0, adapter->index, 0, 0};
  int fd = linux_socket(LINUX_AF_NETLINK, LINUX_SOCK_RAW, 0);
  int64_t result = linux_call(SYS_SENDTO, fd, (intptr_t)&message, sizeof message, 0, 0, 0);
  linux_close(fd);
  return result == (int64_t)sizeof message;
}
