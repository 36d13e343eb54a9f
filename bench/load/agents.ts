/**
 * Machines that are idle: activated by the real protocol, with the two connections that an agent keeps,
 * and nothing else of an agent.
 */
import { activateMachine } from '#relay-server/loopback-machine.ts';
import { openWithTicket } from './causeway-link.ts';
import type { AgentServer } from './jobs.ts';

/** @returns the connections of one machine; `close` of each is of interest */
export async function startAgents(
  { address, port, token, from }: AgentServer,
  machine: number,
): Promise<{ once(event: 'close', listener: () => void): unknown }[]> {
  const source = from[machine % from.length];
  const { connection } = await activateMachine(`https://${address}:${port}`, token, `m${machine}`, undefined, source);
  const { ticket } = await connection.request('relayTicket', {});
  const { socket } = await openWithTicket({ address, port }, ticket, () => undefined);
  const control = { once: (_: 'close', listener: () => void) => connection.closed.then(listener, listener) };
  return [socket, control];
}
