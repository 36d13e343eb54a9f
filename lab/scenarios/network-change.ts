/**
 * The network of a computer goes, comes back and changes under its agent; what the desktop application's
 * icon shows meanwhile is compared with a real ping, every 200 ms.
 *
 * The processes of one machine share its clocks, so the jump of the clock that a sleep brings is not here:
 * agent/surroundings.test.ts and lab/in-process have it.
 */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { type AgentOnHost, until } from '../causeway.ts';
import { ROAMING_LAB } from '../hosts/description.ts';
import type { Host, Program } from '../hosts/host.ts';
import { knowsName, pings } from '../traffic/probes.ts';
import { compare, PING_EVERY_MS, pingsOf, samplesOf, type Verdict } from '../traffic/truth.ts';
import type { Scenario, Story } from './story.ts';

const OUTAGE_MS = process.env.LAB_LONG === '1' ? 60_000 : 12_000;
/** What is shown and pinged for so long without a change is looked at as final. */
const CALM_MS = 2_000;
/** Generous: the figures tell how it was, and a busy machine must not fail here. */
const BACK_WITHIN_MS = 10_000;
const UNTRUE_AT_MOST_MS = 5_000;

const SHOWN_STATE = fileURLToPath(new URL('../desktop/shown-state.ts', import.meta.url));

interface Roaming {
  readonly story: Story;
  readonly laptop: Host;
  readonly agent: AgentOnHost;
  readonly icon: Program;
  readonly pinging: Program;
}

export const networkChange: Scenario = {
  name: 'network-change',
  shows: 'the network goes, comes back and changes; connected again at once, and never shown so while it is not',
  needs: [],
  lab: ROAMING_LAB,
  async tell(story) {
    const { lab } = story;
    const laptop = lab.host('laptop');
    const { causeway, administrator } = await story.startCauseway();
    const programs: Pick<Roaming, 'icon' | 'pinging'>[] = [];
    await story.step('laptop pings sql01, beside the desktop application without its screen', async () => {
      const office = await administrator.group('office');
      await administrator.setInterconnected(office, true);
      const token = await administrator.token(office);
      await causeway.activate(lab.host('sql01'), token);
      await causeway.activate(laptop, token);
      await causeway.agent('laptop').connected();
      await until(
        () => pings(laptop, 'sql01'),
        10_000,
        () => 'laptop does not ping sql01',
      );
      const { ipv4 } = await causeway.agent('sql01').addresses();
      const icon = laptop.spawn('icon', [process.execPath, SHOWN_STATE]);
      const pinging = laptop.spawn('ping', ['ping', '-D', '-i', String(PING_EVERY_MS / 1_000), ipv4]);
      await icon.prints(/"connected"/);
      await pinging.prints(/icmp_seq=5 /);
      programs.push({ icon, pinging });
      return 'the icon says "connected", and pings are answered';
    });
    for (const { icon, pinging } of programs) {
      const roaming: Roaming = { story, laptop, agent: causeway.agent('laptop'), icon, pinging };
      await theNetworkGoes(roaming);
      await theNetworkChanges(roaming);
      await theProcessesStop(roaming);
      await somethingElsewhere(roaming);
    }
  },
};

async function theNetworkGoes(roaming: Roaming): Promise<void> {
  const { laptop, story } = roaming;
  const seconds = OUTAGE_MS / 1_000;
  await change(roaming, `the interface is down for ${seconds} s`, 'interfaceDown', async () => {
    await story.lab.cutLink('laptop');
    await sleep(OUTAGE_MS);
    await story.lab.cutLink('laptop', false);
    // What a DHCP client does then: routes go with the interface.
    await laptop.must(['ip', 'route', 'add', 'default', 'via', '192.168.1.1']);
  });
  await change(roaming, `the cable is out for ${seconds} s`, 'cableOut', async () => {
    await story.lab.pullCable('laptop');
    await sleep(OUTAGE_MS);
    await story.lab.pullCable('laptop', false);
  });
}

async function theNetworkChanges(roaming: Roaming): Promise<void> {
  const { laptop } = roaming;
  await change(roaming, 'the address changes', 'addressChanged', async () => {
    const commands = ['address del 192.168.1.10/24', 'address add 192.168.1.77/24'];
    for (const command of commands) await laptop.must(['ip', ...command.split(' '), 'dev', 'eth0']);
    await laptop.must(['ip', 'route', 'add', 'default', 'via', '192.168.1.1']);
  });
  await change(roaming, 'the default route moves to another network', 'routeMoved', async () => {
    await laptop.must(['ip', 'link', 'set', 'eth1', 'up']);
    await laptop.must(['ip', 'route', 'replace', 'default', 'via', '192.168.43.1', 'dev', 'eth1']);
  });
  let unknownMs = 0;
  await change(roaming, 'the DNS server changes', 'dnsChanged', async () => {
    await laptop.write('/etc/resolv.conf', 'nameserver 192.168.43.1\n');
    const changed = performance.now();
    await until(
      () => knowsName(laptop, 'sql01'),
      BACK_WITHIN_MS,
      () => 'sql01 is no longer known by name',
    );
    unknownMs = Math.round(performance.now() - changed);
    assert(await knowsName(laptop, 'relay.lab'), 'names outside are no longer known');
  });
  roaming.story.figures.dnsChangedNamesAfterMs = unknownMs;
  await change(roaming, 'the network that was left goes away', 'oldNetworkGone', async () => {
    await roaming.story.lab.cutLink('laptop');
  });
}

async function theProcessesStop(roaming: Roaming): Promise<void> {
  const { laptop, agent, icon } = roaming;
  const all = [agent.program.pid, icon.pid].map(String);
  await change(
    roaming,
    `agent and icon sleep for ${OUTAGE_MS / 1_000} s, and wake two seconds before the network`,
    'sleep',
    async () => {
      await laptop.must(['kill', '-STOP', ...all]);
      await laptop.must(['ip', 'link', 'set', 'eth1', 'down']);
      await sleep(OUTAGE_MS);
      await laptop.must(['kill', '-CONT', ...all]);
      await sleep(2_000);
      await laptop.must(['ip', 'link', 'set', 'eth1', 'up']);
      await laptop.must(['ip', 'route', 'add', 'default', 'via', '192.168.43.1', 'dev', 'eth1']);
    },
  );
  await change(roaming, 'the agent hangs for 6 s', 'agentHangs', async () => {
    await laptop.must(['kill', '-STOP', String(agent.program.pid)]);
    await sleep(6_000);
    await laptop.must(['kill', '-CONT', String(agent.program.pid)]);
  });
}

/** What no computer can see of itself: only an answer that does not come tells. */
async function somethingElsewhere(roaming: Roaming): Promise<void> {
  const router = roaming.story.lab.host('mobile');
  await change(roaming, 'the router’s public address changes', 'publicAddressChanged', async () => {
    await router.must(['ip', 'address', 'del', '198.19.4.1/15', 'dev', 'wan']);
    await router.must(['ip', 'address', 'add', '198.19.4.2/15', 'dev', 'wan']);
  });
  await change(roaming, `the line behind the router is dead for ${OUTAGE_MS / 1_000} s`, 'lineDead', async () => {
    await router.must(['ip', 'link', 'set', 'wan', 'down']);
    await sleep(OUTAGE_MS);
    await router.must(['ip', 'link', 'set', 'wan', 'up']);
  });
}

/**
 * One change: `happen` returns when the network is there again. What was shown is compared with what was
 * so from before until all is calm; the figures are named after `figure`.
 */
async function change(roaming: Roaming, name: string, figure: string, happen: () => Promise<void>): Promise<void> {
  const { story, icon, pinging } = roaming;
  await story.step(name, async () => {
    const from = Date.now();
    await happen();
    const returnedAt = Date.now();
    let verdict: Verdict | undefined;
    await until(
      async () => {
        const to = Date.now();
        verdict = compare(samplesOf(icon.output), pingsOf(pinging.output), { from, returnedAt, to });
        const backAfter = Math.max(verdict.shownAfterMs, verdict.answeredAfterMs);
        return to - returnedAt >= backAfter + CALM_MS && answersNow(pinging, to);
      },
      BACK_WITHIN_MS + CALM_MS,
      () => `not connected again: ${JSON.stringify(verdict)}\n${icon.tail(5)}\n${pinging.tail(3)}`,
    );
    if (verdict === undefined) throw new Error('nothing was looked at');
    const { shownAfterMs, answeredAfterMs, untrueMs, untrueSamples, lostPings } = verdict;
    story.figures[`${figure}ShownMs`] = shownAfterMs;
    story.figures[`${figure}PingMs`] = answeredAfterMs;
    story.figures[`${figure}UntrueMs`] = untrueMs;
    assert(untrueMs <= UNTRUE_AT_MOST_MS, `"connected" was shown for ${untrueMs} ms while pings went unanswered`);
    const untrue =
      untrueSamples === 0 ? 'never untrue' : `untrue in ${untrueSamples} samples, ${untrueMs} ms at the longest`;
    return `"connected" ${shownAfterMs} ms and pings ${answeredAfterMs} ms after the network's return; ${lostPings} pings lost; ${untrue}`;
  });
}

function answersNow(pinging: Program, now: number): boolean {
  return pingsOf(pinging.output).some(({ answeredAt }) => answeredAt !== null && answeredAt > now - 1_000);
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
