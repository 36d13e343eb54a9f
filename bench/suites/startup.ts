/**
 * How long a machine that has joined already takes from the start of its process to the first packet that
 * a peer answers. The peer and the relay are up all the while; the state of the machine is in place.
 */
import type { Host, Program } from '#lab/hosts/host.ts';
import { median } from '#lab/traffic/rates.ts';
import { Contest, type Entrant } from '../contest.ts';
import { offerAnswers, Question } from '../measure/first-answer.ts';
import type { RunningNetwork } from '../peers/contender.ts';
import type { MachinePrograms } from '../peers/machine-programs.ts';
import { openvpn } from '../peers/openvpn.ts';
import { ours } from '../peers/ours.ts';
import { tailscale } from '../peers/tailscale.ts';
import { tinc } from '../peers/tinc.ts';
import { bar, ratio, Series, type Suite } from '../suite.ts';

const CONTENDERS = [ours, tailscale, openvpn, tinc];
/** Starts in one turn, of which the median counts. */
const STARTS = { quick: 3, whole: 5 };
/** What others make of an end, and what a start leaves to be done, must not fall into the next start. */
const REST_MS = 1_500;
const FIRST_PACKET = 'first packet';
/** A race that is lost now and then does not show in a median. */
const SLOWEST = 'slowest start';
/** Lines of our agent's log that end a part of its start, in their order. */
const OUR_PARTS = [
  ['engine ready', 'agent is ready'],
  ['control online', 'control online'],
  ['relay online', 'relay online'],
] as const;

/** Milliseconds since the process was started, by what had been reached then. */
type Moments = Readonly<Record<string, number>>;

export const suite: Suite = {
  name: 'startup',
  summary: 'process start to first packet, on a machine that has joined already and whose peer is up',
  async run(options) {
    const contest = await Contest.open(CONTENDERS, 2, [], options);
    const [machine, peer] = contest.site.machines;
    if (machine === undefined || peer === undefined) throw new Error('the contest has two machines');
    await offerAnswers(peer);
    // A network that is not being measured must not be on the machine: Causeway refuses to start beside
    // another one whose addresses are out of the same range, as Tailscale's are.
    for (const { network } of contest.entrants) await processOf(network).stop(machine);
    const series = new Series();
    await contest.rounds(async (entrant, round) => {
      const { name } = entrant.contender;
      const starts: Moments[] = [];
      for (let i = 0; i < (options.quick ? STARTS.quick : STARTS.whole); i++) {
        starts.push(await startOnce(entrant, machine, peer));
      }
      for (const [moment, ms] of Object.entries(medians(starts))) series.add(name, '', moment, 'ms', ms);
      const each = starts.map((moments) => moments[FIRST_PACKET] ?? Number.NaN);
      series.add(name, '', SLOWEST, 'ms', Math.max(...each));
      options.say(`round ${round}  ${name}: ${each.map((ms) => ms.toFixed(0)).join(', ')} ms`);
    });
    const own = series.median('ours', '', FIRST_PACKET);
    const times = (peerName: string) => ratio(own, series.median(peerName, '', FIRST_PACKET));
    const bars = [
      bar('process start to first packet', 'ms', own, 'lower', 1_000),
      bar('the slowest start of a turn to first packet', 'ms', series.median('ours', '', SLOWEST), 'lower', 1_000),
      bar('process start to first packet (aim)', 'ms', own, 'lower', 500),
      bar('process start to first packet, as a share of Tailscale’s', '', times('tailscale'), 'lower', 1),
    ];
    return { figures: series.figures(), bars, absent: contest.absent };
  },
};

function processOf({ machinePrograms }: RunningNetwork): MachinePrograms {
  if (machinePrograms === undefined) throw new Error('this network has no process to start');
  return machinePrograms;
}

/** From a machine on which the process does not run to one where it has just ended. */
async function startOnce({ contender, network }: Entrant, machine: Host, peer: Host): Promise<Moments> {
  const programs = processOf(network);
  const question = await Question.ask(machine, network.address(peer));
  try {
    await pause(REST_MS);
    const startedAt = performance.timeOrigin + performance.now();
    const program = programs.start(machine);
    const { routedAt, answeredAt } = await question.answered().catch((error: unknown) => {
      throw new Error(`no answer after a start\n${program.tail()}`, { cause: error });
    });
    // What goes on after the first answer belongs to the start, and the log is read whole.
    await pause(REST_MS);
    return {
      ...(contender.name === 'ours' ? ourMoments(program, startedAt) : {}),
      adapter: routedAt - startedAt,
      [FIRST_PACKET]: answeredAt - startedAt,
    };
  } finally {
    await question.stop();
    await programs.stop(machine);
  }
}

/** As far as the agent's log tells, which stamps every line. */
function ourMoments(program: Program, startedAt: number): Moments {
  const lines = program.output.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
  return Object.fromEntries(
    OUR_PARTS.flatMap(([moment, message]) => {
      const line = (lines as { time: number; msg: string }[]).find(({ msg }) => msg === message);
      return line === undefined ? [] : [[moment, line.time - startedAt]];
    }),
  );
}

function medians(starts: readonly Moments[]): Moments {
  return Object.fromEntries(
    Object.keys(starts[0] ?? {}).map((moment) => [
      moment,
      median(starts.flatMap((moments) => (moments[moment] === undefined ? [] : [moments[moment]]))),
    ]),
  );
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
