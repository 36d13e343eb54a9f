/**
 * A scenario is a story told in steps, each of which can fail. This module tells it: runs step after
 * step, says each as it happens, and stops at the first that fails with the logs' last lines.
 */
import type { Administrator } from '../administrator.ts';
import { Causeway, logTails } from '../causeway.ts';
import type { LabDescription } from '../hosts/description.ts';
import type { Enclosure } from '../hosts/enclosure.ts';
import { Lab } from '../hosts/lab.ts';
import { searchLogs } from '../log-search.ts';
import type { Command } from '../prerequisites.ts';

export interface StepResult {
  readonly name: string;
  readonly ok: boolean;
  /** What was seen, or what went wrong. */
  readonly detail: string;
  readonly seconds: number;
}

export interface Scenario {
  readonly name: string;
  /** One sentence for `lab list`. */
  readonly shows: string;
  /** Commands that it needs beside the lab's own. */
  readonly needs: readonly Command[];
  /**
   * Fetches what is not to be had from inside of the lab, which has no way out.
   * @returns why it can not run here, as a sentence, or null
   */
  readonly prepare?: () => string | null;
  /** Run when it is asked for by name, not with all the others; its module says why. */
  readonly byHand?: true;
  /** Builds portal, application or package, which have one place each: no two such run side by side. */
  readonly builds?: true;
  /** Watches what is taken of the computer: nothing runs beside it. */
  readonly alone?: true;
  readonly lab: LabDescription;
  tell(story: Story): Promise<void>;
}

export interface ScenarioResult {
  readonly ok: boolean;
  readonly scenario: string;
  readonly steps: readonly StepResult[];
  readonly seconds: number;
  /** What was measured, by name. */
  readonly figures: Readonly<Record<string, number>>;
}

/** Gets told what happens, as it happens. */
export interface Narrator {
  stepBegins(name: string): void;
  stepEnds(step: StepResult): void;
  /** The last lines of every program, after a failed step. */
  logs(text: string): void;
}

/** Thrown after a failed step was noted, to leave the story. */
class StoryEnded extends Error {}

export class Story {
  readonly lab: Lab;
  readonly stop: AbortSignal;
  readonly figures: Record<string, number> = {};
  readonly #steps: StepResult[] = [];
  readonly #narrator: Narrator;

  constructor(lab: Lab, stop: AbortSignal, narrator: Narrator) {
    this.lab = lab;
    this.stop = stop;
    this.#narrator = narrator;
  }

  get steps(): readonly StepResult[] {
    return this.#steps;
  }

  /**
   * One step: `act` does something, checks what came of it (throwing if it is wrong), and returns a
   * sentence on what was seen.
   */
  async step(name: string, act: () => Promise<string>): Promise<void> {
    this.#narrator.stepBegins(name);
    const began = performance.now();
    const result = { ...(await this.#try(name, act)), seconds: secondsSince(began) };
    this.#steps.push(result);
    this.#narrator.stepEnds(result);
    if (result.ok) return;
    if (!this.stop.aborted) this.#narrator.logs(logTails(this.lab));
    throw new StoryEnded(result.detail);
  }

  /** The step with which most stories begin: the relay server runs, and a subscription is made. */
  async startCauseway(
    name = 'the relay server starts and a subscription is made',
    serveOptions: readonly string[] = [],
  ): Promise<{ causeway: Causeway; administrator: Administrator }> {
    const started: Awaited<ReturnType<typeof Causeway.start>>[] = [];
    await this.step(name, async () => {
      started.push(await Causeway.start(this.lab.host('relay'), 'contoso', serveOptions));
      return 'Its first start printed a one-time secret, which became an API key.';
    });
    const [first] = started;
    if (first === undefined) throw new StoryEnded('the relay server did not start');
    return first;
  }

  async #try(name: string, act: () => Promise<string>): Promise<Omit<StepResult, 'seconds'>> {
    try {
      return { name, ok: true, detail: await Promise.race([act(), stopped(this.stop)]) };
    } catch (error) {
      return { name, ok: false, detail: error instanceof Error ? error.message : String(error) };
    }
  }
}

/** Builds the scenario's lab and tells its story. What goes wrong between the steps is a failed step too. */
export async function tellScenario(
  scenario: Scenario,
  enclosure: Enclosure,
  narrator: Narrator,
): Promise<ScenarioResult> {
  const started = performance.now();
  let steps: readonly StepResult[] = [];
  let figures: Readonly<Record<string, number>> = {};
  let ok = false;
  try {
    const story = new Story(await Lab.build(enclosure, scenario.lab), enclosure.stop, narrator);
    ({ steps, figures } = story);
    await scenario.tell(story);
    await story.step('nothing that was printed holds a secret', () => searchLogs(story.lab));
    ok = true;
  } catch (error) {
    if (!(error instanceof StoryEnded)) {
      const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
      const failed = { name: 'everything between the steps', ok: false, detail, seconds: 0 };
      narrator.stepEnds(failed);
      steps = [...steps, failed];
    }
  }
  const seconds = secondsSince(started);
  return { ok, scenario: scenario.name, steps, seconds, figures };
}

function secondsSince(began: number): number {
  return Math.round((performance.now() - began) / 100) / 10;
}

function stopped(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(new Error('stopped'));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  });
}
