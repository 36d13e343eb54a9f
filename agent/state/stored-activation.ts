/**
 * The activation as it is known now and as it stands on the disk: changed one change after another, each on
 * what the one before left, and known only once it is written. A change that can not be written changes nothing.
 */
import { type Activation, forgetActivation, loadActivation, saveActivation } from './activation-file.ts';

export class StoredActivation {
  readonly #directory: string;
  #current: Activation | undefined;
  #writing: Promise<void> = Promise.resolve();

  /** @throws CausewayError STATE_CORRUPT */
  static async load(directory: string): Promise<StoredActivation> {
    return new StoredActivation(directory, await loadActivation(directory));
  }

  private constructor(directory: string, current: Activation | undefined) {
    this.#directory = directory;
    this.#current = current;
  }

  /** Undefined while the machine is not activated. */
  get current(): Activation | undefined {
    return this.#current;
  }

  /** @throws CausewayError DISK_FULL, DIRECTORY_READ_ONLY */
  save(activation: Activation): Promise<void> {
    return this.#next(async () => {
      await saveActivation(this.#directory, activation);
      this.#current = activation;
    });
  }

  /**
   * Stores what `change` makes of the activation, unless there is none or that is nothing new.
   * @throws CausewayError DISK_FULL, DIRECTORY_READ_ONLY
   */
  change(change: (activation: Activation) => Activation): Promise<void> {
    return this.#next(async () => {
      const before = this.#current;
      if (before === undefined) return;
      const after = change(before);
      if (JSON.stringify(after) === JSON.stringify(before)) return;
      await saveActivation(this.#directory, after);
      this.#current = after;
    });
  }

  forget(): Promise<void> {
    return this.#next(async () => {
      await forgetActivation(this.#directory);
      this.#current = undefined;
    });
  }

  /** Resolves when everything asked for so far is on the disk, or has failed. */
  async settled(): Promise<void> {
    await this.#writing.catch(() => undefined);
  }

  #next(work: () => Promise<void>): Promise<void> {
    this.#writing = this.#writing.catch(() => undefined).then(work);
    return this.#writing;
  }
}
