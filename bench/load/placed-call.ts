import { NfsProgramV3, StableHow } from '../../protocol/generated/nfs3.ts';
import { writeUnsigned64 } from '../../xdr/unsigned-64.ts';
import { type CallTemplate, callTemplate, placeOf } from './call-template.ts';

const { nfsproc3Read, nfsproc3Write } = NfsProgramV3.procedures;

/** Nothing else in a call has these bits. */
const marker = 0x0012_3456_789a_bcden;

export function writeOf(
  file: Buffer,
  data: Buffer,
  stable: StableHow = StableHow.FILE_SYNC,
): CallTemplate {
  const place = { file: { data: file }, offset: marker, count: data.length };
  return callTemplate(nfsproc3Write, { ...place, stable, data });
}

export function readOf(data: Buffer, count: number): CallTemplate {
  return callTemplate(nfsproc3Read, { file: { data }, offset: marker, count }, count);
}

/** The same call at one offset after the other. */
export class PlacedCall {
  readonly #template: CallTemplate;
  readonly #at: number;

  constructor(template: CallTemplate) {
    const marked = Buffer.alloc(8);
    marked.writeBigUInt64BE(marker);
    this.#template = template;
    this.#at = placeOf(template, marked);
  }

  at(offset: number): CallTemplate {
    writeUnsigned64(this.#template.head, this.#at, offset);
    return this.#template;
  }
}
