/**
 * Tries again and again to reach those whom policy denies, by each of their addresses, over TCP and by datagram.
 * Whatever comes about is a leak.
 */

import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Sender } from './datagrams.ts';
import { PORT } from './exchange.ts';
import type { Reach } from './reach.ts';
import type { Tally } from './tally.ts';

const EVERY_MS = 2_000;
const PATIENCE_MS = 1_500;
const DATAGRAM_BYTES = 64;

/** For ever, one after the other. @param never names */
export async function probe(never: readonly string[], reach: Reach, tally: Tally): Promise<void> {
  const senders = new Map(
    never.map((name) => [
      name,
      new Sender(randomBytes(8), name, tally, () => reach.came(name, 'an answer to a probe')),
    ]),
  );
  for (;;) {
    for (const [name, sender] of senders) {
      const { ipv4, ipv6 } = reach.member(name);
      for (const address of [ipv4, ipv6]) {
        sender.send(address === ipv4 ? `::ffff:${ipv4}` : ipv6, DATAGRAM_BYTES);
        const connection = await connects(address);
        if (connection !== null) reach.came(name, connection);
        tally.add({ probes: 1 });
        await sleep(EVERY_MS * (0.5 + Math.random()));
      }
    }
    if (senders.size === 0) return;
  }
}

/** What came about, in words that say between which ends; null for nothing. */
function connects(address: string): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: PORT });
    const end = (answer: string | null) => {
      clearTimeout(late);
      socket.destroy();
      resolve(answer);
    };
    const late = setTimeout(() => end(null), PATIENCE_MS);
    socket.once('connect', () => {
      const { localAddress, localPort, remoteAddress, remotePort } = socket;
      // Linux now and then wakes whoever waits for a connection that was refused before it says that it was; Node
      // then takes it for made. One that is made has another end.
      if (remoteAddress === undefined) end(null);
      else end(`a TCP connection to ${address} (${localAddress}:${localPort} to ${remoteAddress}:${remotePort})`);
    });
    socket.once('error', () => end(null));
  });
}
