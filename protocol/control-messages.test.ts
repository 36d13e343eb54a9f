import { describe, expect, test } from 'vitest';
import { CONTROL_METHODS, type ControlMethod, controlRequest, listedPeer, serverMessage } from './control-messages.ts';
import { toBase64url } from './encoding.ts';
import { CausewayError } from './errors.ts';
import { LIMITS } from './limits.ts';
import { wireError } from './wire-error.ts';

const base64url = (count: number) => toBase64url(new Uint8Array(count).fill(0xa5));
const MACHINE = 'ab'.repeat(16);

const SELF = {
  id: MACHINE,
  kind: 'local-endpoint',
  name: 'sql01',
  subscription: { id: 'cd'.repeat(16), name: 'contoso' },
  ipv4: '100.64.1.1',
  ipv6: 'fd00::1',
  memberOf: null,
  relays: [],
  policyVersion: 7,
};
const PEER = { id: MACHINE, key: base64url(32), name: 'web-0', ipv4: '100.64.1.2', ipv6: 'fd00::2' };
const GRANTED = { peer: PEER, grant: 'a.b.c', expiresAt: 1_800_000_000_000 };
const ERROR = new CausewayError('AUTHENTICATION_FAILED').toWire();

/** One right example of every method's parameters and result. */
const EXAMPLES: Record<ControlMethod, { params: Record<string, unknown>; result: Record<string, unknown> }> = {
  activate: {
    params: {
      subscription: 'cd'.repeat(16),
      secret: base64url(20),
      name: 'sql01',
      signingKey: base64url(32),
      tunnelKey: base64url(32),
      signature: base64url(64),
      tunnelProof: base64url(32),
      os: 'Debian 13',
      agentVersion: '0.1.0',
    },
    result: { self: SELF, grantKey: base64url(32) },
  },
  authenticate: {
    params: { machine: MACHINE, signature: base64url(64), os: 'Debian 13', agentVersion: '0.1.0' },
    result: { self: SELF },
  },
  sync: { params: { peers: [MACHINE] }, result: { revoked: [] } },
  self: { params: {}, result: { self: SELF } },
  relayTicket: { params: {}, result: { ticket: 'a.b.c', expiresAt: 1 } },
  peerByName: { params: { name: 'web-0' }, result: GRANTED },
  peerByAddress: { params: { address: '100.64.1.2' }, result: GRANTED },
  peerById: { params: { machine: MACHINE }, result: GRANTED },
  listPeers: { params: {}, result: { peers: [], more: false } },
  report: { params: { relay: 'connected', sessions: 0 }, result: {} },
  diagnostics: {
    params: { checks: [{ name: 'relay', result: 'ok', sentence: 'The relay answers.', remedy: null }] },
    result: {},
  },
  lock: { params: { after: 0 }, result: { steps: [{ kind: 'statement', text: 'a.b.c' }] } },
  certify: { params: { certificate: 'a.b.c' }, result: {} },
  deactivate: { params: {}, result: {} },
};

describe.each(Object.entries(EXAMPLES))('%s', (name, { params, result }) => {
  const method = CONTROL_METHODS[name as ControlMethod];

  test('takes the right shape', () => {
    expect(method.params.parse(params)).toEqual(params);
    expect(method.result.parse(result)).toEqual(result);
    expect(controlRequest.parse({ type: 'request', id: 1, method: name, params }).method).toBe(name);
  });

  test('refuses every field left out or of another type', () => {
    for (const [schema, example] of [
      [method.params, params],
      [method.result, result],
    ] as const) {
      expect(schema.safeParse(null).success).toBe(false);
      expect(schema.safeParse('text').success).toBe(false);
      for (const field of Object.keys(example)) {
        const { [field]: _left, ...rest } = example;
        expect(schema.safeParse(rest).success, `${field} left out`).toBe(false);
        for (const wrong of [null, {}, -0.5, 'x'.repeat(6_000)]) {
          expect(schema.safeParse({ ...example, [field]: wrong }).success, `${field} = ${wrong}`).toBe(false);
        }
      }
    }
  });

  test('drops fields it does not know', () => {
    expect(method.params.parse({ ...params, later: 1 })).toEqual(params);
  });
});

describe('a request of the wrong shape is refused:', () => {
  const right = { type: 'request', id: 1, method: 'self', params: {} };
  test.each<[string, unknown]>([
    ['a method that does not exist', { ...right, method: 'reboot' }],
    ['a method every object has', { ...right, method: 'constructor' }],
    ['a negative id', { ...right, id: -1 }],
    ['a broken id', { ...right, id: 1.5 }],
    ['another type', { ...right, type: 'response' }],
    ['a list', [right]],
    ['nothing', undefined],
  ])('%s', (_name, message) => {
    expect(controlRequest.safeParse(message).success).toBe(false);
  });

  test('a sync of more peers than fit', () => {
    const peers = Array.from({ length: LIMITS.SYNC_PEERS_MAX.value + 1 }, () => MACHINE);
    expect(CONTROL_METHODS.sync.params.safeParse({ peers }).success).toBe(false);
    expect(CONTROL_METHODS.sync.params.safeParse({ peers: peers.slice(1) }).success).toBe(true);
  });

  test('an address that is none', () => {
    for (const address of ['100.64.1', '100.64.1.256', 'fd00::1::', 'sql01', '']) {
      expect(CONTROL_METHODS.peerByAddress.params.safeParse({ address }).success, address).toBe(false);
    }
  });
});

describe('what the server says', () => {
  test.each<[string, unknown]>([
    [
      'challenge',
      { type: 'challenge', nonce: base64url(32), ephemeral: base64url(32), serverTime: 1, serverVersion: '0.1.0' },
    ],
    ['result', { type: 'response', id: 1, ok: true, result: { self: SELF } }],
    ['error', { type: 'response', id: 1, ok: false, error: ERROR }],
    ['policy changed', { type: 'event', event: 'policy-changed', policyVersion: 8 }],
    ['revoked', { type: 'event', event: 'revoked', peers: [MACHINE], reason: 'The group is not connected.' }],
    ['self changed', { type: 'event', event: 'self-changed', self: SELF }],
    ['cut off', { type: 'event', event: 'cut-off', error: ERROR }],
    ['watch', { type: 'event', event: 'watch', seconds: 30 }],
    ['diagnose', { type: 'event', event: 'diagnose' }],
  ])('%s', (_name, message) => {
    expect(serverMessage.parse(message)).toEqual(message);
  });

  test.each<[string, unknown]>([
    ['a challenge with a short nonce', { type: 'challenge', nonce: base64url(31), ephemeral: base64url(32) }],
    ['an answer that is half ok', { type: 'response', id: 1, ok: 'yes', result: {} }],
    ['a refusal without an error', { type: 'response', id: 1, ok: false }],
    ['a revocation of nobody', { type: 'event', event: 'revoked', peers: [], reason: '' }],
    ['an event that does not exist', { type: 'event', event: 'party' }],
    ['an event without a name', { type: 'event' }],
  ])('refused: %s', (_name, message) => {
    expect(serverMessage.safeParse(message).success).toBe(false);
  });
});

test('the largest honest messages fit their cap', () => {
  const cap = LIMITS.CONTROL_MESSAGE_MAX_BYTES.value;
  const size = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
  const peers = Array.from({ length: LIMITS.PEERS_PER_PAGE.value }, () =>
    listedPeer.parse({
      id: MACHINE,
      name: 'n'.repeat(63),
      ipv4: '100.127.254.255',
      ipv6: 'fd00:1111:2222:0:3333:4444:5555:6666',
      memberOf: 'm'.repeat(80),
      online: false,
    }),
  );
  expect(size({ type: 'response', id: 1e9, ok: true, result: { peers, more: true } })).toBeLessThanOrEqual(cap);
  const ids = Array.from({ length: LIMITS.SYNC_PEERS_MAX.value }, () => MACHINE);
  expect(size({ type: 'request', id: 1e9, method: 'sync', params: { peers: ids } })).toBeLessThanOrEqual(cap);
});

test('every wire error has room for a code, two sentences and its details', () => {
  const wire = new CausewayError('POLICY_DENIED', { reason: 'Because.' }).toWire();
  expect(wireError.parse(wire)).toEqual(wire);
  expect(wireError.safeParse({ ...wire, message: undefined }).success).toBe(false);
  expect(wireError.safeParse({ ...wire, details: { nested: {} } }).success).toBe(false);
});
