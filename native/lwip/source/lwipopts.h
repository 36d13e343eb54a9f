/*
 * How lwIP is built for Causeway: no operating system under it, its raw API only, one interface that
 * carries IP packets, IPv4 and IPv6, TCP and UDP. Every number says where it comes from.
 */
#ifndef CAUSEWAY_LWIPOPTS_H
#define CAUSEWAY_LWIPOPTS_H

/* No threads, no sockets API: the caller is one event loop. */
#define NO_SYS 1
#define LWIP_NETCONN 0
#define LWIP_SOCKET 0
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_TIMERS 1

/* The heap is the C library's; the module's own memory is its bound (--max-memory). */
#define MEM_LIBC_MALLOC 1
#define MEMP_MEM_MALLOC 1
#define MEM_ALIGNMENT 4

/* One interface without a link layer. Its own addresses loop back. */
#define LWIP_SINGLE_NETIF 1
#define LWIP_ARP 0
#define LWIP_ETHERNET 0
#define LWIP_NETIF_LOOPBACK 1
#define LWIP_LOOPBACK_MAX_PBUFS 64
#define LWIP_HAVE_LOOPIF 0
#define LWIP_NETIF_TX_SINGLE_PBUF 0
#define PBUF_LINK_HLEN 0

#define LWIP_IPV4 1
#define LWIP_IPV6 1
#define IP_REASSEMBLY 1
#define IP_FRAG 1
#define LWIP_IPV6_FRAG 1
#define LWIP_IPV6_REASS 1
/* Fragments come from UDP larger than the MTU: a few of 64 KiB at once. */
#define IP_REASS_MAX_PBUFS 256
#define MEMP_NUM_REASSDATA 16
#define LWIP_IPV6_MLD 0
#define LWIP_IGMP 0
#define LWIP_IPV6_AUTOCONFIG 0
#define LWIP_IPV6_SEND_ROUTER_SOLICIT 0
#define LWIP_IPV6_DUP_DETECT_ATTEMPTS 0
#define LWIP_IPV6_DHCP6 0
#define LWIP_IPV6_SCOPES 0
#define LWIP_ND6_QUEUEING 0
#define LWIP_DHCP 0
#define LWIP_AUTOIP 0
#define LWIP_DNS 0
#define LWIP_RAW 0
#define LWIP_ICMP 1
#define LWIP_ICMP6 1

#define LWIP_UDP 1

#define LWIP_TCP 1
/* Ethernet's less IPv4 and TCP headers; what the other end announces may be less. The shim lets data leave in
   super-packets of several segments. */
#define TCP_MSS 1460
#define LWIP_WND_SCALE 1
#define TCP_RCV_SCALE 5
/* 80 Mbit/s over 100 ms, or 1.6 Gbit/s over 5: the bound of what one connection may have waiting. */
#define TCP_WND (1024 * 1024)
#define TCP_SND_BUF (1024 * 1024)
/* Pieces in the send buffer: of 128 bytes on average; smaller ones wait for room. */
#define TCP_SND_QUEUELEN 8192
#define TCP_SNDLOWAT 32768
#define TCP_SNDQUEUELOWAT 1024
#define TCP_OVERSIZE 0
#define TCP_QUEUE_OOSEQ 1
#define LWIP_TCP_SACK_OUT 1
#define TCP_LISTEN_BACKLOG 1
/* The most that lwIP can count: as many connections may be in their making. */
#define TCP_DEFAULT_LISTEN_BACKLOG 255
#define LWIP_TCP_KEEPALIVE 1
/* A machine that vanished is noticed within three minutes on an idle connection. */
#define TCP_KEEPIDLE_DEFAULT 120000UL
#define TCP_KEEPINTVL_DEFAULT 15000UL
#define TCP_KEEPCNT_DEFAULT 4U
/* RFC 6298 §2.1. */
#define LWIP_TCP_RTO_TIME 1000
/* Delayed acknowledgements after 50 ms, retransmission counted in steps of 100 ms: lwIP's own 250 and 500
   would let a lost segment cost 1.5 s. */
#define TCP_TMR_INTERVAL 50
/* TIME_WAIT of 30 s, half of Linux's: with 16,384 ports of our own, 540 new connections a second. */
#define TCP_MSL 15000UL
#define LWIP_TCP_TIMESTAMPS 0

/* The tunnel authenticates every packet, and a super-packet's checksum is not complete anyhow. */
#define CHECKSUM_CHECK_TCP 0
#define CHECKSUM_CHECK_UDP 0
/* The shim writes the pseudo-header's sum, and the offload header says so. */
#define CHECKSUM_GEN_TCP 0

#define LWIP_STATS 0
#define LWIP_DEBUG 0

#define LWIP_HOOK_FILENAME "hooks.h"

#endif
