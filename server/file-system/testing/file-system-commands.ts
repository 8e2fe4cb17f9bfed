import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import type { SetAttributes } from '../attributes.ts';
import type { OperationContext } from '../context.ts';
import { changesPerCallMax } from '../limits.ts';
import { create, type CreateHow } from '../operations/create.ts';
import { link } from '../operations/link.ts';
import { lookup } from '../operations/lookup.ts';
import { makeDirectory } from '../operations/make-directory.ts';
import { makeNode } from '../operations/make-node.ts';
import { makeSymlink } from '../operations/make-symlink.ts';
import { read } from '../operations/read.ts';
import { readDirectory } from '../operations/read-directory.ts';
import { removeDirectory, removeFile } from '../operations/remove.ts';
import { rename } from '../operations/rename.ts';
import { setAttributes } from '../operations/set-attributes.ts';
import { write } from '../operations/write.ts';
import { type Principal, root } from '../principal.ts';
import { type Inode, rootIno, sizeOf } from '../records/inode.ts';
import { getInode, inodes } from '../records/inode-records.ts';
import type { FailureStatus } from '../status.ts';
import { microsecondsOf } from '../time.ts';
import { Model, type ModelNode, type ModelOutcome } from './model.ts';
import { TestVolume, user } from './test-volume.ts';

/** What a command gives on the real side: a status, and the inode that it made or found. */
type RealOutcome = { readonly status: FailureStatus } | { readonly status: 'ok'; inode?: Inode };

/** The real file system and the model of it, side by side. */
export class Twins {
  readonly volume = new TestVolume();
  readonly model = new Model();
  /** Everything that ever was, as both know it: a handle may be used after its file is gone. */
  readonly pairs: { readonly ino: number; readonly node: ModelNode }[] = [
    { ino: rootIno, node: this.model.root },
  ];

  /** One call on both sides; what they say, and what became of the records, must agree. */
  step(
    who: Principal,
    real: (context: OperationContext) => RealOutcome,
    model: () => ModelOutcome,
    what: string,
  ): RealOutcome {
    const before = this.#inodes();
    const outcome = this.volume.run(real, who);
    const { changes } = this.volume.records;
    const expected = model();
    const expectedStatus = typeof expected === 'string' ? expected : 'ok';
    assert.equal(outcome.status, expectedStatus, what);
    assert(outcome.status === 'ok' || changes === 0, `${what}: a failed call changes nothing`);
    assert(changes <= changesPerCallMax);
    this.#checkTimes(before);
    if (outcome.status === 'ok' && outcome.inode !== undefined && typeof expected !== 'string') {
      this.#pair(outcome.inode.ino, expected);
      this.compareNode(outcome.inode, expected);
    }
    return outcome;
  }

  #pair(ino: number, node: ModelNode): void {
    const known = this.pairs.find((pair) => pair.ino === ino);
    if (known === undefined) this.pairs.push({ ino, node });
    else assert.equal(known.node, node, 'the same inode on both sides');
  }

  compareNode(inode: Inode, node: ModelNode): void {
    assert.deepEqual(
      [inode.type, inode.mode, inode.uid, inode.gid, inode.nlink],
      [node.type, node.mode, node.uid, node.gid, node.nlink],
    );
    if (inode.type === 'regular') assert.equal(sizeOf(inode), node.data.length);
    if (inode.type === 'symlink') assert.equal(inode.target, node.target);
    if ('device' in inode) assert.deepEqual(inode.device, node.device);
  }

  /** Compares everything that there is, from the root. */
  compareAll(): void {
    const seen = new Set<number>();
    const visit = (ino: number, node: ModelNode): void => {
      this.#pair(ino, node);
      if (seen.has(ino)) return;
      seen.add(ino);
      const inode = this.volume.run(({ transaction }) => getInode(transaction, ino));
      assert(inode !== undefined);
      this.compareNode(inode, node);
      if (inode.type === 'regular') this.#compareData(ino, node);
      if (inode.type !== 'directory') return;
      const names = this.list(ino);
      assert.deepEqual([...names.keys()].sort(), [...node.entries.keys()].sort());
      for (const [name, child] of names) {
        const modelChild = node.entries.get(name);
        assert(modelChild !== undefined);
        visit(child, modelChild);
      }
    };
    visit(rootIno, this.model.root);
    assert.equal(this.#inodes().size, seen.size, 'nothing that has no name');
  }

  #compareData(ino: number, node: ModelNode): void {
    const count = node.data.length + 1;
    const outcome = this.volume.run((context) => read(context, { ino, offset: 0, count }), root);
    assert(outcome.status === 'ok' && outcome.data.equals(node.data), 'the same content');
  }

  /** Names in a directory, read a few at a time. */
  list(directory: number): Map<string, number> {
    const names = new Map<string, number>();
    let after = 0;
    for (;;) {
      const asked = { directory, exportRoot: rootIno, after, entriesMax: 3 };
      const page = this.volume.run((context) => readDirectory(context, asked), root);
      assert(page.status === 'ok');
      for (const { name, ino, cookie } of page.entries) {
        assert(!names.has(name) && cookie > after);
        names.set(name, ino);
        after = cookie;
      }
      if (page.eof) break;
    }
    assert.equal(names.get('.'), directory);
    names.delete('.');
    names.delete('..');
    return names;
  }

  #inodes(): Map<string, Uint8Array> {
    return new Map(
      [...this.volume.records.stored].filter(([key]) => key.startsWith(inodes.prefix)),
    );
  }

  #checkTimes(before: ReadonlyMap<string, Uint8Array>): void {
    for (const [key, bytes] of this.#inodes()) {
      const old = before.get(key);
      if (old === undefined || Buffer.from(bytes).equals(old)) continue;
      const [earlier, later] = [old, bytes].map((record) =>
        microsecondsOf(inodes.decode(record).ctime),
      );
      assert((later ?? 0) > (earlier ?? 0), 'a changed inode has a later ctime');
    }
  }
}

export interface Command {
  readonly text: string;
  readonly run: (twins: Twins) => void;
}

const users = [root, user(1), user(2, 2, [1]), user(3, 1)];
const anyone = fc.constantFrom(...users);
/** Directories and files are numbered; this one may be either. */
const anything = 9;
const handle = fc.nat(anything);
const names = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom('a', 'b', 'c') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('', '.', '..', 'a/b', 'a\0b', 'n'.repeat(255), 'n'.repeat(256)),
  },
);
const id = fc.constantFrom(0, 1, 2, 3);
const mode = fc.oneof(
  fc.constantFrom(0o777, 0o1777, 0o2775, 0o755, 0o700, 0o4755, 0o6775, 0o644, 0),
  fc.nat(0o7777),
);
const time = fc.constantFrom('now' as const, { seconds: 5, nanoseconds: 0 });
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined, freq: 2 });
const attributes: fc.Arbitrary<SetAttributes> = fc.record({
  mode: maybe(mode),
  uid: fc.option(id, { nil: undefined, freq: 1 }),
  gid: fc.option(id, { nil: undefined, freq: 1 }),
  size: maybe(fc.nat(600)),
  atime: maybe(time),
  mtime: maybe(time),
});

type Pair = Twins['pairs'][number];

/** The pair that a number stands for: one that fits, gone or not; sometimes any. */
function pick(twins: Twins, at: number, fits: (node: ModelNode) => boolean): Pair {
  const fitting = twins.pairs.filter(({ node }) => fits(node));
  const pairs = at === anything || fitting.length === 0 ? twins.pairs : fitting;
  const found = pairs[at % 2 === 0 ? at % pairs.length : Math.max(0, pairs.length - at)];
  assert(found !== undefined);
  return found;
}

const pickDirectory = (twins: Twins, at: number): Pair =>
  pick(twins, at, (node) => node.isDirectory);
const pickFile = (twins: Twins, at: number): Pair =>
  pick(twins, at, (node) => node.type === 'regular');

function command(
  text: string,
  run: (twins: Twins, text: string) => void,
): Command & { toString(): string } {
  return { text, run: (twins) => run(twins, text), toString: () => text };
}

const makers: fc.Arbitrary<Command> = fc
  .tuple(
    anyone,
    handle,
    names,
    fc.constantFrom('directory', 'symlink', 'fifo', 'block'),
    attributes,
  )
  .map(([who, at, name, type, asked]) =>
    command(`make ${type} ${name} in ${at} by ${who.uid}`, (twins, text) => {
      const { ino: directory, node } = pickDirectory(twins, at);
      const place = { directory, name };
      const device = { major: type === 'block' ? 8 : 0, minor: type === 'block' ? 300 : 0 };
      twins.step(
        who,
        (context) => {
          if (type === 'directory') return makeDirectory(context, place, asked);
          if (type === 'symlink') return makeSymlink(context, place, 'to', asked);
          return makeNode(
            context,
            place,
            { type: type === 'fifo' ? 'fifo' : 'block', device },
            asked,
          );
        },
        () => {
          const modelType = type as ModelNode['type'];
          const target = type === 'symlink' ? 'to' : '';
          return twins.model.make(who, node, name, { type: modelType, target, device }, asked);
        },
        text,
      );
    }),
  );

const creates: fc.Arbitrary<Command> = fc
  .tuple(
    anyone,
    handle,
    names,
    fc.constantFrom('unchecked' as const, 'guarded' as const, 'exclusive' as const),
    attributes,
    fc.constantFrom('verifier', 'VERIFIER'),
  )
  .map(([who, at, name, how, asked, verifier]) =>
    command(`create ${how} ${name} in ${at} by ${who.uid}`, (twins, text) => {
      const { ino: directory, node } = pickDirectory(twins, at);
      const real: CreateHow =
        how === 'exclusive'
          ? { mode: how, verifier: Buffer.from(verifier) }
          : { mode: how, attributes: asked };
      twins.step(
        who,
        (context) => create(context, { directory, name }, real),
        () => twins.model.create(who, node, name, { mode: how, attributes: asked, verifier }),
        text,
      );
    }),
  );

const removals: fc.Arbitrary<Command> = fc
  .tuple(anyone, handle, names, fc.boolean())
  .map(([who, at, name, asDirectory]) =>
    command(`${asDirectory ? 'rmdir' : 'remove'} ${name} in ${at} by ${who.uid}`, (twins, text) => {
      const { ino: directory, node } = pickDirectory(twins, at);
      const place = { directory, name };
      twins.step(
        who,
        (context) =>
          withoutInode(asDirectory ? removeDirectory(context, place) : removeFile(context, place)),
        () => twins.model.remove(who, node, name, asDirectory),
        text,
      );
    }),
  );

const renames: fc.Arbitrary<Command> = fc
  .tuple(anyone, handle, names, handle, names)
  .map(([who, at, name, toAt, toName]) =>
    command(`rename ${name} in ${at} to ${toName} in ${toAt} by ${who.uid}`, (twins, text) => {
      const [from, to] = [pickDirectory(twins, at), pickDirectory(twins, toAt)];
      twins.step(
        who,
        (context) =>
          withoutInode(
            rename(context, { directory: from.ino, name }, { directory: to.ino, name: toName }),
          ),
        () => twins.model.rename(who, from.node, name, to.node, toName),
        text,
      );
    }),
  );

const links: fc.Arbitrary<Command> = fc
  .tuple(anyone, handle, handle, names)
  .map(([who, at, toAt, name]) =>
    command(`link ${at} as ${name} in ${toAt} by ${who.uid}`, (twins, text) => {
      const [file, to] = [pickFile(twins, at), pickDirectory(twins, toAt)];
      twins.step(
        who,
        (context) => withoutInode(link(context, file.ino, { directory: to.ino, name })),
        () => twins.model.link(who, file.node, to.node, name),
        text,
      );
    }),
  );

const changes: fc.Arbitrary<Command> = fc
  .tuple(anyone, handle, attributes)
  .map(([who, at, asked]) =>
    command(`setattr ${at} ${JSON.stringify(asked)} by ${who.uid}`, (twins, text) => {
      const { ino, node } = at % 3 === 0 ? pickDirectory(twins, at) : pickFile(twins, at);
      twins.step(
        who,
        (context) => withoutInode(setAttributes(context, ino, asked)),
        () => twins.model.setAttributes(who, node, asked),
        text,
      );
    }),
  );

const writes: fc.Arbitrary<Command> = fc
  .tuple(anyone, handle, fc.nat(600), fc.uint8Array({ maxLength: 300 }))
  .map(([who, at, offset, bytes]) =>
    command(`write ${bytes.length} at ${offset} of ${at} by ${who.uid}`, (twins, text) => {
      const { ino, node } = pickFile(twins, at);
      twins.step(
        who,
        (context) => withoutInode(write(context, ino, offset, bytes)),
        () => twins.model.write(who, node, offset, Buffer.from(bytes)),
        text,
      );
    }),
  );

const lookups: fc.Arbitrary<Command> = fc.tuple(anyone, handle, names).map(([who, at, name]) =>
  command(`lookup ${name} in ${at} by ${who.uid}`, (twins, text) => {
    const { ino: directory, node } = pickDirectory(twins, at);
    twins.step(
      who,
      (context) => lookup(context, { directory, name, exportRoot: rootIno }),
      () => twins.model.lookup(who, node, name),
      text,
    );
    const file = pickFile(twins, at);
    twins.step(
      who,
      (context) => withoutInode(read(context, { ino: file.ino, offset: 0, count: 9 })),
      () => twins.model.read(who, file.node),
      `read for ${text}`,
    );
  }),
);

/** The system's clock, which may also be set back. */
const clocks: fc.Arbitrary<Command> = fc.integer({ min: -5_000_000, max: 5_000_000 }).map((by) =>
  command(`clock ${by}`, (twins) => {
    twins.volume.nowMicroseconds += by;
  }),
);

function withoutInode(outcome: { readonly status: FailureStatus | 'ok' }): RealOutcome {
  return { status: outcome.status };
}

export const commands: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: makers },
  { weight: 4, arbitrary: creates },
  { weight: 3, arbitrary: removals },
  { weight: 4, arbitrary: renames },
  { weight: 2, arbitrary: links },
  { weight: 3, arbitrary: changes },
  { weight: 2, arbitrary: writes },
  { weight: 2, arbitrary: lookups },
  { weight: 1, arbitrary: clocks },
);
