/** The two name servers that the scenarios of resolver.fixture.ts and systemd-resolved.fixture.ts use. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { decode, encode } from 'dns-packet';
import { type DnsServer, startDnsServer } from '#agent/dns/server.ts';
import { domainsOf, type Zone } from '#agent/dns/zone.ts';
import type { Label } from '#protocol/names.ts';
import { sh } from './enclosure.fixture.ts';

export const ZONE: Zone = {
  subscription: 'contoso' as Label,
  ipv6Range: 'fd12:3456:789a::/48',
  self: { name: 'web1' as Label, ipv4: '100.64.1.1', ipv6: 'fd12:3456:789a::1' },
  routedSuffixes: [],
};
export const DOMAINS = domainsOf(ZONE);
export const SELF_NAME = `web1.${DOMAINS.forward}`;
export const SELF_ADDRESSES = [ZONE.self.ipv4, ZONE.self.ipv6];
export const SQL01 = { ipv4: '100.64.0.7', ipv6: 'fd12:3456:789a::7' };

/** Ours: this machine may reach sql01 alone. */
export function startOurs(): Promise<DnsServer> {
  return startDnsServer({
    context: {
      zone: () => ZONE,
      lookupName: async (name) => (name === 'sql01' ? SQL01 : 'unknown'),
      lookupAddress: async (address) => (address === SQL01.ipv4 ? { name: 'sql01' as Label } : 'unknown'),
      forwardsOthers: () => false,
      forward: async () => null,
    },
  });
}

/** The name server that the computer had before: knows www.example.com, and remembers what it was asked. */
export async function startUpstream(address: string): Promise<{ asked: Set<string> }> {
  const asked = new Set<string>();
  const socket = createSocket('udp4');
  socket.on('message', (message, sender) => {
    const { id = 0, questions = [] } = decode(message);
    const [question] = questions;
    asked.add(question?.name ?? '');
    const isKnown = question?.name === 'www.example.com';
    const data = '198.51.100.80';
    const answers = isKnown && question.type === 'A' ? [{ type: 'A' as const, name: question.name, ttl: 1, data }] : [];
    const flags = 0x0180 | (isKnown ? 0 : 3);
    socket.send(encode({ type: 'response', id, flags, questions, answers }), sender.port, sender.address);
  });
  socket.unref();
  socket.bind(53, address);
  await once(socket, 'listening');
  return { asked };
}

/** The first IPv4 address that a new program sees for a name. */
export async function seen(name: string): Promise<string> {
  return (await sh(`getent ahostsv4 ${name} | head -n 1 | cut -d ' ' -f 1`).catch(() => 'failed')) || 'none';
}
