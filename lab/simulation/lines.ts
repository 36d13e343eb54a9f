/**
 * The machines' way to the server: attempts to connect, lines that are held and released, and ears on the
 * connections, which hear what the relay, and whoever sits on a line, could hear.
 */
import { type ControlResult, serverMessage } from '#protocol/control-messages.ts';
import { CausewayError } from '#protocol/errors.ts';
import type { GrantClaims } from '#protocol/grants.ts';
import type { SeededRandom } from '../population/seeded-random.ts';
import type { SimulatedMachine } from './simulated-machine.ts';
import { type End, SimulatedConnection } from './simulated-network.ts';
import type { ControlMessage, SimulatedServer } from './simulated-server.ts';
import type { SimulatedTime } from './simulated-time.ts';
import type { Dial } from './simulated-wires.ts';

/** DATA frames remembered for each machine, to be delivered again. */
const FRAMES_KEPT = 3_000;

export interface LinesOptions {
  readonly time: SimulatedTime;
  readonly random: SeededRandom;
  /** The one that listens now. */
  readonly server: () => SimulatedServer | undefined;
  readonly trace: (line: string) => void;
  /** A frame that a machine sends to the relay. */
  readonly onSent: (machine: SimulatedMachine, frame: Uint8Array) => void;
  /** A frame that the relay sends to a machine. */
  readonly onPassedOn: (frame: Uint8Array) => void;
}

export class Lines {
  readonly #options: LinesOptions;
  readonly #heldDials = new Map<SimulatedMachine, (() => void)[]>();

  constructor(options: LinesOptions) {
    this.#options = options;
  }

  /** A partition: nothing gets through, nothing is lost. */
  hold(machine: SimulatedMachine): void {
    machine.line.held = true;
    this.#options.trace(`line of ${machine.name} is held`);
  }

  release(machine: SimulatedMachine): void {
    if (!machine.line.held) return;
    machine.line.held = false;
    this.#options.trace(`line of ${machine.name} is released`);
    for (const connection of machine.connections) connection.released();
    const dials = this.#heldDials.get(machine) ?? [];
    this.#heldDials.delete(machine);
    for (const dial of dials) this.#options.time.after(0, dial, 'dial');
  }

  /** A connection to the relay without an agent: for hostile machines. */
  connect(machine: SimulatedMachine): SimulatedConnection {
    const connection = this.#connectionOf(machine);
    machine.connections.add(connection);
    this.#hearFrames(machine, connection);
    return connection;
  }

  /** How a machine's agent connects. */
  dialOf(machine: SimulatedMachine): Dial {
    const { time, random } = this.#options;
    return (kind, headers) => {
      const { promise, resolve, reject } = Promise.withResolvers<SimulatedConnection>();
      const attempt = () => {
        if (machine.line.held) this.#heldDials.set(machine, [...(this.#heldDials.get(machine) ?? []), attempt]);
        else this.#arrive(machine, kind, headers?.authorization ?? '').then(resolve, reject);
      };
      const [least, most] = machine.line.delayMs;
      // TCP's handshake and that of TLS.
      time.after(2 * (least + random.fraction() * (most - least)), attempt, 'dial');
      return promise;
    };
  }

  async #arrive(machine: SimulatedMachine, kind: 'control' | 'relay', authorization: string) {
    const server = this.#options.server();
    if (server === undefined) {
      throw new CausewayError('SERVER_UNREACHABLE', { server: 'relay.simulated', cause: 'nobody listens' });
    }
    const connection = this.#connectionOf(machine);
    const address = `10.1.0.${machine.number}`;
    if (kind === 'control') {
      hearGrants(machine, connection.server);
      server.acceptControl(connection.server, address);
    } else {
      this.#hearFrames(machine, connection);
      await server.acceptRelay(connection.server, authorization, address);
    }
    machine.connections.add(connection);
    machine[kind] = connection;
    this.#options.trace(`${machine.name} connects to ${kind}`);
    return connection;
  }

  #connectionOf({ line }: SimulatedMachine): SimulatedConnection {
    const { time, random } = this.#options;
    return new SimulatedConnection(time, random, line);
  }

  #hearFrames(machine: SimulatedMachine, { machine: near, server: far }: SimulatedConnection): void {
    const [up, down] = [near.send, far.send];
    near.send = (message, bytes) => {
      if (message instanceof Uint8Array) this.#options.onSent(machine, message);
      up(message, bytes);
    };
    far.send = (message, bytes) => {
      if (message instanceof Uint8Array) {
        this.#options.onPassedOn(message);
        machine.frames.push(message);
        if (machine.frames.length > 2 * FRAMES_KEPT) machine.frames.splice(0, FRAMES_KEPT);
      }
      down(message, bytes);
    };
  }
}

/** Remembers every grant that the machine is given. */
function hearGrants(machine: SimulatedMachine, far: End): void {
  const { send } = far;
  far.send = (message, bytes) => {
    send(message, bytes);
    const { text } = message as Exclude<ControlMessage, string>;
    if (text?.includes('"grant":') !== true) return;
    const heard = serverMessage.parse(JSON.parse(text));
    if (heard.type !== 'response' || !heard.ok) return;
    const { grant } = heard.result as ControlResult<'peerById'>;
    const [, body = ''] = grant.split('.');
    machine.grants.push({ text: grant, claims: JSON.parse(Buffer.from(body, 'base64url').toString()) as GrantClaims });
  };
}
