import type { Endpoint } from '../../../environment/network.ts';

/*
 * A capture file (pcap, https://www.tcpdump.org/manpages/pcap-savefile.5.txt) of exchanges that were recorded at their ends:
 * the bytes are those that were sent, the packets around them are made here.
 */

const magic = 0xa1b2c3d4;
const linkTypeEthernet = 1;
const ethernetBytes = 14;
const ipBytes = 20;
const tcpBytes = 20;
const udpBytes = 8;
const frameBytesMax = 262_144;
/** As on a network with jumbo frames: large records take several. */
const segmentBytesMax = 8_000;
const protocols = { tcp: 6, udp: 17 } as const;
const flags = { fin: 0x01, syn: 0x02, push: 0x08, ack: 0x10 } as const;

type Side = 'client' | 'server';

/** One connection, with a handshake before its first bytes. Acknowledgements come with the other side's segments. */
export class CapturedStream {
  readonly #capture: Capture;
  readonly #ends: Readonly<Record<Side, Endpoint>>;
  readonly #next: Record<Side, number> = { client: 1_000, server: 2_000 };

  constructor(capture: Capture, client: Endpoint, server: Endpoint) {
    this.#capture = capture;
    this.#ends = { client, server };
    this.#segment('client', flags.syn, Buffer.alloc(0));
    this.#segment('server', flags.syn | flags.ack, Buffer.alloc(0));
    this.#segment('client', flags.ack, Buffer.alloc(0));
  }

  sent(from: Side, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += segmentBytesMax) {
      const piece = Buffer.from(bytes.subarray(at, at + segmentBytesMax));
      this.#segment(from, flags.push | flags.ack, piece);
    }
  }

  ended(from: Side): void {
    this.#segment(from, flags.fin | flags.ack, Buffer.alloc(0));
  }

  #segment(from: Side, bits: number, payload: Buffer): void {
    const to = from === 'client' ? 'server' : 'client';
    const header = Buffer.alloc(tcpBytes);
    header.writeUInt16BE(this.#ends[from].port, 0);
    header.writeUInt16BE(this.#ends[to].port, 2);
    header.writeUInt32BE(this.#next[from], 4);
    header.writeUInt32BE((bits & flags.ack) === 0 ? 0 : this.#next[to], 8);
    header.writeUInt8((tcpBytes / 4) << 4, 12);
    header.writeUInt8(bits, 13);
    header.writeUInt16BE(0xffff, 14);
    this.#capture.packet('tcp', header, 16, payload);
    this.#next[from] += payload.length + ((bits & (flags.syn | flags.fin)) === 0 ? 0 : 1);
  }
}

export class Capture {
  readonly #chunks: Buffer[] = [];
  #packets = 0;

  constructor() {
    const header = Buffer.alloc(24);
    header.writeUInt32BE(magic, 0);
    header.writeUInt16BE(2, 4);
    header.writeUInt16BE(4, 6);
    header.writeUInt32BE(frameBytesMax, 16);
    header.writeUInt32BE(linkTypeEthernet, 20);
    this.#chunks.push(header);
  }

  stream(client: Endpoint, server: Endpoint): CapturedStream {
    return new CapturedStream(this, client, server);
  }

  datagram(from: Endpoint, to: Endpoint, payload: Buffer): void {
    const header = Buffer.alloc(udpBytes);
    header.writeUInt16BE(from.port, 0);
    header.writeUInt16BE(to.port, 2);
    header.writeUInt16BE(udpBytes + payload.length, 4);
    this.packet('udp', header, 6, payload);
  }

  /** All on one machine, whatever it is called. `checksumAt`: where in the header its checksum belongs. */
  packet(
    protocol: keyof typeof protocols,
    header: Buffer,
    checksumAt: number,
    payload: Buffer,
  ): void {
    const address = Buffer.from([127, 0, 0, 1]);
    const length = header.length + payload.length;
    const pseudo = Buffer.alloc(4);
    pseudo.writeUInt8(protocols[protocol], 1);
    pseudo.writeUInt16BE(length, 2);
    header.writeUInt16BE(checksum([address, address, pseudo, header, payload]), checksumAt);
    const ip = Buffer.alloc(ipBytes);
    ip.writeUInt8(0x45, 0);
    ip.writeUInt16BE(ipBytes + length, 2);
    ip.writeUInt16BE(this.#packets & 0xffff, 4);
    ip.writeUInt8(64, 8);
    ip.writeUInt8(protocols[protocol], 9);
    address.copy(ip, 12);
    address.copy(ip, 16);
    ip.writeUInt16BE(checksum([ip]), 10);
    const ethernet = Buffer.alloc(ethernetBytes);
    ethernet.writeUInt16BE(0x0800, 12);
    this.#frame([ethernet, ip, header, payload]);
  }

  file(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  #frame(parts: readonly Buffer[]): void {
    this.#packets += 1;
    const frame = Buffer.concat(parts);
    const header = Buffer.alloc(16);
    header.writeUInt32BE(1_000_000_000 + Math.floor(this.#packets / 1_000), 0);
    header.writeUInt32BE((this.#packets % 1_000) * 1_000, 4);
    header.writeUInt32BE(frame.length, 8);
    header.writeUInt32BE(frame.length, 12);
    this.#chunks.push(header, frame);
  }
}

/** RFC 1071. The parts before the last have an even length. */
function checksum(parts: readonly Buffer[]): number {
  let sum = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length; at += 2) {
      sum += at + 1 < part.length ? part.readUInt16BE(at) : part.readUInt8(at) << 8;
    }
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}
