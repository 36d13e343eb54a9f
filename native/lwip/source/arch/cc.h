/* The compiler and the machine: clang for WebAssembly, with wasi-libc's headers. */
#ifndef CAUSEWAY_ARCH_CC_H
#define CAUSEWAY_ARCH_CC_H

#include <stdint.h>

#define LWIP_NO_UNISTD_H 1
#define LWIP_NO_CTYPE_H 1
#define LWIP_PLATFORM_DIAG(x) do { } while (0)
/* A broken invariant ends the instance; the adapter fails, and the agent makes a new one. */
#define LWIP_PLATFORM_ASSERT(x) __builtin_trap()

__attribute__((import_module("host"), import_name("random"))) uint32_t host_random(void);
#define LWIP_RAND() host_random()

#endif
