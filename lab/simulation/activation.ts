/**
 * Gets machines activated before a simulation begins: by the control plane's own session and a real token,
 * without a network between.
 */

import type { Activation } from '#agent/state/activation-file.ts';
import type { ServerMessage } from '#protocol/control-messages.ts';
import { decodeToken } from '#protocol/token.ts';
import { createToken } from '#relay-server/control/administration/tokens.ts';
import { activationBy } from '#relay-server/loopback-machine.fixture.ts';
import type { SimulatedIdentity } from './simulated-identity.ts';
import type { SimulatedServer } from './simulated-server.ts';

export interface Arrival {
  readonly subscription: string;
  readonly name: string;
  readonly group: string | null;
  readonly role: string | null;
  readonly identity: SimulatedIdentity;
}

/** What the machine's agent would have stored. */
export async function activateOn(server: SimulatedServer, arrival: Arrival): Promise<Activation> {
  const { subscription, name, group, role, identity } = arrival;
  const home = server.control.context.directory.find(subscription);
  const wish = { description: '', expiresAt: null, uses: null, group, role };
  const { text } = await createToken(server.administration, home, wish);
  const messages: ServerMessage[] = [];
  const session = server.control.open({
    address: '10.0.0.1',
    send: (message) => messages.push(message),
    close: () => {},
  });
  const [challenge] = messages;
  if (challenge?.type !== 'challenge') throw new Error('the server did not begin with a challenge');
  const token = decodeToken(text);
  const params = activationBy(challenge, token, identity.keys, name);
  await session.receive(JSON.stringify({ type: 'request', id: 1, method: 'activate', params }));
  server.control.closed(session);
  const answer = messages.find((message) => message.type === 'response');
  if (!answer?.ok) throw new Error(`${name} was not activated`);
  const { self, grantKey } = answer.result as Pick<Activation, 'self' | 'grantKey'>;
  return { server: token.server, pin: token.pin, grantKey, self, wanted: 'up' };
}
