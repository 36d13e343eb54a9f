import { EventEmitter } from 'node:events';
import { expect, test, vi } from 'vitest';
import { lockDownPages, lockDownSession } from './lock-down.ts';

function page() {
  const app = new EventEmitter();
  lockDownPages(app as never);
  const contents = Object.assign(new EventEmitter(), {
    setWindowOpenHandler: vi.fn(),
    setWebRTCIPHandlingPolicy: vi.fn(),
  });
  app.emit('web-contents-created', {}, contents);
  return contents;
}

function session() {
  const made = Object.assign(new EventEmitter(), {
    setPermissionRequestHandler: vi.fn(),
    setPermissionCheckHandler: vi.fn(),
    setDevicePermissionHandler: vi.fn(),
    webRequest: { onBeforeRequest: vi.fn() },
  });
  lockDownSession(made as never);
  return made;
}

const OWN = 'causeway-window://app/index.html';
const ELSEWHERE = [
  'https://example.com/',
  'http://localhost/',
  'file:///etc/passwd',
  'causeway-window://other/index.html',
  'causeway-window://app.example.com/index.html',
  'causeway-window:app/index.html',
  'about:blank',
  'javascript:alert(1)',
  'devtools://devtools/',
];

test.each([...ELSEWHERE, 'data:text/html,x'])('no page goes to %s, and no frame in it', (url) => {
  const contents = page();
  for (const send of [
    (event: object) => contents.emit('will-navigate', event, url),
    (event: object) => contents.emit('will-frame-navigate', Object.assign(event, { url })),
    (event: object) => contents.emit('will-redirect', event, url),
  ]) {
    const event = { preventDefault: vi.fn() };
    send(event);
    expect(event.preventDefault).toHaveBeenCalled();
  }
});

test('a page may load itself anew', () => {
  const event = { preventDefault: vi.fn() };
  page().emit('will-navigate', event, OWN);
  expect(event.preventDefault).not.toHaveBeenCalled();
});

test('windows and webviews are denied, and WebRTC stays at home', () => {
  const contents = page();
  expect(contents.setWindowOpenHandler.mock.calls[0]?.[0]()).toEqual({ action: 'deny' });
  expect(contents.setWebRTCIPHandlingPolicy).toHaveBeenCalledWith('disable_non_proxied_udp');
  const event = { preventDefault: vi.fn() };
  contents.emit('will-attach-webview', event);
  expect(event.preventDefault).toHaveBeenCalled();
});

test.each(['geolocation', 'media', 'notifications', 'clipboard-read', 'hid', 'openExternal', 'one-of-tomorrow'])(
  'the permission %s is denied',
  (permission) => {
    const made = session();
    const answer = vi.fn();
    made.setPermissionRequestHandler.mock.calls[0]?.[0]({}, permission, answer);
    expect(answer.mock.calls).toEqual([[false]]);
    expect(made.setPermissionCheckHandler.mock.calls[0]?.[0]({}, permission)).toBe(false);
    expect(made.setDevicePermissionHandler.mock.calls[0]?.[0]({})).toBe(false);
  },
);

test('nothing is downloaded', () => {
  const event = { preventDefault: vi.fn() };
  session().emit('will-download', event);
  expect(event.preventDefault).toHaveBeenCalled();
});

test.each(ELSEWHERE.filter((url) => !url.startsWith('devtools:')))('no request goes to %s', (url) => {
  const answer = vi.fn();
  session().webRequest.onBeforeRequest.mock.calls[0]?.[0]({ url }, answer);
  expect(answer.mock.calls).toEqual([[{ cancel: true }]]);
});

test.each([OWN, 'causeway-window://app/assets/a.js', 'data:image/png;base64,AA=='])('%s is loaded', (url) => {
  const answer = vi.fn();
  session().webRequest.onBeforeRequest.mock.calls[0]?.[0]({ url }, answer);
  expect(answer.mock.calls).toEqual([[{ cancel: false }]]);
});
