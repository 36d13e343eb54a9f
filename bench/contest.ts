/**
 * A comparison under equal conditions: builds the hosts, starts every contender on them, and gives each
 * its turn in every round, so that what disturbs the machine for a while disturbs all of them.
 */
import { enterEnclosure } from '#lab/hosts/enclosure.ts';
import { Lab } from '#lab/hosts/lab.ts';
import { type Command, LAB_COMMANDS, obstacle } from '#lab/prerequisites.ts';
import { fillQueues } from './peers/congestion.ts';
import {
  benchLab,
  type Contender,
  machineName,
  type RunningNetwork,
  type Site,
  waitForAnswers,
} from './peers/contender.ts';
import type { Absent, SuiteOptions } from './suite.ts';

export interface Entrant {
  readonly contender: Contender;
  readonly network: RunningNetwork;
}

export class Contest {
  readonly lab: Lab;
  readonly site: Site;
  readonly entrants: readonly Entrant[];
  readonly absent: readonly Absent[];
  readonly #options: SuiteOptions;

  private constructor(
    lab: Lab,
    site: Site,
    entrants: readonly Entrant[],
    absent: readonly Absent[],
    options: SuiteOptions,
  ) {
    this.lab = lab;
    this.site = site;
    this.entrants = entrants;
    this.absent = absent;
    this.#options = options;
  }

  /**
   * Everything that a contender needs is installed before the lab is entered, which has no way out.
   * @param needs of the suite itself, whoever takes part
   * @throws Error when the lab can not be made here, or ours can not take part
   */
  static async open(
    contenders: readonly Contender[],
    machines: number,
    needs: readonly Command[],
    options: SuiteOptions,
  ): Promise<Contest> {
    const why = obstacle([...LAB_COMMANDS, ...needs], options.say);
    if (why !== null) throw new Error(why);
    const absent: Absent[] = [];
    const ready: Contender[] = [];
    for (const contender of contenders) {
      if (options.only.length > 0 && !options.only.includes(contender.name)) continue;
      const reason = await contender.prepare(options.say);
      if (reason === null) ready.push(contender);
      else absent.push({ contender: contender.name, why: reason });
    }
    if (ready.length + absent.length === 0) {
      const names = contenders.map(({ name }) => name).join(', ');
      options.say(`nobody in this suite is called ${options.only.join(' or ')}; there are ${names}`);
      process.exit(2);
    }
    const lab = await Lab.build(await enterEnclosure(), benchLab(machines));
    options.say(`congestion control: ${await fillQueues(lab)}`);
    const site: Site = {
      relay: lab.host('relay'),
      machines: Array.from({ length: machines }, (_, index) => lab.host(machineName(index))),
    };
    const entrants: Entrant[] = [];
    for (const contender of ready) {
      try {
        const network = await contender.start(site);
        const reached = contender.kind === 'bound' ? { ...site, machines: site.machines.slice(0, 2) } : site;
        await waitForAnswers(reached, network);
        entrants.push({ contender, network });
      } catch (error) {
        if (contender.name === 'ours') throw error;
        absent.push({ contender: contender.name, why: String(error) });
      }
    }
    for (const { contender, why } of absent) options.say(`absent: ${contender}: ${why}`);
    return new Contest(lab, site, entrants, absent, options);
  }

  /** One turn for every entrant in every round, one after the other. */
  async rounds(turn: (entrant: Entrant, round: number) => Promise<void>): Promise<void> {
    for (let round = 1; round <= this.#options.rounds; round++) {
      for (const entrant of this.entrants) await turn(entrant, round);
    }
  }
}
