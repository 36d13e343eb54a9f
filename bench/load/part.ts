/**
 * The suite's side of a load generator: starts it on a host of the lab, with an IPC channel, and asks it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Host } from '#lab/hosts/host.ts';
import type { Counts, FromGenerator, Job, ToGenerator } from './jobs.ts';

const GENERATOR = fileURLToPath(new URL('generator.ts', import.meta.url));

export class Part implements Disposable {
  readonly #process: ChildProcess;

  private constructor(host: Host) {
    const enter = [`--target=${host.holderPid}`, '--net', '--mount', '--uts', '--'];
    this.#process = spawn('nsenter', [...enter, process.execPath, GENERATOR], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
  }

  /** Resolves when its connections are open. @throws Error with its own reason when it can not do the job */
  static async start(host: Host, job: Job): Promise<Part> {
    const part = new Part(host);
    part.#tell({ type: 'job', job });
    await part.#next('ready');
    return part;
  }

  async counts(): Promise<Counts> {
    this.#tell({ type: 'counts' });
    return (await this.#next('counts')).counts;
  }

  /** Its connections end with it. */
  [Symbol.dispose](): void {
    this.#process.kill('SIGKILL');
  }

  #tell(message: ToGenerator): void {
    this.#process.send(message);
  }

  #next<Type extends FromGenerator['type']>(type: Type): Promise<Extract<FromGenerator, { type: Type }>> {
    const { promise, resolve, reject } = Promise.withResolvers<Extract<FromGenerator, { type: Type }>>();
    const onMessage = (message: FromGenerator) => {
      if (message.type === type) resolve(message as Extract<FromGenerator, { type: Type }>);
      else if (message.type === 'failed') reject(new Error(message.why));
    };
    const onExit = () => reject(new Error('a load generator ended early'));
    this.#process.on('message', onMessage).once('exit', onExit);
    return promise.finally(() => this.#process.off('message', onMessage).off('exit', onExit));
  }
}
