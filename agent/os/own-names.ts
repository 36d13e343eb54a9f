/**
 * Names as every host sets them up: the agent's DNS server, the system led to it for our domains and no others, and
 * both proven by a look-up. How the system is led there is each system's own.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { SelfFacts } from '#protocol/control-messages.ts';
import type { CausewayError } from '#protocol/errors.ts';
import { fullName, suffixOf } from '#protocol/names.ts';
import { domainsOf } from '../dns/zone.ts';
import type { NameLookup, SetUp } from '../engine/host.ts';
import { type DnsPlace, routedSuffixes, startOwnDnsServer, zoneOf } from './own-dns-server.ts';
import { proveNames } from './self-test.ts';

/** After a proof that failed: a resolver that was told to read its settings anew has done so by then. */
const PROOF_AGAIN_MS = 500;

export interface NamesToLead {
  /** The subscription's: searched, and led to the server. */
  readonly suffix: string;
  /** Led to the server besides: reverse domains, and suffixes of the premises. */
  readonly routedDomains: readonly string[];
  readonly server: { readonly address: string; readonly port: number };
}

export interface LedNames {
  /** Goes on "names by …", for people. */
  readonly mode: string;
  readonly warning?: CausewayError | undefined;
  /** Servers to forward all other questions to; none when nobody sends us any. */
  others?(): readonly string[];
  restore(): Promise<void>;
}

export interface OwnNamesOptions {
  readonly self: SelfFacts;
  readonly lookup: NameLookup;
  /** Where the server listens, if not where it does by default. */
  readonly place?: DnsPlace;
  /** Whether a look-up has to find the IPv6 address as well: not where IPv6 is off, or names are not asked for it. */
  readonly provesIpv6: boolean;
  /** Leads the system to the server; again when it was led elsewhere meanwhile. */
  lead(names: NamesToLead): Promise<LedNames>;
}

/** @throws CausewayError PORT_IN_USE, PORT_FORBIDDEN, and what `lead` throws */
export async function setUpOwnNames({ self, lookup, place, provesIpv6, lead }: OwnNamesOptions): Promise<SetUp> {
  let led: LedNames | undefined;
  const server = await startOwnDnsServer(lookup, () => led?.others?.() ?? [], place);
  const setUp = () =>
    lead({
      suffix: suffixOf(self.subscription.name),
      routedDomains: [...domainsOf(zoneOf(self, [])).reverse, ...routedSuffixes(lookup)],
      server: { address: server.address, port: server.port },
    });
  try {
    led = await setUp();
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
  const domains = [suffixOf(self.subscription.name), ...routedSuffixes(lookup)].map((name) => `*.${name}`).join(', ');
  const expected = provesIpv6 ? [self.ipv4, self.ipv6] : [self.ipv4];
  const prove = () => proveNames(fullName(lookup.self().name, self.subscription.name), expected);
  return {
    get detail() {
      return `${domains} by ${led?.mode}`;
    },
    warning: led.warning,
    async prove() {
      try {
        await prove().catch(async () => {
          await pause(PROOF_AGAIN_MS);
          await prove();
        });
      } catch {
        // Another program may manage names by now, or have forgotten what it was told.
        await led?.restore();
        led = await setUp();
        await prove();
      }
    },
    async [Symbol.asyncDispose]() {
      await led?.restore();
      await server[Symbol.asyncDispose]();
    },
  };
}
