import { beforeEach, expect, test } from 'vitest';
import { CausewayError } from '#protocol/errors.ts';
import type { Change } from '../surroundings.ts';
import { ServerConnections } from './server-connections.ts';
import { StatusBoard } from './status-board.ts';

const SERVER = 'https://relay.example';
const GONE = new CausewayError('SERVER_UNREACHABLE', { server: SERVER, cause: 'no answer' });

let calls: string[];
let state: { online: boolean; connected: boolean; holdsTicket: boolean };
let servers: { control: string; relay: string };
let board: StatusBoard;
let connections: ServerConnections;

beforeEach(() => {
  calls = [];
  state = { online: true, connected: true, holdsTicket: false };
  servers = { control: SERVER, relay: SERVER };
  board = new StatusBoard();
  board.works('control', SERVER);
  board.works('relay', SERVER);
  const told = (name: string) => ({
    connectNow: () => void calls.push(`${name} now`),
    connectAfresh: (mayLive: (address: string) => boolean) => void calls.push(`${name} afresh ${mayLive('::1')}`),
    reconnect: () => void calls.push(`${name} anew`),
    giveUp: (cause: string) => void calls.push(`${name} gives up: ${cause}`),
  });
  connections = new ServerConnections({
    board,
    control: Object.defineProperty(told('control') as never, 'online', { get: () => state.online }),
    relay: Object.defineProperty(told('relay') as never, 'connected', { get: () => state.connected }),
    holdsTicket: () => state.holdsTicket,
    servers: () => servers,
    mayLive: () => true,
  });
});

const states = () => [board.parts.control.state, board.parts.relay.state];

const UP = { online: true, connected: true };
const DOWN = { online: false, connected: false };
test.each<[Change, Partial<typeof state>, string[], string]>([
  ['clock', UP, ['control anew', 'relay afresh true'], 'pending'],
  ['clock', DOWN, ['control anew'], 'pending'],
  ['pause', UP, ['control afresh true', 'relay afresh true'], 'pending'],
  ['way-out', DOWN, ['control afresh true'], 'pending'],
  ['way-out', { ...DOWN, holdsTicket: true }, ['control afresh true', 'relay afresh true'], 'pending'],
  ['addresses', UP, ['control now', 'relay now'], 'ok'],
  ['addresses', DOWN, ['control now'], 'ok'],
])('%s with %j: %j, and both are %s', (change, before, expected, shown) => {
  Object.assign(state, before);
  connections.surroundingsChanged(change);
  expect(calls).toEqual(expected);
  expect(states()).toEqual([shown, shown]);
});

test('without a network both are given up, but not what is on this computer', () => {
  connections.surroundingsChanged('cut-off');
  expect(calls).toEqual(['control', 'relay'].map((name) => `${name} gives up: this computer has no network`));
  calls.length = 0;
  servers = { control: 'https://127.0.0.1:8443', relay: 'https://[::1]' };
  connections.surroundingsChanged('cut-off');
  servers = { control: 'https://localhost', relay: SERVER };
  connections.surroundingsChanged('cut-off');
  expect(calls).toEqual(['relay gives up: this computer has no network']);
});

test('what people have refused does not look as if another network could change it', () => {
  board.failed('control', new CausewayError('MACHINE_DISABLED'));
  board.failed('relay', GONE);
  connections.surroundingsChanged('way-out');
  expect(states()).toEqual(['failed', 'pending']);
});

test('tries what failed at once, and the relay only where there is a ticket to be had', () => {
  board.failed('relay', GONE);
  connections.tryAgain();
  expect(calls).toEqual(['control now', 'relay now']);
  expect(states()).toEqual(['ok', 'pending']);
  calls.length = 0;
  state.online = false;
  connections.tryAgain();
  expect(calls).toEqual(['control now']);
});

test('only what works becomes doubtful', () => {
  board.failed('relay', GONE);
  connections.doubtful('control');
  connections.doubtful('relay');
  expect(states()).toEqual(['pending', 'failed']);
});

test('a proof is both answers, or a failure, or the end of patience', async () => {
  const enough = new AbortController();
  let proven = false;
  const prove = () =>
    connections.prove(enough.signal).then(() => {
      proven = true;
    });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  board.pending('control');
  board.pending('relay');
  const first = prove();
  expect(calls).toEqual(['control now', 'relay now']);
  board.proven('control');
  await turn();
  expect(proven).toBe(false);
  board.proven('relay');
  await first;

  board.pending('relay');
  board.failed('control', GONE);
  await prove();

  proven = false;
  board.pending('control');
  const last = prove();
  await turn();
  expect(proven).toBe(false);
  enough.abort();
  await last;
});
