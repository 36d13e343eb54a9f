/*
 * System calls of Linux on x86-64, for a DLL that Wine runs: a process of Wine is a process of Linux, and
 * the instruction `syscall` in it reaches the kernel like anybody's. So the stand-ins need no other program
 * beside them, and what they make (an interface, an address) goes when the process goes.
 *
 * Layouts and numbers: linux/if_tun.h, linux/if.h, linux/netlink.h, linux/rtnetlink.h, asm/unistd_64.h.
 */
#ifndef CAUSEWAY_STAND_IN_LINUX_H
#define CAUSEWAY_STAND_IN_LINUX_H

#include <stdint.h>
#include <string.h>

enum { SYS_READ = 0, SYS_WRITE = 1, SYS_OPEN = 2, SYS_CLOSE = 3, SYS_POLL = 7, SYS_IOCTL = 16 };
enum { SYS_SOCKET = 41, SYS_SENDTO = 44, SYS_RECVFROM = 45, SYS_EVENTFD2 = 290 };
enum { LINUX_EPERM = 1, LINUX_ENOENT = 2, LINUX_EINTR = 4, LINUX_EAGAIN = 11, LINUX_EACCES = 13, LINUX_EBUSY = 16 };
enum { LINUX_EEXIST = 17, LINUX_ENODEV = 19, LINUX_EINVAL = 22, LINUX_EBADFD = 77, LINUX_EADDRNOTAVAIL = 99 };
enum { LINUX_ESRCH = 3 };

#define LINUX_O_RDWR 2
#define LINUX_O_NONBLOCK 04000
#define LINUX_O_CLOEXEC 02000000
#define LINUX_AF_INET 2
#define LINUX_AF_INET6 10
#define LINUX_AF_NETLINK 16
#define LINUX_SOCK_DGRAM 2
#define LINUX_SOCK_RAW 3
#define LINUX_TUNSETIFF 0x400454ca
#define LINUX_IFF_TUN 0x0001
#define LINUX_IFF_NO_PI 0x1000
#define LINUX_IFF_TUN_EXCL 0x8000
#define LINUX_SIOCGIFINDEX 0x8933
#define LINUX_SIOCGIFMTU 0x8921
#define LINUX_SIOCSIFMTU 0x8922
#define LINUX_SIOCGIFNAME 0x8910
#define LINUX_SIOCSIFFLAGS 0x8914
#define LINUX_IFF_UP 0x1
#define LINUX_POLLIN 0x001

/* 40 bytes: a name, and a union of which only numbers are used here. */
struct linux_ifreq {
  char name[16];
  union {
    int32_t number;
    int16_t flags;
    char room[24];
  } value;
};

struct linux_pollfd {
  int32_t fd;
  int16_t events;
  int16_t revents;
};

static inline int64_t linux_call(int64_t number, int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f) {
  register int64_t r10 __asm__("r10") = d;
  register int64_t r8 __asm__("r8") = e;
  register int64_t r9 __asm__("r9") = f;
  int64_t result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}

/* Each returns what the kernel does: a negative errno when it fails. A signal of Wine's is no reason to stop. */
static inline int64_t linux_retry(int64_t number, int64_t a, int64_t b, int64_t c, int64_t d) {
  int64_t result;
  do {
    result = linux_call(number, a, b, c, d, 0, 0);
  } while (result == -LINUX_EINTR);
  return result;
}

static inline int linux_open(const char *path, int flags) {
  return (int)linux_retry(SYS_OPEN, (intptr_t)path, flags, 0, 0);
}
static inline int linux_close(int fd) { return (int)linux_call(SYS_CLOSE, fd, 0, 0, 0, 0, 0); }
static inline int64_t linux_read(int fd, void *bytes, int64_t length) {
  return linux_retry(SYS_READ, fd, (intptr_t)bytes, length, 0);
}
static inline int64_t linux_write(int fd, const void *bytes, int64_t length) {
  return linux_retry(SYS_WRITE, fd, (intptr_t)bytes, length, 0);
}
static inline int linux_ioctl(int fd, uint32_t request, void *argument) {
  return (int)linux_retry(SYS_IOCTL, fd, (int64_t)request, (intptr_t)argument, 0);
}
static inline int linux_poll(struct linux_pollfd *fds, int count) {
  return (int)linux_retry(SYS_POLL, (intptr_t)fds, count, -1, 0);
}
static inline int linux_eventfd(void) {
  return (int)linux_call(SYS_EVENTFD2, 0, LINUX_O_CLOEXEC | LINUX_O_NONBLOCK, 0, 0, 0, 0);
}
static inline int linux_socket(int family, int type, int protocol) {
  return (int)linux_call(SYS_SOCKET, family, type | LINUX_O_CLOEXEC, protocol, 0, 0, 0);
}

/* One question to the kernel about the interface in `request`. */
static inline int linux_interface(uint32_t question, struct linux_ifreq *request) {
  int fd = linux_socket(LINUX_AF_INET, LINUX_SOCK_DGRAM, 0);
  if (fd < 0) return fd;
  int result = linux_ioctl(fd, question, request);
  linux_close(fd);
  return result;
}

#endif
