import { strict as assert } from 'node:assert';
import { create } from '../operations/create.ts';
import { read } from '../operations/read.ts';
import { setAttributes } from '../operations/set-attributes.ts';
import { write } from '../operations/write.ts';
import { type FileInode, rootIno } from '../records/inode.ts';
import { getInode } from '../records/inode-records.ts';
import { TestVolume } from './test-volume.ts';

export type Step =
  | { readonly kind: 'write'; readonly offset: number; readonly data: Buffer }
  | { readonly kind: 'truncate'; readonly size: number }
  | { readonly kind: 'read'; readonly offset: number; readonly count: number }
  | { readonly kind: 'free' };

/** What a file should hold, told from its whole history: slow, and too simple to be wrong. */
class FlatFile {
  size = 0;
  readonly #history: Step[] = [];

  apply(step: Step): void {
    this.#history.push(step);
    if (step.kind === 'truncate') this.size = step.size;
    if (step.kind === 'write') this.size = Math.max(this.size, step.offset + step.data.length);
  }

  read(offset: number, count: number): Buffer {
    const bytes = Buffer.alloc(Math.max(0, Math.min(count, this.size - offset)));
    for (const step of this.#history) {
      if (step.kind === 'truncate') bytes.fill(0, Math.max(0, step.size - offset));
      if (step.kind !== 'write') continue;
      const at = step.offset - offset;
      if (at >= bytes.length || at + step.data.length <= 0) continue;
      step.data.copy(bytes, Math.max(0, at), Math.max(0, -at));
    }
    return bytes;
  }
}

/** One file, and what it should hold. */
export class FileUnderTest {
  readonly volume = new TestVolume();
  readonly flat = new FlatFile();
  readonly ino: number;

  constructor() {
    const made = this.volume.run((context) =>
      create(context, { directory: rootIno, name: 'f' }, { mode: 'guarded', attributes: {} }),
    );
    assert(made.status === 'ok');
    this.ino = made.inode.ino;
  }

  do(step: Step): void {
    this.flat.apply(step);
    switch (step.kind) {
      case 'write': {
        const { offset, data } = step;
        const outcome = this.volume.run((context) => write(context, this.ino, offset, data));
        assert.equal(outcome.status, 'ok');
        return;
      }
      case 'truncate': {
        const { size } = step;
        const outcome = this.volume.run((context) => setAttributes(context, this.ino, { size }));
        assert.equal(outcome.status, 'ok');
        return;
      }
      case 'read':
        this.compare(step.offset, step.count);
        return;
      case 'free':
        this.volume.freeStep();
    }
  }

  compare(offset: number, count: number): void {
    const outcome = this.volume.run((context) => read(context, { ino: this.ino, offset, count }));
    assert(outcome.status === 'ok');
    assert.equal(outcome.inode.size, this.flat.size);
    assert(outcome.data.equals(this.flat.read(offset, count)), `content from ${offset}`);
    assert.equal(outcome.eof, offset + count >= this.flat.size);
  }

  get inode(): FileInode {
    const inode = this.volume.run(({ transaction }) => getInode(transaction, this.ino));
    assert(inode?.type === 'regular');
    return inode;
  }
}
