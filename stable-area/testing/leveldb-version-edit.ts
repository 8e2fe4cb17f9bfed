import type { TableInLevel } from '../leveldb/version-edit.ts';

/** What one record of a MANIFEST says, as far as tests and the simulated engine say anything. */
export interface WrittenEdit {
  readonly comparator?: string;
  readonly logNumber: number;
  readonly nextFileNumber: number;
  readonly lastSequence: number;
  readonly deletedTables?: readonly TableInLevel[];
  readonly newTables?: readonly TableInLevel[];
}

/** Encodes a version edit as LevelDB's VersionEdit::EncodeTo does. */
export function encodeVersionEdit(edit: WrittenEdit): Buffer {
  const bytes: number[] = [];
  const number = (value: number): void => {
    let left = value;
    for (; left >= 0x80; left = Math.floor(left / 0x80)) bytes.push((left % 0x80) | 0x80);
    bytes.push(left);
  };
  const slice = (text: string): void => {
    number(text.length);
    bytes.push(...Buffer.from(text, 'latin1'));
  };
  const field = (tag: number, ...values: readonly number[]): void => {
    number(tag);
    values.forEach(number);
  };
  if (edit.comparator !== undefined) {
    field(1);
    slice(edit.comparator);
  }
  field(2, edit.logNumber);
  field(3, edit.nextFileNumber);
  field(4, edit.lastSequence);
  for (const table of edit.deletedTables ?? []) field(6, table.level, table.number);
  for (const table of edit.newTables ?? []) {
    field(7, table.level, table.number, 0);
    // The smallest and the largest key, which nobody reads here.
    slice('');
    slice('');
  }
  return Buffer.from(bytes);
}
