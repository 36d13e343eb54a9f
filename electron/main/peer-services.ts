/** What a peer offers that a person opens: found by knocking at the port, on its address in the network. */
import { connect } from 'node:net';
import type { PeerService } from '../ipc/schema.ts';

const PORTS: Readonly<Record<PeerService, number>> = { ssh: 22, rdp: 3389, http: 80, https: 443 };
/** Through a relay on another continent. */
const PATIENCE_MS = 1_500;

/** @param address of the peer in the network */
export async function servicesOf(address: string): Promise<PeerService[]> {
  const services = Object.keys(PORTS) as PeerService[];
  const answers = await Promise.all(services.map((service) => answersOn(address, PORTS[service])));
  return services.filter((_, index) => answers[index]);
}

/** The address that opens a service in the program that the desktop has for it. */
export function serviceAddress(fullName: string, service: PeerService): string {
  return service === 'rdp' ? `rdp://full%20address=s:${fullName}` : `${service}://${fullName}`;
}

function answersOn(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: PATIENCE_MS });
    const settle = (answers: boolean) => {
      socket.destroy();
      resolve(answers);
    };
    socket.once('connect', () => settle(true));
    socket.once('timeout', () => settle(false));
    socket.once('error', () => settle(false));
  });
}
