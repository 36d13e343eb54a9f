/**
 * What programs on a host see of names, by the C library as it is set up there, and whether that is right.
 */
import { suffixOf } from '#protocol/names.ts';
import { until } from '../causeway.ts';
import type { Host } from '../hosts/host.ts';

/** A machine of the network. */
export interface Known {
  readonly name: string;
  readonly ipv4: string;
  readonly ipv6: string;
}

export interface Expectation {
  /** Whether the network's names are to be found. */
  readonly up: boolean;
  /** Leaves out what is not the site's. */
  readonly siteOnly?: boolean;
  readonly subscription: string;
  /** May be reached. */
  readonly machine: Known;
  /** May be reached, and the site has another computer of this bare name. */
  readonly twin: Known;
  /** What the site's own DNS server says, by what is asked. */
  readonly site: Readonly<Record<string, string>>;
}

/** The address that a name has for programs; empty when it is not found. */
export async function addressSeen(host: Host, name: string): Promise<string> {
  const { stdout } = await host.run(['getent', 'ahostsv4', name]);
  return stdout.split(' ')[0]?.trim() ?? '';
}

/** Long enough for a program that settles, far shorter than what people put up with. */
const SETTLED_WITHIN_MS = 60_000;
/** A dozen programs for each look, on each of the hosts: more of them would keep the agents from their work. */
const LOOK_EVERY_MS = 500;
/** A name server that is dead but still asked first costs 2 s a question here (options timeout:2). */
const SLOW_MS = 1_500;

/**
 * Looks until all is right.
 * @returns how long that took, in milliseconds
 * @throws Error that says what is wrong
 */
export async function seesAll(host: Host, expected: Expectation): Promise<number> {
  const started = performance.now();
  let wrong = '';
  await until(
    async () => {
      wrong = await whatIsWrong(host, expected);
      if (wrong !== '') await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      return wrong === '';
    },
    SETTLED_WITHIN_MS,
    () => `${host.name}: ${wrong}`,
  );
  return Math.round(performance.now() - started);
}

async function whatIsWrong(host: Host, expected: Expectation): Promise<string> {
  const { up, siteOnly = false, subscription, machine, twin, site } = expected;
  const suffix = suffixOf(subscription as Parameters<typeof suffixOf>[0]);
  const ours: [question: string, answer: string][] = [
    [`ahostsv4 ${machine.name}`, machine.ipv4],
    [`ahostsv6 ${machine.name}`, machine.ipv6],
    [`ahostsv4 ${machine.name}.${suffix}`, machine.ipv4],
    [`ahostsv6 ${machine.name}.${suffix}`, machine.ipv6],
    [`ahostsv4 ${twin.name}.${suffix}`, twin.ipv4],
    [`hosts ${machine.ipv4}`, machine.ipv4],
    [`hosts ${machine.ipv6}`, machine.ipv6],
  ];
  const questions: [string, string][] = [
    ...(siteOnly ? [] : ours.map(([question, answer]): [string, string] => [question, up ? answer : ''])),
    ...(siteOnly ? [] : [[`ahostsv4 nobody.${suffix}`, ''] as [string, string]]),
    ['ahostsv4 nobody.office.lab.', ''],
    ...Object.entries(site).map(([name, address]): [string, string] => [`ahostsv4 ${name}`, address]),
  ];
  const started = performance.now();
  // `getent hosts` of an address prints it with its name: only that there is a line counts.
  const script = questions.map(([question]) => `set -- $(getent ${question}); echo "$1"`).join('\n');
  const answers = (await host.run(['sh', '-c', script])).stdout.split('\n');
  const wrong = questions.flatMap(([question, answer], at) =>
    answers[at] === answer ? [] : [`${question} is ${answers[at] || 'nothing'}, not ${answer || 'nothing'}`],
  );
  const ms = Math.round(performance.now() - started);
  if (wrong.length === 0 && ms > questions.length * SLOW_MS) wrong.push(`${questions.length} questions took ${ms} ms`);
  return wrong.join('; ');
}
