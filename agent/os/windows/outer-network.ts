/**
 * How a computer with Windows is connected to others, as the system tells it at this moment.
 */
import { aliasOf, listRoutes } from '#native/windows/ip-helper.ts';
import type { OuterNetwork } from '../../surroundings.ts';
import { outerNetworkByRanges } from '../outer-network.ts';

/** @param ours addresses of our own adapter, which is left out */
export function windowsOuterNetwork(ours: readonly string[]): OuterNetwork {
  const routes = listRoutes().flatMap(({ luid, destination, nextHop, metric }) => {
    const device = nameOf(luid);
    return device === undefined ? [] : [{ destination, device, text: `${destination} ${nextHop} ${metric}` }];
  });
  return outerNetworkByRanges(routes, ours);
}

/** An interface that went in between has no name any more, and leads nowhere. */
function nameOf(luid: Parameters<typeof aliasOf>[0]): string | undefined {
  try {
    return aliasOf(luid);
  } catch {
    return undefined;
  }
}
