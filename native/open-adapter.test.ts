import { describe, expect, test } from 'vitest';
import { LIMITS } from '#protocol/limits.ts';
import { enterTestNamespace, whyNoTun } from './linux/test-namespace.ts';
import { openAdapter } from './open-adapter.ts';

const skip = whyNoTun();

test.each(['freebsd', 'openbsd'] as const)('%s is not supported yet, and the error says so', async (platform) => {
  await expect(openAdapter({ name: 'cwnat2' }, platform)).rejects.toEqual(
    expect.objectContaining({ code: 'ADAPTER_FAILED', details: { cause: `${platform} is not supported yet` } }),
  );
});

describe.skipIf(skip !== undefined)(`on Linux${skip ? ` (skipped: ${skip})` : ''}`, () => {
  test('it is a TUN interface with the default MTU', async () => {
    using _namespace = enterTestNamespace();
    using adapter = await openAdapter({ name: 'cwnat2' }, 'linux');
    expect(adapter).toMatchObject({ name: 'cwnat2', mtu: LIMITS.ADAPTER_MTU_BYTES.value });
  });
});
