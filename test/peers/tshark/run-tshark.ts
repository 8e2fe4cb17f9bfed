import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What is asked of each frame. A frame with several messages has several values. */
const fields = [
  'frame.number',
  'frame.protocols',
  'rpc.xid',
  'rpc.program',
  'rpc.auth.flavor',
  'tcp.len',
  'tcp.reassembled_in',
  '_ws.malformed',
  '_ws.expert.message',
  '_ws.col.Info',
] as const;

/** Off by default. PA's own program is one that Wireshark does not know. */
const preferences = [
  ...['ip.check_checksum', 'tcp.check_checksum', 'udp.check_checksum'],
  'rpc.dissect_unknown_programs',
];

export type Frame = Readonly<Record<(typeof fields)[number], string>>;

const outputBytesMax = 64 * 1024 * 1024;

export function isTsharkInstalled(): boolean {
  return spawnSync('tshark', ['--version'], { stdio: 'ignore' }).status === 0;
}

/** What tshark makes of a capture file. What goes to or from the ports is Sun RPC, whatever it looks like. */
export function dissect(file: Buffer, ports: readonly number[]): Frame[] {
  const folder = mkdtempSync(join(tmpdir(), 'fuga-tshark-'));
  try {
    const path = join(folder, 'capture.pcap');
    writeFileSync(path, file);
    const decodeAs = ports.flatMap((port) => [
      ...['-d', `tcp.port==${port},rpc`],
      ...['-d', `udp.port==${port},rpc`],
    ]);
    const wishes = preferences.flatMap((preference) => ['-o', `${preference}:TRUE`]);
    // In two passes: only then is a segment told where its record ends.
    const words = ['-2', '-r', path, ...decodeAs, ...wishes, '-T', 'fields', '-E', 'separator=\t'];
    const output = execFileSync('tshark', [...words, ...fields.flatMap((field) => ['-e', field])], {
      encoding: 'latin1',
      maxBuffer: outputBytesMax,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return output
      .split('\n')
      .filter((line) => line !== '')
      .map(frameOf);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function frameOf(line: string): Frame {
  const values = line.split('\t');
  return Object.fromEntries(fields.map((field, at) => [field, values[at] ?? ''])) as Frame;
}
