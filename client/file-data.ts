import { asBuffer } from './bytes.ts';

/** What can be written as a whole: as `writeFile` of Node takes it. */
export type FileData =
  | string
  | Uint8Array
  | Iterable<string | Uint8Array>
  | AsyncIterable<string | Uint8Array>;

export type EncodingOption =
  | { readonly encoding?: BufferEncoding | null | undefined }
  | BufferEncoding
  | null
  | undefined;

export function encodingOf(option: EncodingOption): BufferEncoding | undefined {
  return (typeof option === 'object' ? option?.encoding : option) ?? undefined;
}

/** The data as buffers; views of what is binary already. */
export async function* piecesOf(
  data: FileData,
  encoding: BufferEncoding = 'utf8',
): AsyncGenerator<Buffer, void, undefined> {
  if (typeof data === 'string') yield Buffer.from(data, encoding);
  else if (data instanceof Uint8Array) yield asBuffer(data);
  else {
    for await (const piece of data) {
      yield typeof piece === 'string' ? Buffer.from(piece, encoding) : asBuffer(piece);
    }
  }
}
