/**
 * What a membership sets up on the computer itself: the adapter with its addresses and routes, and the
 * names. Whatever fails is tried again, and everything is undone at the end. Knows no server and no peer.
 */
import type { Adapter } from '#native/adapter.ts';
import type { SelfFacts } from '#protocol/control-messages.ts';
import { CausewayError, type ErrorCode, isRefusal } from '#protocol/errors.ts';
import type { Host, NameLookup, SetUp } from './host.ts';
import type { StatusBoard } from './status-board.ts';

export interface LocalSideOptions {
  readonly host: Pick<Host, 'openAdapter' | 'configureNetwork' | 'setUpNames'>;
  readonly board: StatusBoard;
  /** The machine's facts as they are now. */
  readonly self: () => SelfFacts;
  readonly lookup: NameLookup;
  /** Carries packets of this adapter from now on; `undefined` after it is gone. */
  readonly attach: (adapter: Adapter | undefined) => void;
  readonly log: (message: string, details: Record<string, unknown>) => void;
}

/** How soon what failed is tried again, at first and in the end: every try touches the computer. */
const REPAIR_MIN_MS = 2_000;
const REPAIR_MAX_MS = 60_000;

export class LocalSide implements AsyncDisposable {
  readonly #options: LocalSideOptions;
  #adapter: Adapter | undefined;
  #network: SetUp | undefined;
  #names: SetUp | undefined;
  /** What the names were set up for: the subscription's name and the on-premises suffixes. */
  #namesOf: string | undefined;
  /** Looks and tear-downs happen one after another. */
  #turn: Promise<void> = Promise.resolve();
  #repair: NodeJS.Timeout | undefined;
  #repairMs = REPAIR_MIN_MS;
  #stopped = false;

  constructor(options: LocalSideOptions) {
    this.#options = options;
  }

  /**
   * Sets up what is missing and proves what is there. What comes of it is on the board; never rejects.
   */
  look(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#stopped) return;
      clearTimeout(this.#repair);
      const isWhole = (await this.#adapterWorks()) && (await this.#namesWork());
      if (isWhole) this.#repairMs = REPAIR_MIN_MS;
      else this.#repairLater();
    });
  }

  /** The adapter died under us. */
  adapterFailed(error: unknown): void {
    if (this.#stopped || this.#adapter === undefined) return;
    const { board } = this.#options;
    const refusal = asRefusal(error, 'ADAPTER_FAILED');
    board.failed('adapter', refusal);
    board.pending('names');
    void this.#inTurn(async () => {
      await this.#tearDown();
      if (this.#stopped) return;
      board.failed('adapter', refusal);
      board.pending('names');
      this.#repairLater();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#repair);
    await this.#inTurn(() => this.#tearDown());
  }

  async #adapterWorks(): Promise<boolean> {
    const { host, board, self, attach } = this.#options;
    try {
      if (this.#adapter === undefined || this.#network === undefined) {
        board.pending('adapter');
        this.#adapter = await host.openAdapter();
        this.#network = await host.configureNetwork(this.#adapter, self());
        attach(this.#adapter);
      }
      await this.#network.prove();
      board.works('adapter', this.#network.detail, this.#network.warning);
      return true;
    } catch (error) {
      // A program that did not answer says nothing of the adapter: what runs over it goes on.
      if (this.#network === undefined || !isRefusal(error, 'TIMED_OUT')) {
        await this.#tearDown();
        board.pending('names');
      }
      board.failed('adapter', asRefusal(error, 'ADAPTER_FAILED'));
      return false;
    }
  }

  async #namesWork(): Promise<boolean> {
    const { host, board, self, lookup } = this.#options;
    try {
      if (this.#adapter === undefined) return false;
      const namesOf = [self().subscription.name, ...lookup.routes().map(({ suffix }) => suffix)].join(' ');
      if (this.#namesOf !== namesOf) await this.#undoNames();
      if (this.#names === undefined) {
        board.pending('names');
        this.#names = await host.setUpNames(this.#adapter, self(), lookup);
        this.#namesOf = namesOf;
      }
      await this.#names.prove();
      board.works('names', this.#names.detail, this.#names.warning);
      return true;
    } catch (error) {
      // What was set up stays: taking it away and putting it back would not make it work.
      board.failed('names', asRefusal(error, 'NAMES_FAILED'));
      return false;
    }
  }

  async #tearDown(): Promise<void> {
    const [network, adapter] = [this.#network, this.#adapter];
    this.#network = undefined;
    this.#adapter = undefined;
    this.#options.attach(undefined);
    await this.#undoNames();
    await this.#undo(network);
    adapter?.[Symbol.dispose]();
  }

  async #undoNames(): Promise<void> {
    const names = this.#names;
    this.#names = undefined;
    await this.#undo(names);
  }

  /** What can not be undone now is undone at the next start. */
  async #undo(setUp: SetUp | undefined): Promise<void> {
    try {
      await setUp?.[Symbol.asyncDispose]();
    } catch (error) {
      this.#options.log('could not undo', { error: String(error) });
    }
  }

  #repairLater(): void {
    if (this.#stopped) return;
    clearTimeout(this.#repair);
    this.#repair = setTimeout(() => void this.look(), this.#repairMs);
    this.#repairMs = Math.min(REPAIR_MAX_MS, this.#repairMs * 2);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(work);
    return this.#turn;
  }
}

/** Whatever goes wrong and is no refusal of the host's own. */
function asRefusal(error: unknown, code: ErrorCode): CausewayError {
  if (error instanceof CausewayError) return error;
  return new CausewayError(code, { cause: error instanceof Error ? error.message : String(error) }, { cause: error });
}
