import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Adapter } from '#native/adapter.ts';
import { createMemoryAdapter } from '#native/memory-adapter.ts';
import type { SelfFacts } from '#protocol/control-messages.ts';
import { CausewayError } from '#protocol/errors.ts';
import type { Part } from '#protocol/status.ts';
import type { Host, NameLookup, SetUp } from './host.ts';
import { LocalSide, type LocalSideOptions } from './local-side.ts';
import { StatusBoard } from './status-board.ts';

type UsedHost = LocalSideOptions['host'];

/** A computer on which everything can be made to fail. */
class FailingHost implements UsedHost {
  /** What has been set up and not undone, in order. */
  readonly standing: string[] = [];
  failures: Partial<Record<'adapter' | 'network' | 'names' | 'prove network' | 'prove names', Error>> = {};
  /** While set, a proof of the names waits for it. */
  proof: Promise<void> | undefined;
  opened = 0;
  /** Whatever was set up, undone or not. */
  readonly setUps: string[] = [];

  async openAdapter(): Promise<Adapter> {
    this.#may('adapter');
    this.opened++;
    return createMemoryAdapter().adapter;
  }

  async configureNetwork(): Promise<SetUp> {
    this.#may('network');
    return this.#setUp('network');
  }

  async setUpNames(_adapter: Adapter, self: SelfFacts, _lookup: NameLookup): Promise<SetUp> {
    this.#may('names');
    return this.#setUp('names', self.subscription.name);
  }

  proveRoute(): Promise<string> {
    return Promise.reject(new CausewayError('NOT_CONNECTED'));
  }

  describe(): ReturnType<Host['describe']> {
    return Promise.resolve({ addresses: [], routes: [], resolver: [] });
  }

  #setUp(name: 'network' | 'names', detail: string = name): SetUp {
    this.standing.push(name);
    this.setUps.push(name);
    return {
      detail,
      prove: async () => {
        if (name === 'names') await this.proof;
        this.#may(`prove ${name}`);
      },
      [Symbol.asyncDispose]: async () => {
        this.standing.splice(this.standing.indexOf(name), 1);
      },
    };
  }

  #may(what: keyof FailingHost['failures']): void {
    const error = this.failures[what];
    if (error !== undefined) throw error;
  }
}

let host: FailingHost;
let board: StatusBoard;
let attached: (Adapter | undefined)[];
let subscription: string;
let suffixes: string[];
let local: LocalSide;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  host = new FailingHost();
  board = new StatusBoard();
  attached = [];
  subscription = 'contoso';
  suffixes = [];
  local = new LocalSide({
    host,
    board,
    self: () => ({ subscription: { name: subscription } }) as SelfFacts,
    lookup: { routes: () => suffixes.map((suffix) => ({ suffix })) } as unknown as NameLookup,
    attach: (adapter) => void attached.push(adapter),
    log: () => undefined,
  });
});
afterEach(async () => {
  await local[Symbol.asyncDispose]();
  expect(host.standing).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const states = () => [board.parts.adapter.state, board.parts.names.state];
const codeOf = (part: Part) => part.error?.code;

test('sets up, proves, and undoes at the end', async () => {
  await local.look();
  expect(states()).toEqual(['ok', 'ok']);
  expect(host.standing).toEqual(['network', 'names']);
  await local.look();
  expect(host.opened).toBe(1);
});

test('without an adapter there are no names; both come when it can be opened', async () => {
  host.failures = { adapter: new CausewayError('TUN_MISSING') };
  await local.look();
  expect(states()).toEqual(['failed', 'pending']);
  expect(codeOf(board.parts.adapter)).toBe('TUN_MISSING');
  host.failures = {};
  await vi.runOnlyPendingTimersAsync();
  await local.look();
  expect(states()).toEqual(['ok', 'ok']);
  expect(host.opened).toBe(1);
});

test('an adapter that can not be given addresses is not kept', async () => {
  host.failures = { network: new Error('odd') };
  await local.look();
  expect(codeOf(board.parts.adapter)).toBe('ADAPTER_FAILED');
  expect(attached.at(-1)).toBeUndefined();
});

test('names that can not be set up leave the adapter working, and are tried again by themselves', async () => {
  host.failures = { names: new CausewayError('PORT_IN_USE', { address: '127.0.0.1:53' }) };
  await local.look();
  expect(states()).toEqual(['ok', 'failed']);
  expect(codeOf(board.parts.names)).toBe('PORT_IN_USE');
  expect(attached.at(-1)).toBeDefined();
  host.failures = {};
  await vi.advanceTimersByTimeAsync(2_000);
  expect(states()).toEqual(['ok', 'ok']);
  expect(host.opened).toBe(1);
});

test('a bug in setting the names up is not called one of the adapter', async () => {
  host.failures = { names: new Error('odd') };
  await local.look();
  expect(codeOf(board.parts.names)).toBe('NAMES_FAILED');
});

test('names that do not prove are kept and proven again, less and less often', async () => {
  host.failures = { 'prove names': new CausewayError('NAMES_NOT_RESOLVED', { name: 'a', cause: 'no answer' }) };
  await local.look();
  expect(codeOf(board.parts.names)).toBe('NAMES_NOT_RESOLVED');
  expect(host.standing).toEqual(['network', 'names']);
  await vi.advanceTimersByTimeAsync(2_000 + 3_999);
  host.failures = {};
  expect(board.parts.names.state).toBe('failed');
  await vi.advanceTimersByTimeAsync(1);
  expect(board.parts.names.state).toBe('ok');
});

test('an adapter that dies is torn down with the names, and made anew', async () => {
  await local.look();
  local.adapterFailed(new Error('deleted'));
  expect(states()).toEqual(['failed', 'pending']);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(states()).toEqual(['ok', 'ok']);
  expect(host.opened).toBe(2);
  expect(host.standing).toEqual(['network', 'names']);
});

test('a program of the system that does not answer does not cost the adapter', async () => {
  await local.look();
  host.failures = { 'prove network': new CausewayError('TIMED_OUT', { action: '`ip`', seconds: 5 }) };
  await local.look();
  expect(codeOf(board.parts.adapter)).toBe('TIMED_OUT');
  expect(host.standing).toEqual(['network', 'names']);
  host.failures = { 'prove network': new CausewayError('ADAPTER_FAILED', { cause: 'its address is gone' }) };
  await local.look();
  expect(host.standing).toEqual([]);
});

test('another name of the subscription sets the names up anew', async () => {
  await local.look();
  subscription = 'fabrikam';
  await local.look();
  expect(board.parts.names.detail).toBe('fabrikam');
  expect(host.standing).toEqual(['network', 'names']);
});

test('other on-premises suffixes set the names up anew, the same ones do not', async () => {
  await local.look();
  suffixes = ['corp.example'];
  await local.look();
  await local.look();
  expect(host.setUps).toEqual(['network', 'names', 'names']);
});

test('nothing is set up once it ends, whatever was under way', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  host.proof = promise;
  const looking = local.look();
  for (let turns = 0; host.standing.length < 2 && turns < 100; turns++) await Promise.resolve();
  expect(host.standing).toHaveLength(2);
  const ending = local[Symbol.asyncDispose]();
  const late = local.look();
  local.adapterFailed(new Error('late'));
  resolve();
  await Promise.all([looking, ending, late]);
  expect(host.standing).toEqual([]);
  expect(host.opened).toBe(1);
});
