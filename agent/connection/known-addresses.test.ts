import type { LookupAddress } from 'node:dns';
import { describe, expect, test } from 'vitest';
import { KnownAddresses } from './known-addresses.ts';

type Answer = (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => void;

function looking(resolver: (answer: Answer) => void): { known: KnownAddresses; look: () => Promise<unknown> } {
  const ask = ((_name: string, _options: object, answer: Answer) => resolver(answer)) as never;
  const known = new KnownAddresses(ask);
  const look = () =>
    new Promise((resolve, reject) => {
      known.lookup('relay.lab', { all: true }, (error, found) => (error === null ? resolve(found) : reject(error)));
    });
  return { known, look };
}

const FROM_DNS = [{ address: '198.18.0.10', family: 4 }];
const KNOWN = [{ address: '198.18.0.9', family: 4 }];
const failure = Object.assign(new Error('no answer'), { code: 'EAI_AGAIN' });

describe('where a server is', () => {
  test('is what the system says, also when it was elsewhere before', async () => {
    const { known, look } = looking((answer) => answer(null, FROM_DNS));
    known.learn('relay.lab', '198.18.0.9');
    expect(await look()).toEqual(FROM_DNS);
  });

  test('is where it was when the system can not say', async () => {
    const { known, look } = looking((answer) => answer(failure, []));
    await expect(look()).rejects.toBe(failure);
    known.learn('relay.lab', '198.18.0.9');
    expect(await look()).toEqual(KNOWN);
  });

  test('is where it was when the system does not say soon; a late answer changes nothing', async () => {
    let late: Answer = () => undefined;
    const { known, look } = looking((answer) => {
      late = answer;
    });
    known.learn('relay.lab', '198.18.0.9');
    expect(await look()).toEqual(KNOWN);
    late(null, FROM_DNS);
  });

  test('is told as one address to who asks for one', () => {
    const known = new KnownAddresses(((_name: string, _options: object, answer: Answer) =>
      answer(null, FROM_DNS)) as never);
    known.lookup('relay.lab', {}, (error, address, family) =>
      expect([error, address, family]).toEqual([null, '198.18.0.10', 4]),
    );
  });
});
