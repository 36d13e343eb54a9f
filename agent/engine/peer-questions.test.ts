import { beforeEach, describe, expect, test } from 'vitest';
import type { SelfFacts } from '#protocol/control-messages.ts';
import { CausewayError } from '#protocol/errors.ts';
import type { Part, PeerStatus } from '#protocol/status.ts';
import type { KnownPeer } from './peer-directory.ts';
import { type Asked, listPeers, pingPeer, resolvePeer } from './peer-questions.ts';

const MACHINE = { id: '1'.repeat(32), name: 'sql01', ipv4: '100.64.1.2', ipv6: 'fd00::2' };
const UNREACHABLE = new CausewayError('PEER_UNREACHABLE', { name: 'sql01', cause: 'no answer' });
const GONE = new CausewayError('SERVER_UNREACHABLE', { server: 'https://relay.example', cause: 'no answer' });

let found: string[];
let ping: () => Promise<number>;
let asked: Asked;

beforeEach(() => {
  found = [];
  ping = () => Promise.resolve(7);
  const peer = { machine: MACHINE, claims: { exp: 2_000 } } as unknown as KnownPeer;
  asked = {
    self: { subscription: { name: 'contoso' } } as unknown as SelfFacts,
    directory: {
      byName: async (name) => {
        found.push(`name ${name}`);
        return peer;
      },
      byAddress: async (address) => {
        found.push(`address ${address}`);
        return peer;
      },
    },
    control: { request: () => Promise.reject(GONE) },
    link: { ping: () => ping() },
  };
});

describe('where a machine is', () => {
  test.each([
    ['sql01', 'name sql01'],
    ['SQL01', 'name sql01'],
    ['sql01.', 'name sql01'],
    ['sql01.contoso.causeway.internal', 'name sql01'],
    ['SQL01.Contoso.Causeway.Internal.', 'name sql01'],
    ['100.64.1.2', 'address 100.64.1.2'],
    ['fd00:0:0::0002', 'address fd00::2'],
  ])('%s is looked for by %s', async (target, by) => {
    expect(await resolvePeer(asked, target)).toEqual({
      name: 'sql01',
      fullName: 'sql01.contoso.causeway.internal',
      ipv4: '100.64.1.2',
      ipv6: 'fd00::2',
      grantExpiresAt: 2_000_000,
    });
    expect(found).toEqual([by]);
  });

  test.each(['fd00::2%eth0', 'sql01.fabrikam.causeway.internal', ''])('%j is refused here', async (target) => {
    await expect((async () => resolvePeer(asked, target))()).rejects.toMatchObject({ code: 'NAME_INVALID' });
    expect(found).toEqual([]);
  });
});

describe('a ping', () => {
  const relay = (error: CausewayError | null): Part => ({
    state: error === null ? 'ok' : 'failed',
    provenAt: null,
    error: error?.toWire() ?? null,
    detail: '',
  });

  test('tells the round trip', async () => {
    expect(await pingPeer(asked, 'sql01', 100, () => relay(null))).toEqual({
      name: 'sql01',
      address: 'fd00::2',
      roundTripMs: 7,
    });
  });

  test.each([
    ['is the peer’s silence while the relay works', null, 'PEER_UNREACHABLE'],
    ['is put down to the relay where there is no way to it', GONE, 'SERVER_UNREACHABLE'],
  ])('without an answer %s', async (_, broken, code) => {
    ping = () => Promise.reject(UNREACHABLE);
    await expect(pingPeer(asked, 'sql01', 100, () => relay(broken))).rejects.toMatchObject({ code });
  });
});

describe('the list', () => {
  const peer = (name: string) => ({ id: name.padEnd(32, '0'), name });
  const pages = (...all: { names: string[]; more: boolean }[]) => {
    const after: unknown[] = [];
    const control = {
      request: async (_: string, params: { after?: string }) => {
        after.push(params.after);
        const page = all[Math.min(after.length, all.length) - 1] ?? { names: [], more: false };
        return { peers: page.names.map(peer), more: page.more };
      },
    } as unknown as Asked['control'];
    return { control, after };
  };

  test('is asked for page by page, and has the session of each that has one', async () => {
    const { control, after } = pages({ names: ['a', 'b'], more: true }, { names: ['c'], more: false });
    const session = { id: peer('b').id } as PeerStatus;
    const { peers } = await listPeers({ control }, [session]);
    expect(peers.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(peers.map((each) => each.session)).toEqual([null, session, null]);
    expect(after).toEqual([undefined, 'b']);
  });

  test('ends with a server that repeats itself', async () => {
    const { control, after } = pages({ names: ['a', 'b'], more: true });
    expect((await listPeers({ control }, [])).peers).toHaveLength(2);
    expect(after).toEqual([undefined, 'b']);
  });

  test('is refused while the control plane can not be asked', async () => {
    await expect(listPeers(asked, [])).rejects.toBe(GONE);
  });
});
