/**
 * Records every packet of an interface in a pcap file, sent and received, whole. A program for the lab's
 * hosts; needs no privilege that the enclosure does not give (tcpdump wants to become another user,
 * which a namespace made without root does not have).
 *
 *     node packet-socket.ts INTERFACE FILE       until SIGTERM; prints `ready`, then {packets, dropped}
 */
import { createWriteStream, readFileSync } from 'node:fs';
import koffi from 'koffi';
import { pcapHeader, pcapRecord } from './pcap.ts';

const AF_PACKET = 17;
const SOCK_RAW = 3;
const ETH_P_ALL = 0x0003;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_RCVBUFFORCE = 33;
const SOL_PACKET = 263;
const PACKET_STATISTICS = 6;
const MSG_DONTWAIT = 0x40;
const PACKET_MAX_BYTES = 66_000;
const BUFFER_BYTES = 64 * 1024 * 1024;

const libc = koffi.load(null);
const openSocket = libc.func('int socket(int domain, int type, int protocol)');
const bind = libc.func('int bind(int fd, const uint8_t *address, uint32_t length)');
const receive = libc.func('int64_t recv(int fd, _Out_ uint8_t *buffer, size_t length, int flags)');
const setOption = libc.func('int setsockopt(int fd, int level, int name, const uint8_t *value, uint32_t length)');
const getOption = libc.func(
  'int getsockopt(int fd, int level, int name, _Out_ uint8_t *value, _Inout_ uint32_t *length)',
);

const [interfaceName = '', file = ''] = process.argv.slice(2);
const descriptor: number = openSocket(AF_PACKET, SOCK_RAW, networkOrder(ETH_P_ALL));
if (descriptor < 0) throw new Error('a packet socket can not be opened here');
const size = Buffer.alloc(4);
size.writeInt32LE(BUFFER_BYTES);
if (setOption(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, size, 4) !== 0)
  setOption(descriptor, SOL_SOCKET, SO_RCVBUF, size, 4);
if (bind(descriptor, linkAddress(interfaceName), 20) !== 0) throw new Error(`no interface ${interfaceName}`);

const output = createWriteStream(file);
output.write(pcapHeader());
const buffer = Buffer.alloc(PACKET_MAX_BYTES);
let packets = 0;
const timer = setInterval(drain, 2);
process.on('SIGTERM', () => {
  drain();
  clearInterval(timer);
  const counters = Buffer.alloc(8);
  getOption(descriptor, SOL_PACKET, PACKET_STATISTICS, counters, [8]);
  const dropped = counters.readUInt32LE(4);
  output.end(() => process.stdout.write(`${JSON.stringify({ packets, dropped })}\n`));
});
process.stdout.write('ready\n');

function drain(): void {
  for (;;) {
    const length = Number(receive(descriptor, buffer, buffer.length, MSG_DONTWAIT));
    if (length <= 0) return;
    packets++;
    output.write(pcapRecord(buffer.subarray(0, length), Date.now()));
  }
}

/** struct sockaddr_ll (packet(7)): family(2) protocol(2, network order) ifindex(4) hatype(2) pkttype(1) halen(1) addr(8). */
function linkAddress(name: string): Buffer {
  const address = Buffer.alloc(20);
  address.writeUInt16LE(AF_PACKET, 0);
  address.writeUInt16BE(ETH_P_ALL, 2);
  address.writeInt32LE(Number(readFileSync(`/sys/class/net/${name}/ifindex`, 'utf8')), 4);
  return address;
}

function networkOrder(value: number): number {
  return ((value & 0xff) << 8) | (value >>> 8);
}
