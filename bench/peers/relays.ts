/**
 * Relays alone, without the networks around them: the whole relay server as users run it, and derper.
 */
import { Causeway, RELAY_DATA, RELAY_PORT } from '#lab/causeway.ts';
import { enterEnclosure } from '#lab/hosts/enclosure.ts';
import type { Host, Program } from '#lab/hosts/host.ts';
import { Lab } from '#lab/hosts/lab.ts';
import { LAB_COMMANDS, obstacle } from '#lab/prerequisites.ts';
import type { AgentServer, Login } from '../load/jobs.ts';
import type { Absent, SuiteOptions } from '../suite.ts';
import { benchLab } from './contender.ts';
import { buildGoProgram } from './go-programs.ts';
import { DERP_PORT, startDerper, TAILSCALE } from './tailscale.ts';

export interface RelayUnderTest {
  readonly name: 'ours' | 'derper';
  /** Starts its process anew, so that nothing is left of what was measured before. */
  restart(): Promise<Program>;
  readonly login: Login;
  /** How an idle agent connects, beyond its relay connection; null where that is another program's business. */
  readonly agents: AgentServer | null;
}

export interface RelayLab {
  readonly relayHost: Host;
  /** Two hosts for load generators. */
  readonly machines: readonly [Host, Host];
  readonly relays: readonly RelayUnderTest[];
  readonly absent: readonly Absent[];
}

/** Sources for machines that activate; in the lab's own network. */
const AGENT_ADDRESSES = Array.from({ length: 200 }, (_, index) => `198.18.3.${index + 1}`);

/** @throws Error when the lab can not be made here, or ours does not start */
export async function openRelayLab(options: SuiteOptions): Promise<RelayLab> {
  const why = obstacle([...LAB_COMMANDS, 'openssl'], options.say);
  if (why !== null) throw new Error(why);
  const wanted = (name: string) => options.only.length === 0 || options.only.includes(name);
  const derper = wanted('derper') ? buildGoProgram(TAILSCALE, options.say) : null;
  const lab = await Lab.build(await enterEnclosure(), benchLab(2));
  const relayHost = lab.host('relay');
  const machines = [lab.host('m1'), lab.host('m2')] as const;
  const relays: RelayUnderTest[] = [];
  if (wanted('ours')) relays.push(await ours(relayHost, machines[0]));
  if (derper !== null && typeof derper !== 'string') {
    let running: Program | null = null;
    const restart = async () => {
      await running?.end('SIGKILL');
      running = await startDerper(relayHost, derper);
      return running;
    };
    const login = { kind: 'derp', address: relayHost.address, port: DERP_PORT } as const;
    relays.push({ name: 'derper', restart, login, agents: null });
  }
  return {
    relayHost,
    machines,
    relays,
    absent: typeof derper === 'string' ? [{ contender: 'derper', why: derper }] : [],
  };
}

async function ours(relayHost: Host, machine: Host): Promise<RelayUnderTest> {
  const { causeway, administrator } = await Causeway.start(relayHost, 'bench');
  const token = await administrator.token(await administrator.group('bench'));
  const addresses = AGENT_ADDRESSES.map((address) => `address add ${address}/15 dev eth0\n`).join('');
  await machine.must(['ip', '-batch', '-'], { input: addresses });
  const target = { address: relayHost.address, port: RELAY_PORT };
  const grantKey = await relayHost.must(['cat', `${RELAY_DATA}/grant-key.pem`]);
  return {
    name: 'ours',
    async restart() {
      await causeway.killRelay();
      await causeway.restartRelay();
      return causeway.relay;
    },
    login: { kind: 'causeway', ...target, grantKey },
    agents: { ...target, token, from: AGENT_ADDRESSES },
  };
}
