/*
 * lwIP for a host that is one event loop: packets in, packets out, a clock, and handles for TCP connections,
 * listeners and UDP sockets. It decides nothing. What happens is told by imported functions, which must
 * not call back into this module: they note it, and act when the call that they came from has returned.
 *
 * Packets go out behind the 10 bytes of struct virtio_net_hdr (native/offload-header.ts). A TCP packet's
 * checksum is left to be completed by whoever needs it, and data leaves in super-packets of SUPER_SEGMENTS
 * segments: they cross the tunnel whole, and cost what one segment costs.
 */
#include <stdlib.h>
#include <string.h>

#include "lwip/init.h"
#include "lwip/ip.h"
#include "lwip/netif.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/prot/tcp.h"
#include "lwip/tcp.h"
#include "lwip/timeouts.h"
#include "lwip/udp.h"

#define EXPORT(name) __attribute__((export_name(#name))) name
#define IMPORT(name) __attribute__((import_module("host"), import_name(#name))) host_##name

/* Milliseconds of a clock that only goes forward. */
uint32_t IMPORT(now)(void);
/* A packet leaves. Returns 0 when there is no room for it now. */
uint32_t IMPORT(output)(const uint8_t *packet, uint32_t length);
void IMPORT(connected)(uint32_t connection);
/* A connection came to a listener. Returns the id for it, or 0 to refuse it. */
uint32_t IMPORT(accept)(uint32_t listener, void *connection, uint32_t version, const uint8_t *address, uint32_t port);
void IMPORT(received)(uint32_t connection, const uint8_t *bytes, uint32_t length);
/* The other end sends no more. */
void IMPORT(ended)(uint32_t connection);
/* The other end has so many bytes more. */
void IMPORT(acknowledged)(uint32_t connection, uint32_t length);
/* How many bytes a new connection may have waiting for the program, at most TCP_WND. */
uint32_t IMPORT(window)(uint32_t connection);
/* The connection is gone: lwIP's err_t, positive. */
void IMPORT(failed)(uint32_t connection, uint32_t reason);
void IMPORT(datagram)(uint32_t socket, const uint8_t *bytes, uint32_t length, uint32_t version, const uint8_t *address,
                      uint32_t port);

#define OFFLOAD_HEADER_BYTES 10
#define PACKET_MAX_BYTES 65535
#define NEEDS_CHECKSUM 1
#define GSO_TCP_IPV4 1
#define GSO_TCP_IPV6 4
#define TCP_CHECKSUM_OFFSET 16
/* 23 KiB at 1,440 bytes. Larger ones win little more, and the first window has to hold one. */
#define SUPER_SEGMENTS 16
/* RFC 6928 §2. */
#define INITIAL_SEGMENTS 10

/* Of a listener too. */
struct connection {
  uint32_t id;
  /* NULL once lwIP has freed it, or it was let go. */
  struct tcp_pcb *pcb;
};

struct udp_socket {
  uint32_t id;
  struct udp_pcb *pcb;
};

static struct netif interface;
static u16_t interface_mtu;
/* Of the connection whose segment goes out. */
static u16_t leaving_segment;
/* What the host writes for a call: data, or an address. */
static uint8_t exchange[PACKET_MAX_BYTES + 1];
static uint8_t leaving[OFFLOAD_HEADER_BYTES + PACKET_MAX_BYTES];

u32_t sys_now(void) {
  return host_now();
}

/* Super-packets are no reason for fragments: TCP has cut what it sends. Datagrams may be one. */
static void fragment_from(u16_t mtu) {
  interface.mtu = mtu;
  interface.mtu6 = mtu;
}

/* Bytes of data in one segment on the wire; 0 until that is agreed. Also of a connection that was let go. */
static u16_t segment_of(const struct tcp_pcb *pcb) {
  return pcb->state < ESTABLISHED ? 0 : pcb->mss / SUPER_SEGMENTS;
}

u32_t *shim_leaving(const struct tcp_pcb *pcb, u32_t *options) {
  leaving_segment = pcb == NULL ? 0 : segment_of(pcb);
  fragment_from(leaving_segment == 0 ? interface_mtu : PACKET_MAX_BYTES);
  return options;
}

static void put16(uint8_t *at, uint32_t value) {
  at[0] = (uint8_t)value;
  at[1] = (uint8_t)(value >> 8);
}

static uint32_t get16_network(const uint8_t *at) {
  return (uint32_t)at[0] << 8 | at[1];
}

/* Leaves the sum of the pseudo-header in the checksum, and says in the offload header what is left to do. */
static void offload(uint8_t *packet, uint32_t length) {
  uint8_t *ip = packet + OFFLOAD_HEADER_BYTES;
  const int is_ipv4 = ip[0] >> 4 == 4;
  const uint32_t ip_header = is_ipv4 ? (ip[0] & 15) * 4u : 40;
  const uint8_t protocol = is_ipv4 ? ip[9] : ip[6];
  uint32_t sum, at, payload;
  uint8_t *tcp = ip + ip_header;

  memset(packet, 0, OFFLOAD_HEADER_BYTES);
  if (protocol != IP_PROTO_TCP || length < ip_header + 20) return;
  sum = IP_PROTO_TCP + (length - ip_header);
  for (at = is_ipv4 ? 12 : 8; at < (is_ipv4 ? 20 : 40); at += 2) sum += get16_network(ip + at);
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  tcp[TCP_CHECKSUM_OFFSET] = (uint8_t)(sum >> 8);
  tcp[TCP_CHECKSUM_OFFSET + 1] = (uint8_t)sum;
  packet[0] = NEEDS_CHECKSUM;
  put16(packet + 6, ip_header);
  put16(packet + 8, TCP_CHECKSUM_OFFSET);
  payload = length - ip_header - (tcp[12] >> 4) * 4u;
  if (leaving_segment == 0 || payload <= leaving_segment) return;
  packet[1] = is_ipv4 ? GSO_TCP_IPV4 : GSO_TCP_IPV6;
  put16(packet + 2, length - payload);
  put16(packet + 4, leaving_segment);
}

static err_t send_packet(struct pbuf *p) {
  fragment_from(interface_mtu);
  if (p->tot_len > PACKET_MAX_BYTES) return ERR_BUF;
  pbuf_copy_partial(p, leaving + OFFLOAD_HEADER_BYTES, p->tot_len, 0);
  offload(leaving, p->tot_len);
  return host_output(leaving, OFFLOAD_HEADER_BYTES + p->tot_len) ? ERR_OK : ERR_MEM;
}

static err_t send_ipv4(struct netif *netif, struct pbuf *p, const ip4_addr_t *to) {
  (void)netif;
  (void)to;
  return send_packet(p);
}

static err_t send_ipv6(struct netif *netif, struct pbuf *p, const ip6_addr_t *to) {
  (void)netif;
  (void)to;
  return send_packet(p);
}

static err_t prepare(struct netif *netif) {
  netif->name[0] = 'c';
  netif->name[1] = 'w';
  netif->output = send_ipv4;
  netif->output_ip6 = send_ipv6;
  return ERR_OK;
}

static int read_address(ip_addr_t *address, uint32_t version, const uint8_t *bytes) {
  memset(address, 0, sizeof *address);
  if (version == 4) {
    IP_SET_TYPE(address, IPADDR_TYPE_V4);
    memcpy(&ip_2_ip4(address)->addr, bytes, 4);
    return 1;
  }
  if (version != 6) return 0;
  IP_SET_TYPE(address, IPADDR_TYPE_V6);
  memcpy(ip_2_ip6(address)->addr, bytes, 16);
  return 1;
}

static const uint8_t *address_bytes(const ip_addr_t *address) {
  return IP_IS_V6(address) ? (const uint8_t *)ip_2_ip6(address)->addr : (const uint8_t *)&ip_2_ip4(address)->addr;
}

/* Where the host writes what a call takes. */
uint8_t *EXPORT(exchange_at)(void) {
  return exchange;
}

/* Once, before all else. In the exchange: 4 bytes of IPv4 address, 4 of its mask, 16 of IPv6 address. */
void EXPORT(start)(uint32_t mtu) {
  ip4_addr_t address, mask, none = {0};
  ip_addr_t address6;
  lwip_init();
  memcpy(&address.addr, exchange, 4);
  memcpy(&mask.addr, exchange + 4, 4);
  interface_mtu = (u16_t)mtu;
  netif_add(&interface, &address, &mask, &none, NULL, prepare, ip_input);
  fragment_from(interface_mtu);
  read_address(&address6, 6, exchange + 8);
  interface.ip6_addr[0] = address6;
  interface.ip6_addr_state[0] = IP6_ADDR_PREFERRED;
  netif_set_default(&interface);
  netif_set_up(&interface);
  netif_set_link_up(&interface);
}

/* Memory for a packet that comes in; 0 when there is none. Filled by the host, then handed to `input`. */
struct pbuf *EXPORT(packet_make)(uint32_t length) {
  return pbuf_alloc(PBUF_RAW, (u16_t)length, PBUF_RAM);
}

void *EXPORT(packet_at)(struct pbuf *p) {
  return p->payload;
}

void EXPORT(input)(struct pbuf *p) {
  if (interface.input(p, &interface) != ERR_OK) pbuf_free(p);
}

/* What is due by the clock, and what loops back. */
void EXPORT(tick)(void) {
  sys_check_timeouts();
  netif_poll(&interface);
}

/* What a full outside has not taken is tried again. */
void EXPORT(resume)(void) {
  tcp_txnow();
}

uint32_t EXPORT(next_tick)(void) {
  return sys_timeouts_sleeptime();
}

static void established(struct connection *connection) {
  struct tcp_pcb *pcb = connection->pcb;
  const uint32_t segment = pcb->mss;
  pcb->mss = (u16_t)(SUPER_SEGMENTS * segment);
  /* Not less than the other end was told when it began, without a scale. */
  pcb->rcv_wnd = LWIP_MIN(LWIP_MAX(host_window(connection->id), 0xffff), TCP_WND);
  pcb->rcv_ann_wnd = pcb->rcv_wnd;
  pcb->cwnd = LWIP_MAX(pcb->mss, INITIAL_SEGMENTS * segment);
}

static err_t on_received(void *argument, struct tcp_pcb *pcb, struct pbuf *p, err_t error) {
  const struct connection *connection = argument;
  const struct pbuf *part;
  (void)error;
  if (p == NULL) {
    host_ended(connection->id);
    return ERR_OK;
  }
  for (part = p; part != NULL; part = part->next) host_received(connection->id, part->payload, part->len);
  /* One packet here is many segments there, and two of them are acknowledged at once (RFC 9293 §3.8.6.3). */
  if (p->tot_len > segment_of(pcb)) tcp_ack_now(pcb);
  pbuf_free(p);
  return ERR_OK;
}

static err_t on_acknowledged(void *argument, struct tcp_pcb *pcb, u16_t length) {
  (void)pcb;
  host_acknowledged(((const struct connection *)argument)->id, length);
  return ERR_OK;
}

static void on_failed(void *argument, err_t error) {
  struct connection *connection = argument;
  if (connection == NULL) return;
  connection->pcb = NULL;
  host_failed(connection->id, (uint32_t)-error);
}

static void attach(struct connection *connection, struct tcp_pcb *pcb) {
  connection->pcb = pcb;
  tcp_arg(pcb, connection);
  tcp_recv(pcb, on_received);
  tcp_sent(pcb, on_acknowledged);
  tcp_err(pcb, on_failed);
  tcp_nagle_disable(pcb);
  ip_set_option(pcb, SOF_KEEPALIVE);
}

static void detach(struct connection *connection) {
  tcp_arg(connection->pcb, NULL);
  tcp_recv(connection->pcb, NULL);
  tcp_sent(connection->pcb, NULL);
  tcp_err(connection->pcb, NULL);
  connection->pcb = NULL;
}

static err_t on_connected(void *argument, struct tcp_pcb *pcb, err_t error) {
  (void)pcb;
  (void)error;
  established(argument);
  host_connected(((const struct connection *)argument)->id);
  return ERR_OK;
}

/* To the address in the exchange. Returns the connection, or 0 without memory, port or route. */
struct connection *EXPORT(tcp_open)(uint32_t id, uint32_t version, uint32_t port) {
  struct connection *connection;
  struct tcp_pcb *pcb;
  ip_addr_t to;
  if (!read_address(&to, version, exchange)) return NULL;
  connection = calloc(1, sizeof *connection);
  pcb = tcp_new_ip_type(IP_GET_TYPE(&to));
  if (connection == NULL || pcb == NULL) {
    free(connection);
    if (pcb != NULL) tcp_abort(pcb);
    return NULL;
  }
  connection->id = id;
  attach(connection, pcb);
  if (tcp_connect(pcb, &to, (u16_t)port, on_connected) == ERR_OK) return connection;
  detach(connection);
  tcp_abort(pcb);
  free(connection);
  return NULL;
}

static err_t on_accept(void *argument, struct tcp_pcb *pcb, err_t error) {
  const struct connection *listener = argument;
  struct connection *connection;
  if (error != ERR_OK || pcb == NULL) return ERR_VAL;
  connection = calloc(1, sizeof *connection);
  if (connection != NULL) {
    connection->id = host_accept(listener->id, connection, IP_IS_V6_VAL(pcb->remote_ip) ? 6 : 4,
                                 address_bytes(&pcb->remote_ip), pcb->remote_port);
  }
  if (connection == NULL || connection->id == 0) {
    free(connection);
    tcp_arg(pcb, NULL);
    tcp_abort(pcb);
    return ERR_ABRT;
  }
  attach(connection, pcb);
  established(connection);
  return ERR_OK;
}

/* On both of our addresses. Returns the listener, or 0 when the port is taken. */
struct connection *EXPORT(tcp_serve)(uint32_t id, uint32_t port) {
  struct connection *listener = calloc(1, sizeof *listener);
  struct tcp_pcb *pcb = tcp_new_ip_type(IPADDR_TYPE_ANY);
  struct tcp_pcb *listening = NULL;
  if (listener != NULL && pcb != NULL && tcp_bind(pcb, IP_ANY_TYPE, (u16_t)port) == ERR_OK) listening = tcp_listen(pcb);
  if (listening == NULL) {
    if (pcb != NULL) tcp_abort(pcb);
    free(listener);
    return NULL;
  }
  listener->id = id;
  listener->pcb = listening;
  tcp_arg(listening, listener);
  tcp_accept(listening, on_accept);
  return listener;
}

void EXPORT(tcp_unserve)(struct connection *listener) {
  tcp_close(listener->pcb);
  free(listener);
}

/* How many bytes can be written now. */
uint32_t EXPORT(tcp_room)(const struct connection *connection) {
  if (connection->pcb == NULL || tcp_sndqueuelen(connection->pcb) >= TCP_SND_QUEUELEN / 2) return 0;
  return tcp_sndbuf(connection->pcb);
}

/* Takes `length` bytes from the exchange, all or (0) none. */
uint32_t EXPORT(tcp_put)(struct connection *connection, uint32_t length) {
  if (connection->pcb == NULL) return 0;
  return tcp_write(connection->pcb, exchange, (u16_t)length, TCP_WRITE_FLAG_COPY) == ERR_OK;
}

void EXPORT(tcp_push)(struct connection *connection) {
  if (connection->pcb != NULL) tcp_output(connection->pcb);
}

/* The program has taken so many bytes: the other end may send as many more. */
void EXPORT(tcp_taken)(struct connection *connection, uint32_t length) {
  while (connection->pcb != NULL && length > 0) {
    const u16_t part = (u16_t)(length > 0xffff ? 0xffff : length);
    tcp_recved(connection->pcb, part);
    length -= part;
  }
}

/* We send no more after what was written. Returns 0 when that has to be tried again. */
uint32_t EXPORT(tcp_finish)(struct connection *connection) {
  return connection->pcb == NULL || tcp_shutdown(connection->pcb, 0, 1) == ERR_OK;
}

/* Ends it at once, by a reset. */
void EXPORT(tcp_reset)(struct connection *connection) {
  struct tcp_pcb *pcb = connection->pcb;
  if (pcb == NULL) return;
  detach(connection);
  tcp_abort(pcb);
}

/* The handle is of no more use; what lwIP still does for the connection it does alone. */
void EXPORT(tcp_free_handle)(struct connection *connection) {
  if (connection->pcb != NULL) detach(connection);
  free(connection);
}

static void on_datagram(void *argument, struct udp_pcb *pcb, struct pbuf *p, const ip_addr_t *from, u16_t port) {
  const struct udp_socket *socket = argument;
  (void)pcb;
  pbuf_copy_partial(p, leaving, p->tot_len, 0);
  host_datagram(socket->id, leaving, p->tot_len, IP_IS_V6(from) ? 6 : 4, address_bytes(from), port);
  pbuf_free(p);
}

/* On both of our addresses; port 0 is any. Returns the socket, or 0 when the port is taken. */
struct udp_socket *EXPORT(udp_open)(uint32_t id, uint32_t port) {
  struct udp_socket *socket = calloc(1, sizeof *socket);
  struct udp_pcb *pcb = udp_new_ip_type(IPADDR_TYPE_ANY);
  if (socket == NULL || pcb == NULL || udp_bind(pcb, IP_ANY_TYPE, (u16_t)port) != ERR_OK) {
    if (pcb != NULL) udp_remove(pcb);
    free(socket);
    return NULL;
  }
  socket->id = id;
  socket->pcb = pcb;
  udp_recv(pcb, on_datagram, socket);
  return socket;
}

/* In the exchange: 16 bytes for the address, then the datagram. Returns 0 when it was not sent. */
uint32_t EXPORT(udp_put)(struct udp_socket *socket, uint32_t length, uint32_t version, uint32_t port) {
  ip_addr_t to;
  struct pbuf *p;
  err_t error;
  if (!read_address(&to, version, exchange)) return 0;
  p = pbuf_alloc(PBUF_TRANSPORT, (u16_t)length, PBUF_RAM);
  if (p == NULL) return 0;
  memcpy(p->payload, exchange + 16, length);
  fragment_from(interface_mtu);
  error = udp_sendto(socket->pcb, p, &to, (u16_t)port);
  pbuf_free(p);
  return error == ERR_OK;
}

void EXPORT(udp_close)(struct udp_socket *socket) {
  udp_remove(socket->pcb);
  free(socket);
}
