/**
 * What people type for ports: `--forward 1433:sql01:1433`, `--forward udp/1434:sql01:1434`, `--expose 8080`,
 * `--expose 80:8080`. Pure: text in, numbers and names out.
 */
import { CausewayError } from '#protocol/errors.ts';
import type { Target } from './dial.ts';

export type Transport = 'tcp' | 'udp';

/** From a port of localhost to a machine of the network. */
export interface Forward {
  readonly transport: Transport;
  readonly port: number;
  readonly to: Target;
}

/** From a port of this machine in the network to a server on localhost. */
export interface Exposure {
  readonly transport: Transport;
  readonly port: number;
  readonly localPort: number;
}

const TRANSPORT = '(?:(?<transport>tcp|udp)/)?';
const FORWARD = new RegExp(
  `^${TRANSPORT}(?<port>\\d{1,5}):(?<host>\\[[0-9a-fA-F:]+\\]|[^:\\s/]+):(?<toPort>\\d{1,5})$`,
);
const EXPOSURE = new RegExp(`^${TRANSPORT}(?<port>\\d{1,5})(?::(?<localPort>\\d{1,5}))?$`);

/** @throws CausewayError USAGE */
export function parseForward(text: string): Forward {
  const { transport, port, host, toPort } = FORWARD.exec(text)?.groups ?? {};
  const [from, to] = [portOf(port), portOf(toPort)];
  if (from === undefined || to === undefined || host === undefined) {
    throw new CausewayError('USAGE', {
      issue: `--forward ${text}: it takes [udp/]PORT:NAME:PORT, for example 1433:sql01:1433.`,
    });
  }
  return { transport: transport === 'udp' ? 'udp' : 'tcp', port: from, to: { host, port: to } };
}

/** @throws CausewayError USAGE */
export function parseExposure(text: string): Exposure {
  const { transport, port, localPort = port } = EXPOSURE.exec(text)?.groups ?? {};
  const [from, to] = [portOf(port), portOf(localPort)];
  if (from === undefined || to === undefined) {
    throw new CausewayError('USAGE', {
      issue: `--expose ${text}: it takes [udp/]PORT or [udp/]PORT:LOCAL-PORT, for example 8080 or 80:8080.`,
    });
  }
  return { transport: transport === 'udp' ? 'udp' : 'tcp', port: from, localPort: to };
}

/** @returns undefined for `off` @throws CausewayError USAGE */
export function parseProxyPort(text: string): number | undefined {
  if (text === 'off') return undefined;
  const port = /^\d{1,5}$/.test(text) ? portOf(text) : undefined;
  if (port === undefined) throw new CausewayError('USAGE', { issue: `--proxy ${text}: it takes a port, or off.` });
  return port;
}

function portOf(text: string | undefined): number | undefined {
  const port = Number(text);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}
