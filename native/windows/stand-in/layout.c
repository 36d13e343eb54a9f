/*
 * Prints how the header of mingw-w64, which is not ours, lays out the rows of the IP Helper API: a line of
 * name and size for each row, and of name and offset for each field that we read or write. Then, for each method
 * that we call, of "method", its name and its place in the table of its interface.
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <iphlpapi.h>
#include <netioapi.h>
#include <netlistmgr.h>
#include <stddef.h>
#include <stdio.h>

#define ROW(row) printf(#row " %u\n", (unsigned)sizeof(row))
#define FIELD(row, field) printf(#row "." #field " %u\n", (unsigned)offsetof(row, field))
#define METHOD(interface, name)                                                                    \
  printf("method " #interface "." #name " %u\n", (unsigned)(offsetof(interface##Vtbl, name) / sizeof(void *)))

int main(void) {
  ROW(MIB_UNICASTIPADDRESS_ROW);
  FIELD(MIB_UNICASTIPADDRESS_ROW, Address);
  FIELD(MIB_UNICASTIPADDRESS_ROW, InterfaceLuid);
  FIELD(MIB_UNICASTIPADDRESS_ROW, PrefixOrigin);
  FIELD(MIB_UNICASTIPADDRESS_ROW, OnLinkPrefixLength);
  FIELD(MIB_UNICASTIPADDRESS_ROW, DadState);
  FIELD(MIB_UNICASTIPADDRESS_ROW, CreationTimeStamp);
  ROW(MIB_IPFORWARD_ROW2);
  FIELD(MIB_IPFORWARD_ROW2, InterfaceLuid);
  FIELD(MIB_IPFORWARD_ROW2, DestinationPrefix);
  FIELD(MIB_IPFORWARD_ROW2, NextHop);
  FIELD(MIB_IPFORWARD_ROW2, ValidLifetime);
  FIELD(MIB_IPFORWARD_ROW2, Metric);
  FIELD(MIB_IPFORWARD_ROW2, Immortal);
  FIELD(MIB_IPFORWARD_ROW2, Origin);
  ROW(MIB_IPINTERFACE_ROW);
  FIELD(MIB_IPINTERFACE_ROW, InterfaceLuid);
  FIELD(MIB_IPINTERFACE_ROW, UseAutomaticMetric);
  FIELD(MIB_IPINTERFACE_ROW, RouterDiscoveryBehavior);
  FIELD(MIB_IPINTERFACE_ROW, DadTransmits);
  FIELD(MIB_IPINTERFACE_ROW, SitePrefixLength);
  FIELD(MIB_IPINTERFACE_ROW, Metric);
  FIELD(MIB_IPINTERFACE_ROW, NlMtu);
  FIELD(MIB_IPINTERFACE_ROW, ReachableTime);
  FIELD(MIB_IPINTERFACE_ROW, DisableDefaultRoutes);
  METHOD(IUnknown, Release);
  METHOD(INetworkListManager, GetNetworkConnections);
  METHOD(IEnumNetworkConnections, Next);
  METHOD(INetworkConnection, GetNetwork);
  METHOD(INetworkConnection, GetAdapterId);
  METHOD(INetwork, GetCategory);
  METHOD(INetwork, SetCategory);
  return 0;
}
