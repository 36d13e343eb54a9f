import { expect, test } from 'vitest';
import { CausewayError } from '#protocol/errors.ts';
import type { DesktopState } from '../ipc/schema.ts';
import { here, refused } from './status.fixture.ts';
import { type TrayItem, trayLook } from './tray-look.ts';

const AWAY: DesktopState = {
  agent: 'away',
  since: 1,
  error: new CausewayError('AGENT_NOT_RUNNING', { socket: '/x' }).toWire(),
};
const NEW = here({ machine: null, parts: { activation: { state: 'off' } }, wanted: 'down' });
const RELAY_DOWN = here({ parts: { relay: { state: 'failed', error: refused('SERVER_UNREACHABLE'), provenAt: 0 } } });
const labels = (items: readonly TrayItem[]) => items.map((item) => (item.type === 'separator' ? '-' : item.label));
const time = new Date(0).toLocaleTimeString('en-GB', { timeStyle: 'short' });

test.each<[string, DesktopState, string, string]>([
  ['nothing is known yet', { agent: 'starting' }, 'connecting', 'Starting…'],
  ['no agent', AWAY, 'degraded', 'The agent does not answer'],
  ['not activated', NEW, 'not-activated', 'Not activated'],
  ['switched off', here({ wanted: 'down' }), 'off', 'Switched off'],
  ['connecting', here({ parts: { relay: { state: 'pending' } } }), 'connecting', 'Connecting…'],
  ['connected', here(), 'connected', 'Connected'],
  ['the relay is gone', RELAY_DOWN, 'degraded', `Broken: the relay, since ${time}`],
  ['refreshing', { ...here(), refreshingSince: 1 }, 'refreshing', 'Refreshing the policy…'],
])('%s', (_, state, icon, line) => {
  const look = trayLook(state, 'en');
  expect(look).toMatchObject({ icon, tooltip: `Causeway: ${line}` });
  expect(labels(look.menu)[0]).toBe(line);
});

test('the first broken part explains the later ones', () => {
  const parts = { control: { state: 'failed', provenAt: null }, relay: { state: 'failed' } } as const;
  expect(trayLook(here({ parts }), 'en').tooltip).toBe('Causeway: Broken: the control plane');
});

test('the menu offers what makes sense, and nothing else', () => {
  const always = ['Open Causeway', 'Diagnostics…', '-', 'Quit'];
  const known = ['This computer: pc02', 'Copy 100.64.0.2', '-'];
  expect(labels(trayLook(AWAY, 'en').menu).slice(1)).toEqual(['-', ...always]);
  expect(labels(trayLook(NEW, 'en').menu).slice(1)).toEqual(['-', ...always]);
  expect(labels(trayLook(here(), 'en').menu).slice(1)).toEqual([...known, 'Refresh policy', 'Disconnect', ...always]);
  expect(labels(trayLook(here({ wanted: 'down' }), 'en').menu).slice(1)).toEqual([...known, 'Connect', ...always]);
});

test('speaks German', () => {
  expect(labels(trayLook(here(), 'de').menu)).toContain('Richtlinie neu lesen');
});
