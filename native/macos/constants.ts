/**
 * Numbers of the Darwin ABI that the binding of macOS uses, each with the header of XNU that defines it. They are
 * the same on arm64 and x86-64, which are the architectures of macOS.
 */

/** sys/socket.h */
export const AF = { INET: 2, ROUTE: 17, LINK: 18, INET6: 30, SYSTEM: 32 } as const;
export const SOCK = { DGRAM: 2, RAW: 3 } as const;

/** sys/sys_domain.h: protocol of the sockets of PF_SYSTEM, and kind of their addresses. */
export const SYSPROTO_CONTROL = 2;
export const AF_SYS_CONTROL = 2;

/** net/if_utun.h */
export const UTUN_CONTROL_NAME = 'com.apple.net.utun_control';
/** The level of its socket options is SYSPROTO_CONTROL. */
export const UTUN_OPT_IFNAME = 2;
export const UTUN_OPT_MAX_PENDING_PACKETS = 16;

/** sys/fcntl.h */
export const F_SETFD = 2;
export const F_GETFL = 3;
export const F_SETFL = 4;
export const FD_CLOEXEC = 1;
export const O_NONBLOCK = 0x4;

/** net/if.h */
export const IFNAMSIZ = 16;
export const IFF_UP = 0x1;

/** sys/ioccom.h: _IOC. */
const IOC = { OUT: 0x4000_0000, IN: 0x8000_0000, INOUT: 0xc000_0000 } as const;
const requestOf = (direction: number, group: string, number: number, bytes: number) =>
  (direction | (bytes << 16) | (group.charCodeAt(0) << 8) | number) >>> 0;

/** Sizes of the structures that travel with the requests; requests.ts lays them out. */
export const BYTES = {
  /** sys/kern_control.h: ctl_id(4), ctl_name[MAX_KCTL_NAME = 96]. */
  CTL_INFO: 100,
  SOCKADDR_CTL: 32,
  /** net/if.h: ifr_name[16] and a union of 16. */
  IFREQ: 32,
  /** net/if.h: ifra_name[16], and three addresses of 16. */
  IFALIASREQ: 64,
  /** netinet6/in6_var.h: the union is as large as its struct icmp6_ifstat, 34 counters of 8. */
  IN6_IFREQ: 288,
  /** netinet6/in6_var.h: ifra_name[16], three addresses of 28, flags(4), lifetime(24, aligned to 8). */
  IN6_ALIASREQ: 128,
} as const;

/** sys/kern_control.h, sys/sockio.h, netinet6/in6_var.h: requests of ioctl(2). */
export const REQUEST = {
  CTLIOCGINFO: requestOf(IOC.INOUT, 'N', 3, BYTES.CTL_INFO),
  SIOCSIFFLAGS: requestOf(IOC.IN, 'i', 16, BYTES.IFREQ),
  SIOCGIFFLAGS: requestOf(IOC.INOUT, 'i', 17, BYTES.IFREQ),
  SIOCDIFADDR: requestOf(IOC.IN, 'i', 25, BYTES.IFREQ),
  SIOCAIFADDR: requestOf(IOC.IN, 'i', 26, BYTES.IFALIASREQ),
  SIOCSIFMTU: requestOf(IOC.IN, 'i', 52, BYTES.IFREQ),
  SIOCDIFADDR_IN6: requestOf(IOC.IN, 'i', 25, BYTES.IN6_IFREQ),
  SIOCAIFADDR_IN6: requestOf(IOC.IN, 'i', 26, BYTES.IN6_ALIASREQ),
} as const;

/** netinet6/in6_var.h: no search for others who have the address; nobody else is on this link. */
export const IN6_IFF_NODAD = 0x20;
/** netinet6/nd6.h */
export const ND6_INFINITE_LIFETIME = 0xffff_ffff;

/** net/route.h: version and kinds of the messages of a routing socket (route(4)). */
export const RTM = { VERSION: 5, ADD: 1, DELETE: 2, GET: 4, MISS: 7 } as const;
/** net/route.h: flags of routes. */
export const RTF = {
  UP: 0x1,
  GATEWAY: 0x2,
  HOST: 0x4,
  REJECT: 0x8,
  STATIC: 0x800,
  WASCLONED: 0x2_0000,
  IFSCOPE: 0x100_0000,
} as const;
/** net/route.h: which addresses follow the header, in the order of their bits. */
export const RTA = { DST: 0x1, GATEWAY: 0x2, NETMASK: 0x4, IFP: 0x10 } as const;

/** sys/sysctl.h, sys/socket.h: where the table of routes is told, of all families. */
export const ROUTES_MIB = [4 /* CTL_NET */, AF.ROUTE, 0, 0, 1 /* NET_RT_DUMP */, 0] as const;
