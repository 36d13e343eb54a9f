/**
 * Numbers of the Linux ABI that the TUN binding uses, each with the kernel header that defines it. They are
 * the same on x86-64 and arm64 (asm-generic), which are the architectures Causeway runs on.
 */

/** asm-generic/fcntl.h */
export const O_RDWR = 0o2;
export const O_NONBLOCK = 0o4000;
export const O_CLOEXEC = 0o2000000;

/** linux/if.h */
export const IFNAMSIZ = 16;
/** sizeof(struct ifreq): ifr_name[16] and a union of 24. */
export const IFREQ_BYTES = 40;
/** Where the union of struct ifreq begins. */
export const IFREQ_VALUE_AT = IFNAMSIZ;

/** linux/if_tun.h: flags of TUNSETIFF. */
export const IFF_TUN = 0x0001;
/** Packets without struct tun_pi before them. */
export const IFF_NO_PI = 0x1000;
/** Packets with struct virtio_net_hdr before them. */
export const IFF_VNET_HDR = 0x4000;
/** Fail with EBUSY rather than attach to an interface that exists. */
export const IFF_TUN_EXCL = 0x8000;

/** linux/if_tun.h: requests. */
export const TUNSETIFF = 0x400454ca;
export const TUNSETOFFLOAD = 0x400454d0;
export const TUNSETVNETHDRSZ = 0x400454d8;

/** linux/if_tun.h: bits of TUNSETOFFLOAD, what user space can take. */
export const TUN_F_CSUM = 0x01;
export const TUN_F_TSO4 = 0x02;
export const TUN_F_TSO6 = 0x04;
export const TUN_F_TSO_ECN = 0x08;
/** Both since Linux 6.2, granted only together. */
export const TUN_F_USO4 = 0x20;
export const TUN_F_USO6 = 0x40;

/** linux/sockios.h */
export const SIOCSIFMTU = 0x8922;
export const SIOCSIFTXQLEN = 0x8943;

/** bits/socket.h */
export const AF_INET = 2;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
export const SOCK_CLOEXEC = O_CLOEXEC;
export const SOCK_NONBLOCK = O_NONBLOCK;

/** asm-generic/errno.h: what Node's os.constants.errno does not list. */
export const EBADFD = 77;

/** linux/netlink.h, linux/rtnetlink.h */
export const AF_NETLINK = 16;
export const NETLINK_ROUTE = 0;
export const RTMGRP = {
  LINK: 0x1,
  IPV4_IFADDR: 0x10,
  IPV4_ROUTE: 0x40,
  IPV6_IFADDR: 0x100,
  IPV6_ROUTE: 0x400,
} as const;
