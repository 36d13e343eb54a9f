/** Ports of localhost that lead to machines of the network, TCP and UDP. */
import { addressForUdp, type DialFailure, dial, type Network, type Target } from './dial.ts';
import { listenLocally, receiveLocally } from './local-listener.ts';
import type { Forward } from './mappings.ts';
import { splice } from './splice.ts';
import { UdpFlows } from './udp-flows.ts';

interface ForwardingOptions {
  readonly network: () => Network | undefined;
  /** A connection could not be made. */
  readonly onFailure: (target: Target, failure: DialFailure) => void;
}

/** @throws CausewayError LOCAL_PORT_IN_USE, LOCAL_PORT_FORBIDDEN */
export function startForward(forward: Forward, options: ForwardingOptions): Promise<AsyncDisposable> {
  return forward.transport === 'tcp' ? forwardTcp(forward, options) : forwardUdp(forward, options);
}

function forwardTcp({ port, to }: Forward, { network, onFailure }: ForwardingOptions): Promise<AsyncDisposable> {
  return listenLocally(port, (socket) => {
    const gone = new AbortController();
    socket.on('error', () => undefined);
    socket.once('close', () => gone.abort());
    void dial(network(), to, gone.signal).then((connection) => {
      if (typeof connection !== 'string') return splice(connection, socket);
      onFailure(to, connection);
      // As near to a refusal as it comes once somebody is connected.
      socket.resetAndDestroy();
    });
  });
}

async function forwardUdp({ port, to }: Forward, { network }: ForwardingOptions): Promise<AsyncDisposable> {
  const answers = new Map<string, (bytes: Buffer) => void>();
  const flows = new UdpFlows((sender) => {
    const socket = network()?.stack.openUdp(0, (bytes) => {
      flows.use(sender);
      answers.get(sender)?.(bytes);
    });
    if (socket === undefined) return undefined;
    return {
      send: (bytes: Buffer, address: string) => socket.send(bytes, address, to.port),
      [Symbol.dispose]: () => {
        answers.delete(sender);
        socket[Symbol.dispose]();
      },
    };
  });
  const local = await receiveLocally(port, (bytes, sender, answer) => {
    const lookup = network()?.lookup;
    if (lookup === undefined) return;
    void addressForUdp(to.host, lookup).then((address) => {
      const flow = address === undefined ? undefined : flows.use(sender);
      if (flow === undefined || address === undefined) return;
      answers.set(sender, answer);
      flow.send(bytes, address);
    });
  });
  return {
    async [Symbol.asyncDispose]() {
      await local[Symbol.asyncDispose]();
      flows[Symbol.dispose]();
    },
  };
}
