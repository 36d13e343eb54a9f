/**
 * The structures as a C compiler lays them out, which follows the same rules for 64-bit Linux as for macOS: the
 * declarations are those of XNU's headers (bsd/sys/kern_control.h, bsd/net/if.h, bsd/netinet/in.h,
 * bsd/netinet6/in6.h, bsd/netinet6/in6_var.h, bsd/net/if_dl.h, bsd/net/route.h), without what unions hold besides.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BYTES, REQUEST } from './constants.ts';
import {
  addAddress,
  controlAddress,
  controlId,
  controlInfo,
  flagsIn,
  removeAddress,
  setFlags,
  setMtu,
} from './requests.ts';
import { HEADER_BYTES } from './route-messages.ts';
import { addressBytes, interfaceBytes } from './socket-addresses.ts';

const missing = spawnSync('cc', ['--version']).status !== 0;

const DECLARATIONS = `
#include <stdint.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>
struct ctl_info { uint32_t ctl_id; char ctl_name[96]; };
struct sockaddr_ctl { unsigned char sc_len, sc_family; uint16_t ss_sysaddr; uint32_t sc_id, sc_unit, sc_reserved[5]; };
struct sockaddr { uint8_t sa_len, sa_family; char sa_data[14]; };
struct sockaddr_in { uint8_t sin_len, sin_family; uint16_t sin_port; uint8_t sin_addr[4]; char sin_zero[8]; };
struct sockaddr_in6 { uint8_t sin6_len, sin6_family; uint16_t sin6_port; uint32_t sin6_flowinfo; uint32_t sin6_addr[4]; uint32_t sin6_scope_id; };
struct sockaddr_dl { unsigned char sdl_len, sdl_family; unsigned short sdl_index; unsigned char sdl_type, sdl_nlen, sdl_alen, sdl_slen; char sdl_data[12]; };
struct ifreq { char ifr_name[16]; union { struct sockaddr ifru_addr; short ifru_flags; int ifru_mtu; char *ifru_data; } ifr_ifru; };
struct ifaliasreq { char ifra_name[16]; struct sockaddr ifra_addr, ifra_broadaddr, ifra_mask; };
struct in6_addrlifetime { time_t ia6t_expire, ia6t_preferred; uint32_t ia6t_vltime, ia6t_pltime; };
struct in6_aliasreq { char ifra_name[16]; struct sockaddr_in6 ifra_addr, ifra_dstaddr, ifra_prefixmask; int ifra_flags; struct in6_addrlifetime ifra_lifetime; };
struct icmp6_ifstat { uint64_t counters[34]; };
struct in6_ifreq { char ifr_name[16]; union { struct sockaddr_in6 ifru_addr; struct icmp6_ifstat ifru_icmp6stat; } ifr_ifru; };
struct rt_metrics { uint32_t fields[10]; uint32_t rmx_filler[4]; };
struct rt_msghdr { unsigned short rtm_msglen; unsigned char rtm_version, rtm_type; unsigned short rtm_index; int rtm_flags, rtm_addrs; int rtm_pid; int rtm_seq, rtm_errno, rtm_use; uint32_t rtm_inits; struct rt_metrics rtm_rmx; };
`;

/** Everything that our encoders take for granted, as an expression of C. */
const EXPECTED: Readonly<Record<string, number>> = {
  'sizeof(struct ctl_info)': BYTES.CTL_INFO,
  'offsetof(struct ctl_info, ctl_name)': 4,
  'sizeof(struct sockaddr_ctl)': BYTES.SOCKADDR_CTL,
  'offsetof(struct sockaddr_ctl, ss_sysaddr)': 2,
  'offsetof(struct sockaddr_ctl, sc_id)': 4,
  'offsetof(struct sockaddr_ctl, sc_unit)': 8,
  'sizeof(struct sockaddr_in)': 16,
  'offsetof(struct sockaddr_in, sin_addr)': 4,
  'sizeof(struct sockaddr_in6)': 28,
  'offsetof(struct sockaddr_in6, sin6_addr)': 8,
  'sizeof(struct sockaddr_dl)': 20,
  'offsetof(struct sockaddr_dl, sdl_index)': 2,
  'sizeof(struct ifreq)': BYTES.IFREQ,
  'offsetof(struct ifreq, ifr_ifru)': 16,
  'sizeof(struct ifaliasreq)': BYTES.IFALIASREQ,
  'offsetof(struct ifaliasreq, ifra_addr)': 16,
  'offsetof(struct ifaliasreq, ifra_broadaddr)': 32,
  'offsetof(struct ifaliasreq, ifra_mask)': 48,
  'sizeof(struct in6_ifreq)': BYTES.IN6_IFREQ,
  'offsetof(struct in6_ifreq, ifr_ifru)': 16,
  'sizeof(struct in6_aliasreq)': BYTES.IN6_ALIASREQ,
  'offsetof(struct in6_aliasreq, ifra_addr)': 16,
  'offsetof(struct in6_aliasreq, ifra_prefixmask)': 72,
  'offsetof(struct in6_aliasreq, ifra_flags)': 100,
  'offsetof(struct in6_aliasreq, ifra_lifetime.ia6t_vltime)': 120,
  'offsetof(struct in6_aliasreq, ifra_lifetime.ia6t_pltime)': 124,
  'sizeof(struct rt_msghdr)': HEADER_BYTES,
  'offsetof(struct rt_msghdr, rtm_version)': 2,
  'offsetof(struct rt_msghdr, rtm_type)': 3,
  'offsetof(struct rt_msghdr, rtm_index)': 4,
  'offsetof(struct rt_msghdr, rtm_flags)': 8,
  'offsetof(struct rt_msghdr, rtm_addrs)': 12,
  'offsetof(struct rt_msghdr, rtm_pid)': 16,
  'offsetof(struct rt_msghdr, rtm_seq)': 20,
};

test.skipIf(missing)(
  `a compiler lays the structures out alike${missing ? ' (skipped: there is no cc here)' : ''}`,
  () => {
    const directory = mkdtempSync(join(tmpdir(), 'causeway-layout-'));
    try {
      const prints = Object.keys(EXPECTED).map((what) => `printf("%zu\\n", (size_t)${what});`);
      writeFileSync(join(directory, 'layout.c'), `${DECLARATIONS}int main(void) { ${prints.join('\n')} return 0; }\n`);
      execFileSync('cc', ['-o', join(directory, 'layout'), join(directory, 'layout.c')]);
      const numbers = execFileSync(join(directory, 'layout'), { encoding: 'utf8' }).trim().split('\n').map(Number);
      expect(Object.fromEntries(Object.keys(EXPECTED).map((what, i) => [what, numbers[i]]))).toEqual(EXPECTED);
    } finally {
      rmSync(directory, { recursive: true });
    }
  },
);

test('the requests have the numbers that macOS has had for many years', () => {
  expect(Object.fromEntries(Object.entries(REQUEST).map(([name, value]) => [name, value.toString(16)]))).toEqual({
    CTLIOCGINFO: 'c0644e03',
    SIOCSIFFLAGS: '80206910',
    SIOCGIFFLAGS: 'c0206911',
    SIOCDIFADDR: '80206919',
    SIOCAIFADDR: '8040691a',
    SIOCSIFMTU: '80206934',
    SIOCDIFADDR_IN6: '81206919',
    SIOCAIFADDR_IN6: '8080691a',
  });
});

describe('byte for byte', () => {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  const name = '7574756e35'.padEnd(32, '0');

  test('the control is asked for by name, and connected to by id and unit', () => {
    expect(hex(controlInfo())).toBe(
      `00000000${Buffer.from('com.apple.net.utun_control').toString('hex').padEnd(192, '0')}`,
    );
    expect(controlId(Uint8Array.of(5, 1, 0, 0))).toBe(261);
    expect(hex(controlAddress(261, 6))).toBe(`202002000501000006000000${'0'.repeat(40)}`);
  });

  test('MTU and flags', () => {
    expect(hex(setMtu('utun5', 1500).argument)).toBe(`${name}dc050000${'0'.repeat(24)}`);
    const { argument } = setFlags('utun5', 0x8051);
    expect(hex(argument)).toBe(`${name}5180${'0'.repeat(28)}`);
    expect(flagsIn(argument)).toBe(0x8051);
  });

  test('a name that is too long is cut, and ends', () => {
    expect(hex(setMtu('utun5678901234567', 0).argument.subarray(0, 16))).toBe(
      `${Buffer.from('utun56789012345').toString('hex')}00`,
    );
  });

  test('addresses', () => {
    const own = '1002000064400102'.padEnd(32, '0');
    expect(hex(addAddress('utun5', '100.64.1.2').argument)).toBe(
      `${name}${own}${own}10020000ffffffff${'0'.repeat(16)}`,
    );
    expect(hex(removeAddress('utun5', '100.64.1.2').argument)).toBe(`${name}${own}`);
    const own6 = `1c1e000000000000fd12000000000000000000000000000700000000`;
    const mask6 = `1c1e000000000000${'f'.repeat(32)}00000000`;
    expect(hex(addAddress('utun5', 'fd12::7').argument)).toBe(
      `${name}${own6}${'0'.repeat(56)}${mask6}20000000${'0'.repeat(32)}${'f'.repeat(16)}`,
    );
    expect(hex(removeAddress('utun5', 'fd12::7').argument)).toBe(`${name}${own6}${'0'.repeat(488)}`);
    expect(hex(addressBytes('100.64.1.2'))).toBe(own);
    expect(hex(interfaceBytes(300))).toBe(`14122c01${'0'.repeat(32)}`);
  });
});
