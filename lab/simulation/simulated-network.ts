/**
 * The network between machines and their server as TCP shows it to programs: connections whose messages
 * arrive in order or not at all, each with a delay and a rate of its own; lines that hold everything
 * back for a while (a partition) and then let it through; connections that are cut. Between connections there
 * is no order. Knows nothing of what the messages are.
 */
import type { SeededRandom } from '../population/seeded-random.ts';
import type { SimulatedTime } from './simulated-time.ts';

/** One end of a connection. */
export interface End {
  /** Takes a message over; it arrives later, after those before it. */
  send(message: unknown, bytes: number): void;
  /** Says so to the other end, behind everything sent. */
  close(status: number): void;
  /** Bytes sent that have not arrived. */
  readonly inFlight: number;
  /** What comes from the other end; set before anything can come. */
  onMessage: (message: unknown) => void;
  /** Once. `undefined`: cut, without a word. */
  onClose: (status: number | undefined) => void;
  /** Everything sent has arrived. */
  onDrained: () => void;
}

/** How a machine is connected to the rest of the world. */
export interface Line {
  /** A partition: nothing gets through, nothing is lost. */
  held: boolean;
  /** Milliseconds one way, at least and at most. */
  delayMs: readonly [number, number];
  bytesPerMs: number;
}

export class SimulatedConnection {
  readonly machine: End;
  readonly server: End;
  readonly line: Line;
  readonly #pipes: readonly [Pipe, Pipe];

  constructor(time: SimulatedTime, random: SeededRandom, line: Line) {
    this.line = line;
    const [there, back] = [new Pipe(time, random, line), new Pipe(time, random, line)];
    this.machine = there.between(back);
    this.server = back.between(there);
    there.target = this.server;
    back.target = this.machine;
    this.#pipes = [there, back];
  }

  /** Both ends can still send and nothing stands in the way. */
  get whole(): boolean {
    return !this.line.held && this.#pipes.every((pipe) => !pipe.over);
  }

  /** Ends it as a router does that forgot it: what is under way is lost, both ends learn of it by themselves. */
  cut(): void {
    for (const pipe of this.#pipes) pipe.cut();
  }

  /** The line was held and is not any more. */
  released(): void {
    for (const pipe of this.#pipes) pipe.release();
  }
}

/** What is under way in one direction. */
class Pipe {
  target: End | undefined;
  /** Nothing can be sent any more. */
  over = false;
  inFlight = 0;
  readonly #time: SimulatedTime;
  readonly #random: SeededRandom;
  readonly #line: Line;
  /** In order: an arrival is always that of the oldest. */
  #underWay: (() => void)[] = [];
  /** Arrived at the far side of a line that is held. */
  #held = 0;
  #last = 0;
  #told = false;
  #drained: () => void = () => {};

  constructor(time: SimulatedTime, random: SeededRandom, line: Line) {
    this.#time = time;
    this.#random = random;
    this.#line = line;
  }

  /** The end that sends into this pipe; `back` brings it what the other end sends. */
  between(back: Pipe): End {
    const pipe = this;
    const end: End = {
      send: (message, bytes) => {
        if (pipe.over) return;
        pipe.inFlight += bytes;
        pipe.#depart(bytes, () => {
          pipe.inFlight -= bytes;
          pipe.target?.onMessage(message);
          if (pipe.inFlight === 0) pipe.#drained();
        });
      },
      close: (status) => {
        if (pipe.over) return;
        pipe.over = true;
        back.over = true;
        pipe.#depart(0, () => pipe.#tellClosed(status));
      },
      get inFlight() {
        return pipe.inFlight;
      },
      onMessage: () => {},
      onClose: () => {},
      onDrained: () => {},
    };
    pipe.#drained = () => end.onDrained();
    return end;
  }

  cut(): void {
    this.over = true;
    this.#underWay = [];
    this.#time.after(this.#delay(), () => this.#tellClosed(undefined), 'cut');
  }

  release(): void {
    for (; this.#held > 0; this.#held--) this.#time.after(0, () => this.#arrive(), 'arrival');
  }

  #depart(bytes: number, arrival: () => void): void {
    const { now } = this.#time;
    const [least] = this.#line.delayMs;
    const sent = Math.max(now, this.#last - least) + bytes / this.#line.bytesPerMs;
    this.#last = Math.max(this.#last, sent + this.#delay());
    this.#underWay.push(arrival);
    this.#time.after(this.#last - now, () => this.#arrive(), 'arrival');
  }

  #arrive(): void {
    if (this.#line.held) this.#held++;
    else this.#underWay.shift()?.();
  }

  #tellClosed(status: number | undefined): void {
    if (this.#told) return;
    this.#told = true;
    this.target?.onClose(status);
  }

  #delay(): number {
    const [least, most] = this.#line.delayMs;
    return least + this.#random.fraction() * (most - least);
  }
}
