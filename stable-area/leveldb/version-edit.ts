/*
 * One record of a MANIFEST (LevelDB's db/version_edit.cc): a list of tagged fields that change the set of live files.
 */

const comparatorTag = 1;
const logNumberTag = 2;
const nextFileNumberTag = 3;
const lastSequenceTag = 4;
const compactPointerTag = 5;
const deletedFileTag = 6;
const newFileTag = 7;
// 8 was used for references to large values.
const previousLogNumberTag = 9;

/** LevelDB has levels 0 to 6 (config::kNumLevels). */
const levelMax = 6;

export interface TableInLevel {
  readonly level: number;
  readonly number: number;
}

export interface NewTable extends TableInLevel {
  readonly sizeBytes: number;
}

export interface VersionEdit {
  readonly comparator?: string;
  readonly logNumber?: number;
  readonly previousLogNumber?: number;
  readonly nextFileNumber?: number;
  readonly lastSequence?: number;
  readonly deletedTables: readonly TableInLevel[];
  readonly newTables: readonly NewTable[];
}

/** Undefined where the bytes are not a version edit that LevelDB would take. */
export function decodeVersionEdit(bytes: Uint8Array): VersionEdit | undefined {
  const deletedTables: TableInLevel[] = [];
  const newTables: NewTable[] = [];
  const fields: Record<string, number | string> = {};
  const reader = new FieldReader(bytes);
  while (!reader.isAtEnd) {
    const tag = reader.number();
    switch (tag) {
      case comparatorTag:
        fields.comparator = Buffer.from(reader.slice()).toString('latin1');
        break;
      case logNumberTag:
        fields.logNumber = reader.number();
        break;
      case previousLogNumberTag:
        fields.previousLogNumber = reader.number();
        break;
      case nextFileNumberTag:
        fields.nextFileNumber = reader.number();
        break;
      case lastSequenceTag:
        fields.lastSequence = reader.number();
        break;
      case compactPointerTag:
        reader.level();
        reader.slice();
        break;
      case deletedFileTag:
        deletedTables.push({ level: reader.level(), number: reader.number() });
        break;
      case newFileTag: {
        const level = reader.level();
        const number = reader.number();
        const sizeBytes = reader.number();
        // The smallest and the largest key.
        reader.slice();
        reader.slice();
        newTables.push({ level, number, sizeBytes });
        break;
      }
      default:
        return undefined;
    }
    if (reader.hasFailed) return undefined;
  }
  return { ...fields, deletedTables, newTables };
}

/** Reads LevelDB's varints and length-prefixed slices. After a failure it gives zeros and is at its end. */
class FieldReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  hasFailed = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** A varint of at most 10 bytes whose value a JavaScript number holds. */
  number(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) return this.#fail();
      this.#at += 1;
      value += (byte & 0x7f) * scale;
      if (value > Number.MAX_SAFE_INTEGER) return this.#fail();
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
  }

  level(): number {
    const level = this.number();
    return level <= levelMax ? level : this.#fail();
  }

  slice(): Uint8Array {
    const length = this.number();
    const start = this.#at;
    if (length > this.#bytes.length - start) {
      this.#fail();
      return new Uint8Array();
    }
    this.#at = start + length;
    return this.#bytes.subarray(start, this.#at);
  }

  #fail(): number {
    this.hasFailed = true;
    this.#at = this.#bytes.length;
    return 0;
  }
}
