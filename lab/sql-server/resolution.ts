/**
 * The SQL Server Resolution Protocol as a server speaks it on UDP port 1434 ([MC-SQLR] §2.2): which
 * requests there are, and the bytes of their answers. Integers are little-endian. Pure; knows no sockets.
 *
 *     0x02                          CLNT_BCAST_EX     all instances; meant for a broadcast (§2.2.1)
 *     0x03                          CLNT_UCAST_EX     all instances (§2.2.2)
 *     0x04 NAME 0x00                CLNT_UCAST_INST   one instance (§2.2.3)
 *     0x0F 0x01 NAME 0x00           CLNT_UCAST_DAC    an instance's administrator port (§2.2.4)
 *     0x05 SIZE(2) DATA             SVR_RESP          SIZE is that of DATA (§2.2.5)
 *     0x05 0x0006 0x01 PORT(2)      SVR_RESP (DAC)    here SIZE is that of the whole (§2.2.6)
 */

export const RESOLUTION_PORT = 1434;

export interface Instance {
  readonly name: string;
  /** Digits and dots, such as 16.0.1000.6. */
  readonly version: string;
  readonly port: number;
  /** Where its dedicated administrator connection listens; null if it has none. */
  readonly administratorPort: number | null;
}

export type ResolutionRequest =
  | { readonly kind: 'all' }
  | { readonly kind: 'instance' | 'administrator'; readonly name: string };

const BROADCAST = 0x02;
const UNICAST = 0x03;
const ONE_INSTANCE = 0x04;
const ADMINISTRATOR = 0x0f;
const RESPONSE = 0x05;
const ADMINISTRATOR_VERSION = 0x01;
const ADMINISTRATOR_RESPONSE_BYTES = 6;
const NAME_MAX_BYTES = 32;
/** For one instance, and for all of them (§2.2.5). */
const ANSWER_MAX_BYTES = { instance: 1024, all: 65_535 } as const;

/** @returns null for whatever is not exactly one of the requests: a server ignores it (§3.2.5) */
export function parseRequest(datagram: Buffer): ResolutionRequest | null {
  const [type, version] = datagram;
  if (type === BROADCAST || type === UNICAST) return datagram.length === 1 ? { kind: 'all' } : null;
  if (type === ONE_INSTANCE) return named('instance', datagram.subarray(1));
  if (type === ADMINISTRATOR && version === ADMINISTRATOR_VERSION) return named('administrator', datagram.subarray(2));
  return null;
}

/** @returns null when there is nothing to say, which is then not said */
export function answerTo(request: ResolutionRequest, server: string, instances: readonly Instance[]): Buffer | null {
  if (request.kind === 'all') {
    return response(instances.map((instance) => describe(server, instance)).join(''), ANSWER_MAX_BYTES.all);
  }
  // Names of instances are the same in either case.
  const found = instances.find(({ name }) => name.toUpperCase() === request.name.toUpperCase());
  if (found === undefined) return null;
  if (request.kind === 'instance') return response(describe(server, found), ANSWER_MAX_BYTES.instance);
  if (found.administratorPort === null) return null;
  const answer = Buffer.from([RESPONSE, ADMINISTRATOR_RESPONSE_BYTES, 0, ADMINISTRATOR_VERSION, 0, 0]);
  answer.writeUInt16LE(found.administratorPort, 4);
  return answer;
}

/** A name and its closing zero, nothing after it. Names are kept to ASCII, whose bytes are the same in every code page. */
function named(kind: 'instance' | 'administrator', bytes: Buffer): ResolutionRequest | null {
  const name = bytes.subarray(0, -1).toString('latin1');
  const closed = bytes.at(-1) === 0;
  if (!closed || name.length > NAME_MAX_BYTES || !/^[A-Za-z_#][\w$#]*$/.test(name)) return null;
  return { kind, name };
}

function describe(server: string, { name, version, port }: Instance): string {
  return `ServerName;${server};InstanceName;${name};IsClustered;No;Version;${version};tcp;${port};;`;
}

function response(data: string, maxBytes: number): Buffer | null {
  const body = Buffer.from(data, 'latin1');
  if (body.length === 0 || body.length > maxBytes) return null;
  const head = Buffer.from([RESPONSE, 0, 0]);
  head.writeUInt16LE(body.length, 1);
  return Buffer.concat([head, body]);
}
