/**
 * What networks do to connections: silence, another's page, packets that vanish by their size, delay and loss, and no
 * name server. The laptop's router does each.
 */
import { fileURLToPath } from 'node:url';
import { type Fault, FaultLab } from '../faults/fault-lab.ts';
import { keepRows } from '../faults/fault-table.ts';
import { ROAMING_LAB } from '../hosts/description.ts';
import type { Host, Program } from '../hosts/host.ts';
import type { Scenario } from './story.ts';

const RELAY = '198.18.0.10';
const LAPTOP = '192.168.1.10';
const CAPTIVE_PORTS = { http: 8080, https: 8443 } as const;
const SLOW_PORT = 8444;
const program = (name: string) => fileURLToPath(new URL(`../faults/${name}.ts`, import.meta.url));

export const faultsNetwork: Scenario = {
  name: 'faults-network',
  shows: 'silent firewalls, captive portals, black holes, loss and delay, no DNS: each named, and nothing lost',
  needs: ['openssl'],
  lab: ROAMING_LAB,
  async tell(story) {
    const lab = await FaultLab.start(story);
    const router = story.lab.host('branch');
    for (const fault of [
      halfOpen(router),
      noNameServer(router, lab),
      captivePortal(router),
      blackHole(router),
      slowPath(router),
    ]) {
      await lab.suffer(fault);
    }
    keepRows('faults-network', lab.rows);
  },
};

/** Rules of its own in the router, which go as one. */
async function rules(router: Host, text: string): Promise<void> {
  await router.must(['nft', '-f', '-'], { input: `table ip fault {\n${text}\n}` });
}

async function withoutRules(router: Host): Promise<void> {
  await router.must(['nft', 'delete', 'table', 'ip', 'fault']);
}

function halfOpen(router: Host): Fault {
  return {
    name: 'half-open TCP: a firewall drops everything silently',
    inject: () =>
      rules(
        router,
        `chain forward { type filter hook forward priority -10; ip saddr ${RELAY} drop; ip daddr ${RELAY} drop; }`,
      ),
    heal: () => withoutRules(router),
    named: { by: 'agent', codes: ['SERVER_PORT_SILENT'] },
  };
}

function noNameServer(router: Host, { laptop }: FaultLab): Fault {
  return {
    name: 'the name server is dead',
    inject: () =>
      rules(router, 'chain input { type filter hook input priority -10; udp dport 53 drop; tcp dport 53 drop; }'),
    heal: () => withoutRules(router),
    named: { by: 'agent', codes: ['SERVER_NAME_UNKNOWN'] },
    meanwhile: async () => {
      const { summary } = await laptop.status();
      return `${summary}: open connections need no name, and new ones use the address that is known`;
    },
  };
}

function captivePortal(router: Host): Fault {
  let portal: Program | undefined;
  return {
    name: 'a captive portal answers in the server’s place',
    inject: async () => {
      await router.must([
        'openssl',
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-days',
        '2',
        '-subj',
        '/CN=hotel.example',
        '-keyout',
        '/run/portal.key',
        '-out',
        '/run/portal.crt',
      ]);
      const { http, https } = CAPTIVE_PORTS;
      portal = router.spawn('portal', [process.execPath, program('captive-portal'), String(http), String(https)]);
      await portal.prints(/ready/);
      await rules(
        router,
        `chain lead { type nat hook prerouting priority -110;
           ip saddr ${LAPTOP} tcp dport 80 redirect to :${http}
           ip saddr ${LAPTOP} tcp dport 443 redirect to :${https}; }
         chain forward { type filter hook forward priority -10; ip saddr ${LAPTOP} tcp dport 443 reject with tcp reset; }`,
      );
    },
    heal: async () => {
      await withoutRules(router);
      await portal?.end('SIGKILL');
    },
    named: { by: 'agent', codes: ['CAPTIVE_PORTAL'] },
  };
}

function blackHole(router: Host): Fault {
  return {
    name: 'an MTU black hole: packets over 1,000 bytes vanish',
    inject: async () => {
      await rules(
        router,
        `chain forward { type filter hook forward priority -10;
           ip saddr ${LAPTOP} ip daddr ${RELAY} ip length > 1000 drop
           ip saddr ${RELAY} ip length > 1000 drop; }`,
      );
      // What was open before and only says little goes on; a new connection is what shows it.
      await cutOnce(router);
    },
    heal: () => withoutRules(router),
    named: { by: 'agent', codes: ['MTU_BLACK_HOLE'] },
  };
}

/** Ends the connections that are open now, as a router does that loses its table. */
async function cutOnce(router: Host): Promise<void> {
  const table = `table ip cutting { chain forward { type filter hook forward priority -20; ip saddr ${LAPTOP} tcp dport 443 reject with tcp reset; }; }`;
  await router.must(['nft', '-f', '-'], { input: table });
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await router.must(['nft', 'delete', 'table', 'ip', 'cutting']);
}

function slowPath(router: Host): Fault {
  let proxy: Program | undefined;
  return {
    name: 'loss and delay on the way: 400 ms each way, and stalls of 2 s',
    inject: async () => {
      proxy = router.spawn('slow-path', [process.execPath, program('slow-path'), String(SLOW_PORT), RELAY]);
      await proxy.prints(/ready/);
      await rules(
        router,
        `chain lead { type nat hook prerouting priority -110; ip saddr ${LAPTOP} tcp dport 443 redirect to :${SLOW_PORT}; }`,
      );
      await cutOnce(router);
    },
    heal: async () => {
      await withoutRules(router);
      await proxy?.end('SIGKILL');
    },
    named: { by: 'agent', codes: ['PATH_SLOW'] },
    meanwhile: async () => 'connected, slowly',
  };
}
