/**
 * Machines that are idle: activated by the real protocol, with the two connections that an agent keeps,
 * and nothing else of an agent.
 */
import { activateMachine } from '#relay-server/loopback-machine.fixture.ts';
import { openWithTicket } from './causeway-link.ts';
import type { AgentServer } from './jobs.ts';

/** A connection of which only its end is of interest. */
export interface Closing {
  once(event: 'close', listener: () => void): unknown;
}

/** @returns the two connections of one machine */
export async function startAgent({ address, port, token, from }: AgentServer, machine: number): Promise<Closing[]> {
  const source = from[machine % from.length];
  const { connection } = await activateMachine(`https://${address}:${port}`, token, `m${machine}`, undefined, source);
  const { ticket } = await connection.request('relayTicket', {});
  const { socket } = await openWithTicket({ address, port }, ticket, () => undefined);
  const control: Closing = { once: (_, listener) => connection.closed.then(listener, listener) };
  return [socket, control];
}
