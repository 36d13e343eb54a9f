/**
 * Round trips at three paces, against OpenVPN and tinc and against the least that a chain of Node
 * processes over TLS can do. The pace decides more than the program: between two packets a fifth of a
 * second apart a processor shared with others forgets all code and data, and much code is then slow.
 */
import { fileURLToPath } from 'node:url';
import { enterEnclosure } from '#lab/hosts/enclosure.ts';
import { Lab } from '#lab/hosts/lab.ts';
import { LAB_COMMANDS, obstacle } from '#lab/prerequisites.ts';
import { median } from '#lab/traffic/rates.ts';
import { BENCH_LAB, type Contender, waitForAnswer } from './peers/contender.ts';
import { openvpn } from './peers/openvpn.ts';
import { ours } from './peers/ours.ts';
import { tinc } from './peers/tinc.ts';

const CONTENDERS: readonly Contender[] = [ours, openvpn, tinc];
const CHAIN = fileURLToPath(new URL('node-chain.ts', import.meta.url));
/** Milliseconds between two packets, and how many. */
const PACES = [
  { pauseMs: 200, count: 25 },
  { pauseMs: 20, count: 100 },
  { pauseMs: 2, count: 1_000 },
] as const;
const ROUNDS = 3;
const WARM_UP = ['ping', '-n', '-q', '-i', '0.002', '-c', '2000'];

/** Medians in milliseconds, by pace in the order of {@link PACES}. */
export type RoundTrips = readonly number[];

export const suite = {
  name: 'round-trip',
  summary: 'round trips at three paces, against OpenVPN, tinc and a bare chain of Node processes over TLS',
  async run(options: { readonly json: boolean }) {
    const say = (line: string) => (options.json ? process.stderr : process.stdout).write(`${line}\n`);
    const obstacles = CONTENDERS.map((one) => [one, obstacle([...LAB_COMMANDS, ...one.needs], say)] as const);
    const lab = await Lab.build(await enterEnclosure(), BENCH_LAB);
    const probes = new Map<string, (pauseMs: number, count: number) => Promise<number>>();
    for (const [contender, why] of obstacles) {
      if (why !== null) continue;
      const tunnel = await contender.start(lab);
      await waitForAnswer(lab, tunnel);
      await lab.host('left').must([...WARM_UP, tunnel.target]);
      probes.set(contender.name, (pauseMs, count) => pingRoundTrip(lab, tunnel.target, pauseMs, count));
    }
    probes.set('node chain', await startChain(lab));
    const rounds: Record<string, RoundTrips>[] = [];
    say(row('ms between packets', ...PACES.map(({ pauseMs }) => String(pauseMs))));
    for (let round = 0; round < ROUNDS; round++) {
      const measured: Record<string, number[]> = {};
      for (const { pauseMs, count } of PACES) {
        for (const [name, probe] of probes) {
          measured[name] = [...(measured[name] ?? []), await probe(pauseMs, count)];
        }
      }
      rounds.push(measured);
    }
    const medians = Object.fromEntries(
      [...probes.keys()].map((name) => [
        name,
        PACES.map((_, pace) => median(rounds.map((measured) => measured[name]?.[pace] ?? Number.NaN))),
      ]),
    );
    for (const [name, values] of Object.entries(medians)) say(row(name, ...values.map((value) => value.toFixed(3))));
    const absent = obstacles.flatMap(([{ name }, why]) => (why === null ? [] : [`${name}: ${why}`]));
    return { paces: PACES, medians, rounds, absent };
  },
};

async function pingRoundTrip(lab: Lab, target: string, pauseMs: number, count: number): Promise<number> {
  const command = ['ping', '-n', '-i', String(pauseMs / 1_000), '-c', String(count), target];
  const output = await lab.host('left').must(command);
  return median([...output.matchAll(/time=([\d.]+) ms/g)].map((match) => Number(match[1])));
}

async function startChain(lab: Lab): Promise<(pauseMs: number, count: number) => Promise<number>> {
  const [left, middle, right] = [lab.host('left'), lab.host('relay'), lab.host('right')];
  const chain = (...words: string[]) => [process.execPath, CHAIN, ...words];
  await middle.spawn('chain', chain('relay')).prints(/ready/);
  await right.spawn('chain', chain('echo', middle.address)).prints(/ready/);
  const probe = async (pauseMs: number, count: number) =>
    Number(await left.must(chain('ping', middle.address, String(pauseMs), String(count))));
  await probe(0, 20_000);
  return probe;
}

function row(label: string, ...cells: readonly string[]): string {
  return label.padEnd(20) + cells.map((cell) => cell.padStart(10)).join('');
}
