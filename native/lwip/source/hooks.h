/* Where lwIP asks us: initial sequence numbers, and a look at the connection whose segment goes out. */
#ifndef CAUSEWAY_HOOKS_H
#define CAUSEWAY_HOOKS_H

#include "lwip/arch.h"

struct tcp_pcb;

#define LWIP_HOOK_TCP_ISN(local_ip, local_port, remote_ip, remote_port) host_random()
#define LWIP_HOOK_TCP_OUT_ADD_TCPOPTS(segment, header, pcb, options) shim_leaving((pcb), (options))

u32_t *shim_leaving(const struct tcp_pcb *pcb, u32_t *options);

#endif
