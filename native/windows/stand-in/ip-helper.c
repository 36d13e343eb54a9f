/*
 * A stand-in for what Wine 8's iphlpapi.dll lacks of the IP Helper API: setting addresses, routes and an
 * interface's parameters, and all that it does not tell of IPv6 routes. Asks the Linux kernel for them by rtnetlink, for the namespace that the process
 * is in. Everything else of the DLL is passed on to Wine's own (build/windows-stand-in.ts writes the list).
 * The rows are those of mingw-w64's netioapi.h, so that what the agent lays out is read by another's eyes.
 * For tests only: never shipped.
 */
#include "linux.h"
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#include <iphlpapi.h>
#include <netioapi.h>
#include <stdio.h>

#define EXPORT __declspec(dllexport)

/* What Wine has under the name that is ours here. */
DWORD WINAPI WineGetIpForwardTable2(ADDRESS_FAMILY family, PMIB_IPFORWARD_TABLE2 *table);
DWORD WINAPI WineGetUnicastIpAddressTable(ADDRESS_FAMILY family, PMIB_UNICASTIPADDRESS_TABLE *table);

#define INFINITE_LIFETIME 0xffffffffu

/* linux/rtnetlink.h */
enum { RTM_NEWADDR = 20, RTM_DELADDR = 21, RTM_NEWROUTE = 24, RTM_DELROUTE = 25, RTM_GETROUTE = 26, NLMSG_ERROR = 2 };
enum { NLM_REQUEST = 1, NLM_ACK = 4, NLM_EXCL = 0x200, NLM_CREATE = 0x400 };
enum { IFA_ADDRESS = 1, IFA_LOCAL = 2, IFA_FLAGS = 8, IFA_NODAD = 0x02, IFA_NOPREFIXROUTE = 0x200 };
enum { RTA_DST = 1, RTA_OIF = 4, RTA_PRIORITY = 6 };
enum { TABLE_MAIN = 254, PROTOCOL_STATIC = 4, SCOPE_LINK = 253, SCOPE_UNIVERSE = 0, TYPE_UNICAST = 1 };

struct message {
  uint32_t length;
  uint16_t type, flags;
  uint32_t sequence, port;
  BYTE body[256];
};

struct address_body {
  uint8_t family, prefix, flags, scope;
  uint32_t index;
};

struct route_body {
  uint8_t family, destination, source, service, table, protocol, scope, type;
  uint32_t flags;
};

static void begin(struct message *message, uint16_t type, uint16_t flags, const void *body, uint32_t size) {
  memset(message, 0, sizeof *message);
  message->type = type;
  message->flags = (uint16_t)(NLM_REQUEST | NLM_ACK | flags);
  message->sequence = 1;
  message->length = 16 + size;
  memcpy(message->body, body, size);
}

static void attribute(struct message *message, uint16_t type, const void *value, uint16_t size) {
  BYTE *at = (BYTE *)message + message->length;
  const uint16_t header[2] = {(uint16_t)(4 + size), type};
  memcpy(at, header, 4);
  memcpy(at + 4, value, size);
  message->length += (4u + size + 3u) & ~3u;
}

static DWORD windows_error(int32_t linux_error) {
  switch (-linux_error) {
    case 0:
      return NO_ERROR;
    case LINUX_EEXIST:
      return ERROR_OBJECT_ALREADY_EXISTS;
    case LINUX_EPERM:
      return ERROR_ACCESS_DENIED;
    case LINUX_ENODEV:
      return ERROR_FILE_NOT_FOUND;
    case LINUX_ESRCH:
    case LINUX_EADDRNOTAVAIL:
      return ERROR_NOT_FOUND;
    case LINUX_EINVAL:
      return ERROR_INVALID_PARAMETER;
    default:
      return ERROR_GEN_FAILURE;
  }
}

/* One question, one answer. @returns its length, or a negative errno, which an answer can be as well */
static int64_t converse(const struct message *message, BYTE *answer, int64_t room) {
  int fd = linux_socket(LINUX_AF_NETLINK, LINUX_SOCK_RAW, 0);
  if (fd < 0) return fd;
  int64_t result = linux_call(SYS_SENDTO, fd, (intptr_t)message, message->length, 0, 0, 0);
  if (result >= 0) {
    do {
      result = linux_call(SYS_RECVFROM, fd, (intptr_t)answer, room, 0, 0, 0);
    } while (result == -LINUX_EINTR);
  }
  linux_close(fd);
  if (result < 20) return result < 0 ? result : -LINUX_EINVAL;
  uint16_t type;
  int32_t error = 0;
  memcpy(&type, answer + 4, sizeof type);
  if (type == NLMSG_ERROR) memcpy(&error, answer + 16, sizeof error);
  return error < 0 ? error : result;
}

static DWORD ask(const struct message *message) {
  BYTE answer[1024];
  int64_t result = converse(message, answer, sizeof answer);
  return result < 0 ? windows_error((int32_t)result) : NO_ERROR;
}

static uint8_t linux_family(ADDRESS_FAMILY family) { return family == AF_INET6 ? LINUX_AF_INET6 : LINUX_AF_INET; }

static const void *address_of(const SOCKADDR_INET *address, uint16_t *size) {
  *size = address->si_family == AF_INET6 ? 16 : 4;
  return address->si_family == AF_INET6 ? (const void *)&address->Ipv6.sin6_addr : (const void *)&address->Ipv4.sin_addr;
}

static uint32_t index_of(NET_LUID luid, NET_IFINDEX index) {
  NET_IFINDEX found = 0;
  if (luid.Value == 0) return index;
  return ConvertInterfaceLuidToIndex(&luid, &found) == NO_ERROR ? found : 0;
}

EXPORT void WINAPI InitializeUnicastIpAddressEntry(PMIB_UNICASTIPADDRESS_ROW row) {
  memset(row, 0, sizeof *row);
  row->PrefixOrigin = IpPrefixOriginUnchanged;
  row->SuffixOrigin = IpSuffixOriginUnchanged;
  row->ValidLifetime = row->PreferredLifetime = INFINITE_LIFETIME;
  row->OnLinkPrefixLength = 255;
}

static DWORD change_address(uint16_t type, uint16_t flags, const MIB_UNICASTIPADDRESS_ROW *row) {
  uint16_t size;
  const void *address = address_of(&row->Address, &size);
  uint32_t index = index_of(row->InterfaceLuid, row->InterfaceIndex);
  if (index == 0) return ERROR_FILE_NOT_FOUND;
  if (row->Address.si_family != AF_INET && row->Address.si_family != AF_INET6) return ERROR_INVALID_PARAMETER;
  uint8_t prefix = row->OnLinkPrefixLength == 255 ? (uint8_t)(size * 8) : row->OnLinkPrefixLength;
  const struct address_body body = {linux_family(row->Address.si_family), prefix, 0, SCOPE_UNIVERSE, index};
  const uint32_t more = IFA_NOPREFIXROUTE | (row->DadState == IpDadStatePreferred ? IFA_NODAD : 0);
  struct message message;
  begin(&message, type, flags, &body, sizeof body);
  attribute(&message, IFA_LOCAL, address, size);
  attribute(&message, IFA_ADDRESS, address, size);
  attribute(&message, IFA_FLAGS, &more, sizeof more);
  return ask(&message);
}

EXPORT DWORD WINAPI CreateUnicastIpAddressEntry(CONST MIB_UNICASTIPADDRESS_ROW *row) {
  return change_address(RTM_NEWADDR, NLM_CREATE | NLM_EXCL, row);
}

EXPORT DWORD WINAPI DeleteUnicastIpAddressEntry(CONST MIB_UNICASTIPADDRESS_ROW *row) {
  return change_address(RTM_DELADDR, 0, row);
}

EXPORT void WINAPI InitializeIpForwardEntry(PMIB_IPFORWARD_ROW2 row) {
  memset(row, 0, sizeof *row);
  row->ValidLifetime = row->PreferredLifetime = INFINITE_LIFETIME;
  row->Metric = 0xffffffff;
  row->Protocol = MIB_IPPROTO_NETMGMT;
  row->Loopback = row->AutoconfigureAddress = row->Publish = row->Immortal = TRUE;
}

static DWORD change_route(uint16_t type, uint16_t flags, const MIB_IPFORWARD_ROW2 *row) {
  const SOCKADDR_INET *prefix = &row->DestinationPrefix.Prefix;
  uint16_t size;
  const void *address = address_of(prefix, &size);
  uint32_t index = index_of(row->InterfaceLuid, row->InterfaceIndex);
  if (index == 0) return ERROR_FILE_NOT_FOUND;
  if (prefix->si_family != row->NextHop.si_family) return ERROR_INVALID_PARAMETER;
  const struct route_body body = {
      .family = linux_family(prefix->si_family),
      .destination = row->DestinationPrefix.PrefixLength,
      .table = TABLE_MAIN,
      .protocol = PROTOCOL_STATIC,
      .scope = prefix->si_family == AF_INET6 ? SCOPE_UNIVERSE : SCOPE_LINK,
      .type = TYPE_UNICAST,
  };
  struct message message;
  begin(&message, type, flags, &body, sizeof body);
  attribute(&message, RTA_DST, address, size);
  attribute(&message, RTA_OIF, &index, sizeof index);
  if (prefix->si_family == AF_INET6 && row->Metric != 0) attribute(&message, RTA_PRIORITY, &row->Metric, sizeof row->Metric);
  return ask(&message);
}

EXPORT DWORD WINAPI CreateIpForwardEntry2(CONST MIB_IPFORWARD_ROW2 *row) {
  return change_route(RTM_NEWROUTE, NLM_CREATE | NLM_EXCL, row);
}

EXPORT DWORD WINAPI DeleteIpForwardEntry2(CONST MIB_IPFORWARD_ROW2 *row) { return change_route(RTM_DELROUTE, 0, row); }

EXPORT void WINAPI InitializeIpInterfaceEntry(PMIB_IPINTERFACE_ROW row) {
  memset(row, 0xff, sizeof *row);
  row->Family = AF_UNSPEC;
  row->InterfaceLuid.Value = 0;
  row->InterfaceIndex = 0;
}

static int interface_name(const MIB_IPINTERFACE_ROW *row, struct linux_ifreq *request) {
  memset(request, 0, sizeof *request);
  request->value.number = (int32_t)index_of(row->InterfaceLuid, row->InterfaceIndex);
  return linux_interface(LINUX_SIOCGIFNAME, request);
}

EXPORT DWORD WINAPI GetIpInterfaceEntry(PMIB_IPINTERFACE_ROW row) {
  struct linux_ifreq request;
  if (row->Family != AF_INET && row->Family != AF_INET6) return ERROR_INVALID_PARAMETER;
  int result = interface_name(row, &request);
  if (result >= 0) result = linux_interface(LINUX_SIOCGIFMTU, &request);
  if (result < 0) return windows_error(result);
  const ADDRESS_FAMILY family = row->Family;
  const NET_LUID luid = row->InterfaceLuid;
  memset(row, 0, sizeof *row);
  row->Family = family;
  row->InterfaceLuid = luid;
  row->InterfaceIndex = index_of(luid, 0);
  row->UseAutomaticMetric = TRUE;
  /* Windows reports this for IPv4 too, and refuses it when it is given back. */
  row->SitePrefixLength = 64;
  row->DadTransmits = family == AF_INET6 ? 1 : 3;
  row->RouterDiscoveryBehavior = RouterDiscoveryDhcp;
  row->NlMtu = (ULONG)request.value.number;
  row->Connected = TRUE;
  return NO_ERROR;
}

EXPORT DWORD WINAPI SetIpInterfaceEntry(PMIB_IPINTERFACE_ROW row) {
  struct linux_ifreq request;
  if (row->Family == AF_INET && row->SitePrefixLength != 0) return ERROR_INVALID_PARAMETER;
  int result = interface_name(row, &request);
  if (result < 0) return windows_error(result);
  request.value.number = (int32_t)row->NlMtu;
  return windows_error(linux_interface(LINUX_SIOCSIFMTU, &request));
}

/* Wine goes by names in its tables: an interface of the name of one that is gone it takes for that one. */
static void correct(NET_LUID *luid, NET_IFINDEX *index) {
  WCHAR alias[IF_MAX_STRING_SIZE + 1];
  struct linux_ifreq request;
  memset(&request, 0, sizeof request);
  if (ConvertInterfaceLuidToAlias(luid, alias, IF_MAX_STRING_SIZE + 1) != NO_ERROR) return;
  for (int i = 0; i < 15 && alias[i] != 0; i++) request.name[i] = (char)alias[i];
  if (linux_interface(LINUX_SIOCGIFINDEX, &request) < 0) return;
  *index = (NET_IFINDEX)request.value.number;
  ConvertInterfaceIndexToLuid(*index, luid);
}

EXPORT DWORD WINAPI GetUnicastIpAddressTable(ADDRESS_FAMILY family, PMIB_UNICASTIPADDRESS_TABLE *table) {
  const DWORD result = WineGetUnicastIpAddressTable(family, table);
  for (ULONG i = 0; result == NO_ERROR && i < (*table)->NumEntries; i++) {
    correct(&(*table)->Table[i].InterfaceLuid, &(*table)->Table[i].InterfaceIndex);
  }
  return result;
}

/* Wine's own table has IPv4 only; what /proc/net/ipv6_route tells is put behind it. */
struct row6 {
  char destination[33], source[33], next_hop[33], device[17];
  unsigned length, source_length, metric, references, uses, flags;
};

/* linux/ipv6_route.h: the kernel's own "unreachable", which Windows has not. */
#define ROUTE_REJECTS 0x0200

static BOOL hex_bytes(const char *text, BYTE *bytes) {
  for (int i = 0; i < 16; i++) {
    unsigned value;
    if (sscanf(text + 2 * i, "%2x", &value) != 1) return FALSE;
    bytes[i] = (BYTE)value;
  }
  return TRUE;
}

static BOOL route_of(const char *line, MIB_IPFORWARD_ROW2 *row) {
  struct row6 found;
  struct linux_ifreq request;
  const int fields = sscanf(line, "%32s %2x %32s %2x %32s %8x %8x %8x %8x %16s", found.destination, &found.length, found.source,
                            &found.source_length, found.next_hop, &found.metric, &found.references, &found.uses,
                            &found.flags, found.device);
  if (fields != 10 || (found.flags & ROUTE_REJECTS) != 0) return FALSE;
  memset(&request, 0, sizeof request);
  memcpy(request.name, found.device, sizeof request.name - 1);
  if (linux_interface(LINUX_SIOCGIFINDEX, &request) < 0) return FALSE;
  memset(row, 0, sizeof *row);
  row->InterfaceIndex = (NET_IFINDEX)request.value.number;
  ConvertInterfaceIndexToLuid(row->InterfaceIndex, &row->InterfaceLuid);
  row->DestinationPrefix.Prefix.si_family = row->NextHop.si_family = AF_INET6;
  row->DestinationPrefix.PrefixLength = (UINT8)found.length;
  row->Metric = found.metric;
  row->ValidLifetime = row->PreferredLifetime = INFINITE_LIFETIME;
  return hex_bytes(found.destination, row->DestinationPrefix.Prefix.Ipv6.sin6_addr.u.Byte) &&
         hex_bytes(found.next_hop, row->NextHop.Ipv6.sin6_addr.u.Byte);
}

#define TEXT_ROOM 65536

EXPORT DWORD WINAPI GetIpForwardTable2(ADDRESS_FAMILY family, PMIB_IPFORWARD_TABLE2 *table) {
  PMIB_IPFORWARD_TABLE2 wines = NULL;
  DWORD result = WineGetIpForwardTable2(AF_INET, &wines);
  if (result != NO_ERROR) return result;
  char *text = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, TEXT_ROOM);
  int fd = family == AF_INET ? -1 : linux_open("/proc/net/ipv6_route", 0);
  for (int64_t length = 0, more = 1; fd >= 0 && more > 0 && length < TEXT_ROOM - 1; length += more) {
    more = linux_read(fd, text + length, TEXT_ROOM - 1 - length);
  }
  if (fd >= 0) linux_close(fd);
  ULONG lines = 0, count = family == AF_INET6 ? 0 : wines->NumEntries;
  for (const char *at = text; *at != 0; at++) lines += *at == '\n';
  const SIZE_T size = sizeof **table + (count + lines) * sizeof(MIB_IPFORWARD_ROW2);
  *table = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, size);
  memcpy((*table)->Table, wines->Table, count * sizeof(MIB_IPFORWARD_ROW2));
  for (ULONG i = 0; i < count; i++) correct(&(*table)->Table[i].InterfaceLuid, &(*table)->Table[i].InterfaceIndex);
  for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
    if (route_of(line, &(*table)->Table[count])) count++;
  }
  (*table)->NumEntries = count;
  FreeMibTable(wines);
  HeapFree(GetProcessHeap(), 0, text);
  return NO_ERROR;
}

EXPORT DWORD WINAPI GetBestInterfaceEx(struct sockaddr *destination, PDWORD index) {
  const SOCKADDR_INET *address = (const SOCKADDR_INET *)destination;
  uint16_t size;
  const void *bytes = address_of(address, &size);
  const struct route_body body = {.family = linux_family(address->si_family), .destination = (uint8_t)(size * 8)};
  struct message message;
  BYTE answer[1024];
  begin(&message, RTM_GETROUTE, 0, &body, sizeof body);
  message.flags = NLM_REQUEST;
  attribute(&message, RTA_DST, bytes, size);
  const int64_t length = converse(&message, answer, sizeof answer);
  if (length < 0) return ERROR_NETWORK_UNREACHABLE;
  for (int64_t at = 16 + (int64_t)sizeof body; at + 4 <= length;) {
    uint16_t header[2];
    memcpy(header, answer + at, sizeof header);
    if (header[0] < 4) break;
    if (header[1] == RTA_OIF) {
      memcpy(index, answer + at + 4, sizeof *index);
      return NO_ERROR;
    }
    at += (header[0] + 3) & ~3;
  }
  return ERROR_NETWORK_UNREACHABLE;
}
