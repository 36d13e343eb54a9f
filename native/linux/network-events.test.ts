import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { watchNetwork } from './network-events.ts';
import { enterTestNamespace, type TestNamespace, whyNoTun } from './test-namespace.ts';

const reason = whyNoTun();

describe.skipIf(reason !== undefined)(`the kernel's events${reason === undefined ? '' : ` (${reason})`}`, () => {
  let namespace: TestNamespace;
  beforeEach(() => {
    namespace = enterTestNamespace();
  });
  afterEach(() => namespace[Symbol.dispose]());

  test('tell of links, addresses and routes, and end with disposal', async () => {
    let events = 0;
    const watch = watchNetwork({
      onEvent: () => void events++,
      onFailure: (cause) => expect.fail(cause),
    });
    for (const command of [
      'link add name d0 type veth peer name d1',
      'link set d1 up',
      'link set d0 up',
      'address add 192.0.2.1/24 dev d0',
      'route add default via 192.0.2.2',
      'link set d0 down',
    ]) {
      const before = events;
      namespace.ip(command);
      await expect.poll(() => events, { interval: 5 }).toBeGreaterThan(before);
    }
    watch[Symbol.dispose]();
    const last = events;
    namespace.ip('link set d0 up');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(events).toBe(last);
  });
});
