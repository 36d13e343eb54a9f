import { expect, test } from 'vitest';
import type { DesktopState } from '../ipc/schema.ts';
import { noticeOf } from './notices.ts';
import { here, refused } from './status.fixture.ts';

const FINE = here();
const NO_RELAY = here({ parts: { relay: { state: 'failed', error: refused('SERVER_UNREACHABLE') } } });
const DISABLED = here({ parts: { control: { state: 'failed', error: refused('MACHINE_DISABLED') } } });
const REMOVED = here({ parts: { activation: { state: 'failed', error: refused('AUTHENTICATION_FAILED') } } });
const LEFT = here({ machine: null, parts: { activation: { state: 'off' } } });
const AWAY: DesktopState = { agent: 'away', since: 1, error: { code: 'AGENT_SILENT', message: '', remedy: '' } };

test.each<[string, DesktopState, DesktopState, string | undefined]>([
  ['a relay that goes', FINE, NO_RELAY, undefined],
  ['an agent that goes', FINE, AWAY, undefined],
  ['an agent that comes', AWAY, DISABLED, undefined],
  ['being disabled', FINE, DISABLED, 'An administrator has switched this computer off'],
  ['staying so', DISABLED, DISABLED, undefined],
  ['being enabled', DISABLED, FINE, 'This computer is connected again'],
  ['being removed', FINE, REMOVED, 'This computer is no longer activated'],
  ['leaving', FINE, LEFT, undefined],
])('%s', (_, before, after, title) => {
  expect(noticeOf(before, after, 'en')?.title).toBe(title);
});
