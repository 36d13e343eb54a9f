/**
 * The soak's program on a host: serves exchanges and datagrams, talks to those it is told, probes those it may
 * not reach. It knows nothing of Causeway, as the programs of users do not. Run with the path of the socket on
 * which the soak listens, and the host's name.
 *
 *     node traffic.ts SOCKET NAME
 */
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { Conversation } from './conversation.ts';
import { serveDatagrams } from './datagrams.ts';
import { serveExchanges } from './exchange.ts';
import { Lateness } from './lateness.ts';
import { probe } from './probing.ts';
import { Reach } from './reach.ts';
import { Tally } from './tally.ts';
import type { Order, Word } from './words.ts';

const [path = '', name = ''] = process.argv.slice(2);
const soak = connect(path);
soak.on('close', () => process.exit());
const tell = (word: Word) => void soak.write(`${JSON.stringify(word)}\n`);
const conversations = new Map<string, Conversation>();
const alive = () => Object.fromEntries([...conversations].map(([peer, { aliveAt }]) => [peer, aliveAt]));
const tally = new Tally(tell, alive);
const lateness = new Lateness();
const reach = new Reach(tell, () => lateness.ms);

await serveExchanges(reach, tally);
await serveDatagrams(reach, tally);
tell({ event: 'hello', name });
for await (const line of createInterface({ input: soak })) obey(JSON.parse(line) as Order);

function obey(order: Order): void {
  switch (order.do) {
    case 'begin':
      // Nor does anything come from itself: another's address would lead back.
      reach.begin(order.members, [...order.neverReach, name]);
      for (const peer of order.talkTo) {
        const conversation = new Conversation(peer, reach, tally, tell);
        conversations.set(peer, conversation);
        conversation.start();
      }
      void probe(order.neverReach, reach, tally);
      break;
    case 'deny':
      reach.deny(order.names, order.since);
      break;
    case 'allow':
      reach.allow(order.names);
      for (const peer of order.names) conversations.get(peer)?.allowed();
      break;
    case 'pause':
      for (const conversation of conversations.values()) conversation.pause();
      break;
    case 'resume':
      for (const conversation of conversations.values()) conversation.resume();
  }
}
