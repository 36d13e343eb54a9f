import { expect, test } from 'vitest';
import type { SelfFacts } from '#protocol/control-messages.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { NameLookup } from '../engine/host.ts';
import { addressForUdp, dial, resolve } from './dial.ts';
import type { Stack } from './stack.ts';
import type { TcpConnection, TcpFailure, TcpHandlers } from './tcp-connection.ts';

const lookup = {
  self: () => ({ subscription: { name: 'contoso' } }) as SelfFacts,
  routes: () => [],
  byName: async (name) => (name === 'b' ? { ipv4: '100.64.0.2', ipv6: 'fd00::2' } : 'unknown'),
  byAddress: async (address) => (address === 'fd00::2' ? { name: 'b' as never } : 'unknown'),
} satisfies NameLookup;

/** A stack whose peers answer as the test says, by address; without an answer they are silent. */
function stack(answers: Record<string, TcpFailure | 'connected'>): { stack: Stack; tried: string[]; reset: string[] } {
  const [tried, reset]: [string[], string[]] = [[], []];
  const connect = (address: string): TcpConnection => {
    tried.push(address);
    return {
      remote: { address, port: 80 },
      set handlers(handlers: TcpHandlers | undefined) {
        const answer = answers[address];
        if (handlers === undefined || answer === undefined) return;
        queueMicrotask(() => (answer === 'connected' ? handlers.onConnected?.() : handlers.onFailed(answer)));
      },
      reset: () => reset.push(address),
    } as unknown as TcpConnection;
  };
  return { stack: { connect } as unknown as Stack, tried, reset };
}

const target = { host: 'b', port: 80 };
const never = new AbortController().signal;
const of = (result: TcpConnection | string) => (typeof result === 'string' ? result : result.remote.address);

test('IPv6 is taken when it answers, and IPv4 not even tried', async () => {
  const { stack: it, tried } = stack({ 'fd00::2': 'connected', '100.64.0.2': 'connected' });
  expect(of(await dial({ stack: it, lookup }, target, never))).toBe('fd00::2');
  expect(tried).toEqual(['fd00::2']);
});

test('a server that refuses on IPv6 is found on IPv4 at once', async () => {
  const { stack: it } = stack({ 'fd00::2': 'refused', '100.64.0.2': 'connected' });
  const started = performance.now();
  expect(of(await dial({ stack: it, lookup }, target, never))).toBe('100.64.0.2');
  expect(performance.now() - started).toBeLessThan(LIMITS.USERSPACE_OTHER_FAMILY_MS.value);
});

test('a computer that is silent on IPv6 is found on IPv4 soon, and the other attempt given up', async () => {
  const { stack: it, reset } = stack({ '100.64.0.2': 'connected' });
  expect(of(await dial({ stack: it, lookup }, target, never))).toBe('100.64.0.2');
  expect(reset).toEqual(['fd00::2']);
});

test('what both families say last is the reason', async () => {
  const { stack: it } = stack({ 'fd00::2': 'prohibited', '100.64.0.2': 'refused' });
  expect(await dial({ stack: it, lookup }, target, never)).toBe('refused');
});

test('who gives up ends the attempt', async () => {
  const { stack: it, reset } = stack({});
  const impatient = new AbortController();
  const dialled = dial({ stack: it, lookup }, target, impatient.signal);
  setTimeout(() => impatient.abort(), 10);
  expect(await dialled).toBe('timed-out');
  expect(reset).toEqual(['fd00::2']);
});

test.each([
  ['b', ['fd00::2', '100.64.0.2']],
  ['B.Contoso.causeway.internal.', ['fd00::2', '100.64.0.2']],
  ['FD00:0::2', ['fd00::2']],
  ['[fd00::2]', ['fd00::2']],
  ['100.64.0.9', 'unknown'],
  ['nobody', 'unknown'],
  ['b.fabrikam.causeway.internal', 'foreign'],
  ['example.com', 'foreign'],
  ['', 'foreign'],
])('%s is %j', async (host, expected) => {
  expect(await resolve(host, lookup)).toEqual(expected);
});

test('datagrams for a name go by IPv4', async () => {
  expect(await addressForUdp('b', lookup)).toBe('100.64.0.2');
  expect(await addressForUdp('example.com', lookup)).toBeUndefined();
});
