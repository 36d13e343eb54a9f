/** A D-Bus system bus of a host's own, for systemd-resolved and NetworkManager; everybody on it may do everything. */
import { until } from '../causeway.ts';
import type { Host } from '../hosts/host.ts';

const SOCKET = '/run/dbus/system_bus_socket';
const CONFIGURATION = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path=${SOCKET}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/><allow user="*"/></policy></busconfig>
`;

export async function startBus(host: Host): Promise<void> {
  await host.write('/run/dbus/system.conf', CONFIGURATION);
  const bus = host.spawn('bus', ['dbus-daemon', '--config-file=/run/dbus/system.conf', '--nofork', '--nopidfile']);
  await appears(host, SOCKET, () => bus.tail());
}

/** Waits until a file is there. */
export async function appears(host: Host, path: string, log: () => string): Promise<void> {
  await until(
    async () => (await host.run(['test', '-e', path])).code === 0,
    15_000,
    () => `${host.name}: ${path} did not appear\n${log()}`,
  );
}
