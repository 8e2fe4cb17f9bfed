/**
 * A file name or path as the protocol carries it: one character, U+0000 to U+00FF, for each byte. Names are bytes, not
 * text: one that is not UTF-8 can be listed, opened and removed like any other.
 */
export type ByteString = string;

/** A path or name as programs give it: text is UTF-8, anything else is given as bytes. */
export type FilePath = string | Uint8Array;

/** How names come back: text (U+FFFD where a name is not UTF-8) or a Buffer with the exact bytes. */
export type NameEncoding = 'utf8' | 'buffer';

export function bytesOf(path: FilePath): ByteString {
  if (typeof path === 'string') return Buffer.from(path, 'utf8').toString('latin1');
  return asBuffer(path).toString('latin1');
}

export function textOf(bytes: ByteString): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

export function decodeName(bytes: ByteString, encoding: NameEncoding): string | Buffer {
  const buffer = Buffer.from(bytes, 'latin1');
  return encoding === 'buffer' ? buffer : buffer.toString('utf8');
}

/** The caller's path for an error message. */
export function displayPath(path: FilePath): string {
  return typeof path === 'string' ? path : asBuffer(path).toString('utf8');
}

/** A view, never a copy. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
