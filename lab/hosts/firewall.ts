/**
 * The nftables rules of a site's router: NAT outwards, nothing inwards, and counters that a scenario
 * reads back as proof. Pure text.
 */
import type { SiteDescription } from './description.ts';

/** Names of the counters, in packets that began something new. */
export const COUNTERS = ['out_443', 'out_other', 'out_refused', 'in_refused'] as const;
export type CounterName = (typeof COUNTERS)[number];

/** A complete ruleset for `nft -f`. `lan` and `wan` are the router's interfaces. */
export function routerRules(site: SiteDescription): string {
  const other = site.outbound === 'everything' ? 'iifname "lan" counter name out_other accept' : '';
  return `
table ip site {
${COUNTERS.map((name) => `  counter ${name} { }`).join('\n')}
  chain forward {
    type filter hook forward priority 0; policy drop;
    ct state established,related accept
    # Where the kernel shows bridged frames to the firewall, neighbours on the LAN pass here too.
    iifname "lan" oifname "lan" accept
    iifname "lan" oifname "wan" tcp dport 443 counter name out_443 accept
    ${other}
    iifname "lan" counter name out_refused drop
    iifname "wan" counter name in_refused drop
  }
  chain input {
    type filter hook input priority 0; policy drop;
    ct state established,related accept
    iifname { "lan", "lo" } accept
    iifname "wan" counter name in_refused drop
  }
  chain translate {
    type nat hook postrouting priority 100;
    oifname "wan" masquerade
  }
}
`;
}
