/**
 * The part of the catalogue for the path between a computer and its server, as `causeway diagnose` finds it. Taken
 * in by errors.ts, from which everybody has it.
 */
import type { CatalogueEntry } from './errors.ts';

export const PATH_ERRORS = {
  SERVER_NAME_UNKNOWN: {
    what: 'The server’s name {host} can not be looked up: {cause}.',
    remedy: 'Check the name servers of this computer (/etc/resolv.conf); connections that are open go on without them.',
    http: 502,
  },
  SERVER_PORT_CLOSED: {
    what: 'The computer at {server} answers, but nothing listens on that port.',
    remedy: 'The relay server is not running: start it (`systemctl start causeway-relay`), and look into its log.',
    http: 502,
  },
  SERVER_PORT_SILENT: {
    what: 'Packets to {server} vanish: there is neither an answer nor a refusal.',
    remedy:
      'A firewall on the way drops them, or the line is dead: check whether other servers answer, and have TCP out to that host and port let through.',
    http: 504,
  },
  SERVER_TURNS_AWAY: {
    what: 'The server at {server} closes new connections before anything was said: {cause}.',
    remedy:
      'It has as many connections as it may, or something on the way cuts them: run `causeway-relay check` on the server.',
    http: 503,
  },
  CAPTIVE_PORTAL: {
    what: 'This network answers in place of {server}: it leads to its own page at {page}.',
    remedy:
      'Open a browser and sign in to the network (a hotel, a train, a guest network); Causeway then connects by itself.',
    http: 511,
  },
  MTU_BLACK_HOLE: {
    what: 'Small packets to {server} arrive, large ones vanish without a word.',
    remedy:
      'Something on the way drops packets that are too large for it and says nothing: set a smaller MTU on this computer’s interface (`ip link set dev eth0 mtu 1280`), or have ICMP “fragmentation needed” let through.',
    http: 504,
  },
  PATH_SLOW: {
    what: 'The way to {server} is slow or loses packets: an answer takes {median} ms as a rule, and up to {worst} ms.',
    remedy: 'Look for a line that is full, a weak wireless link, or a proxy that delays; Causeway works, slowly.',
    http: 504,
  },
} as const satisfies Record<string, CatalogueEntry>;
