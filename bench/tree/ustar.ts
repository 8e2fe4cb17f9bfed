import type { Readable } from 'node:stream';

// POSIX.1-2017 pax, "ustar Interchange Format": as much of it as a tree of small files needs.

const blockBytes = 512;
const field = { name: 0, mode: 100, size: 124, checksum: 148, type: 156, magic: 257, prefix: 345 };
const fieldBytes = { name: 100, size: 12, checksum: 8, prefix: 155 };

export interface ArchiveEntry {
  readonly name: string;
  readonly isDirectory: boolean;
  readonly data: Buffer;
}

/** The entries of an archive in order; others than files and directories are passed over. */
export async function* readEntries(archive: Readable): AsyncGenerator<ArchiveEntry> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of archive) {
    rest = rest.length === 0 ? (piece as Buffer) : Buffer.concat([rest, piece as Buffer]);
    let at = 0;
    while (rest.length - at >= blockBytes) {
      const header = rest.subarray(at, at + blockBytes);
      // Two blocks of zeros end an archive.
      if (header[0] === 0) return;
      const sizeBytes = Number.parseInt(textAt(header, field.size, fieldBytes.size), 8);
      const end = at + blockBytes + sizeBytes;
      if (rest.length < end + (-sizeBytes & (blockBytes - 1))) break;
      const type = String.fromCharCode(header[field.type] ?? 0);
      const prefix = textAt(header, field.prefix, fieldBytes.prefix);
      const name = textAt(header, field.name, fieldBytes.name);
      const data = Buffer.from(rest.subarray(at + blockBytes, end));
      if (type === '0' || type === '5') {
        yield { name: prefix === '' ? name : `${prefix}/${name}`, isDirectory: type === '5', data };
      }
      at = end + (-sizeBytes & (blockBytes - 1));
    }
    rest = rest.subarray(at);
  }
}

/** The blocks of a file. */
export function blocksOf(path: string, data: Buffer): Buffer[] {
  const header = Buffer.alloc(blockBytes);
  const cut =
    path.length <= fieldBytes.name ? -1 : path.indexOf('/', path.length - fieldBytes.name - 1);
  header.write(path.slice(cut + 1), field.name, 'latin1');
  if (cut > 0) header.write(path.slice(0, cut), field.prefix, 'latin1');
  header.write('0000644\0', field.mode);
  header.write(`${data.length.toString(8).padStart(fieldBytes.size - 1, '0')}\0`, field.size);
  header.write('0', field.type);
  header.write('ustar\x0000', field.magic);
  // The checksum is made as if its own field were blanks.
  header.fill(' ', field.checksum, field.checksum + fieldBytes.checksum);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, field.checksum);
  return [header, data, Buffer.alloc(-data.length & (blockBytes - 1))];
}

function textAt(header: Buffer, at: number, bytes: number): string {
  const found = header.subarray(at, at + bytes);
  const end = found.indexOf(0);
  return found.toString('latin1', 0, end < 0 ? bytes : end).trim();
}
