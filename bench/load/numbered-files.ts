import { NfsProgramV3 } from '../../protocol/generated/nfs3.ts';
import { newFile } from '../stock-client.ts';
import {
  type CallTemplate,
  callTemplate,
  numberedName,
  patchNumber,
  placeOf,
} from './call-template.ts';

const { nfsproc3Create, nfsproc3Remove } = NfsProgramV3.procedures;
const prefix = 'f';

/** Files that are made, and removed again, in a directory for each connection. */
export class NumberedFiles {
  readonly #directories: readonly Directory[];
  readonly #slotsEach: number;

  /** The first directory belongs to the first `slotsEach` slots, and so on. */
  constructor(directories: readonly Buffer[], slotsEach: number) {
    this.#directories = directories.map((data) => new Directory(data));
    this.#slotsEach = slotsEach;
  }

  create(slot: number): CallTemplate {
    return this.#of(slot).create();
  }

  /** One that is there; undefined when none is left. */
  remove(slot: number): CallTemplate | undefined {
    return this.#of(slot).remove();
  }

  directoryOf(slot: number): Buffer {
    return this.#of(slot).data;
  }

  /** A file that no other slot has, if so many were made. */
  nameFor(slot: number): string | undefined {
    const number = (slot % this.#slotsEach) + 1;
    return number <= this.#of(slot).made ? numberedName(prefix, number) : undefined;
  }

  #of(slot: number): Directory {
    const directory = this.#directories[Math.floor(slot / this.#slotsEach)];
    if (directory === undefined) throw new Error(`slot ${slot} has no directory`);
    return directory;
  }
}

class Directory {
  readonly data: Buffer;
  made = 0;
  readonly #create: NumberedCall;
  readonly #remove: NumberedCall;

  constructor(data: Buffer) {
    this.data = data;
    const where = { dir: { data }, name: numberedName(prefix, 0) };
    this.#create = new NumberedCall(callTemplate(nfsproc3Create, { where, how: newFile }));
    this.#remove = new NumberedCall(callTemplate(nfsproc3Remove, { object: where }));
  }

  create(): CallTemplate {
    this.made += 1;
    return this.#create.of(this.made);
  }

  remove(): CallTemplate | undefined {
    if (this.made === 0) return undefined;
    this.made -= 1;
    return this.#remove.of(this.made + 1);
  }
}

/** The same call for one number after the other. */
class NumberedCall {
  readonly #template: CallTemplate;
  readonly #at: number;

  constructor(template: CallTemplate) {
    this.#template = template;
    this.#at = placeOf(template, Buffer.from(numberedName('', 0)));
  }

  of(number: number): CallTemplate {
    patchNumber(this.#template.head, this.#at, number);
    return this.#template;
  }
}
