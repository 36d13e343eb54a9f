import { expect, test } from 'vitest';
import { CausewayError } from '#protocol/errors.ts';
import { PrivateNetwork } from './network-category.ts';

type Answer = 'private' | undefined | Error;

/** @returns the network once it has settled, and how often Windows was asked */
async function settledAfter(...answers: Answer[]): Promise<{ network: PrivateNetwork; asked: number }> {
  let asked = 0;
  const network = new PrivateNetwork({
    luid: 1n,
    adapter: 'Causeway',
    makePrivate: async () => {
      const answer = answers[Math.min(asked++, answers.length - 1)];
      if (answer instanceof Error) throw answer;
      return answer;
    },
    wait: async () => undefined,
  });
  await network.settled;
  return { network, asked };
}

test('waits until Windows has noticed the network, and asks no more then', async () => {
  const { network, asked } = await settledAfter(undefined, undefined, 'private');
  expect(asked).toBe(3);
  expect(network.warning).toBeUndefined();
});

test('says so when it can not be made private', async () => {
  const refusal = new CausewayError('NETWORK_STAYS_PUBLIC', { adapter: 'Causeway', cause: 'it is refused' });
  const { network, asked } = await settledAfter(refusal);
  expect(asked).toBe(1);
  expect(network.warning?.message).toContain('it is refused');
  expect(network.warning?.remedy).toContain('-InterfaceAlias Causeway');
});

test('says so when Windows never notices it', async () => {
  const { network, asked } = await settledAfter(undefined);
  expect(asked).toBe(30);
  expect(network.warning?.code).toBe('NETWORK_STAYS_PUBLIC');
});

test('is quiet once the adapter is gone', async () => {
  const network = new PrivateNetwork({
    luid: 1n,
    adapter: 'Causeway',
    makePrivate: async () => {
      await Promise.resolve();
      network[Symbol.dispose]();
      throw new Error('there is no such interface');
    },
  });
  await network.settled;
  expect(network.warning).toBeUndefined();
});
