import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import type { SetAttributes } from '../../file-system/attributes.ts';
import { type Principal, root } from '../../file-system/principal.ts';
import type { Credential } from '../../../rpc/auth.ts';
import { user } from '../../file-system/testing/test-volume.ts';
import { as } from '../service-volume.ts';
import type { Make, Seen } from './face.ts';
import type { ModelNode, ModelOutcome } from './model.ts';
import type { Pair, Twins } from './twins.ts';

/** One call, or something that befalls the server, on both sides. */
export interface Command {
  run(twins: Twins): Promise<unknown>;
  toString(): string;
}

const users = [root, user(1), user(2, 2, [1]), user(3, 1)];
/** Half of the time somebody who may do what is asked. */
const anyone = fc.constantFrom(root, root, root, ...users);
const version = fc.constantFrom(2 as const, 3 as const);
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
  uid: maybe(id),
  gid: maybe(id),
  size: maybe(fc.nat(600)),
  atime: maybe(time),
  mtime: maybe(time),
});

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

function command(text: string, run: (twins: Twins, text: string) => Promise<unknown>): Command {
  return { run: (twins) => run(twins, text), toString: () => text };
}

const credentialOf = ({ uid, gid, groups }: Principal): Credential => as(uid, gid, groups);

const things: fc.Arbitrary<Make> = fc.oneof(
  fc.record({ type: fc.constant('directory' as const), asked: attributes }),
  fc.record({
    type: fc.constant('symlink' as const),
    target: fc.constant('to'),
    asked: attributes,
  }),
  fc.record({
    type: fc.constantFrom('fifo' as const, 'socket' as const),
    device: fc.constant({ major: 0, minor: 0 }),
    asked: attributes,
  }),
  fc.record({
    type: fc.constantFrom('block' as const, 'character' as const),
    device: fc.constant({ major: 8, minor: 300 }),
    asked: attributes,
  }),
);
const files: fc.Arbitrary<Make> = fc.oneof(
  fc.record({
    type: fc.constant('regular' as const),
    how: fc.constantFrom('unchecked' as const, 'guarded' as const),
    asked: attributes,
  }),
  fc.record({
    type: fc.constant('regular' as const),
    how: fc.constant('exclusive' as const),
    verifier: fc.constantFrom('verifier', 'VERIFIER'),
  }),
);

/** Version 2 has neither guarded nor exclusive CREATE. */
function within(only: 2 | 3, make: Make): Make {
  if (only === 3 || make.type !== 'regular' || make.how === 'unchecked') return make;
  return { type: 'regular', how: 'unchecked', asked: 'asked' in make ? make.asked : {} };
}

function makeInModel(
  twins: Twins,
  only: 2 | 3,
  who: Principal,
  { directory, name }: { directory: ModelNode; name: string },
  make: Make,
): ModelOutcome {
  if (make.type === 'regular') {
    const how =
      make.how === 'exclusive'
        ? { mode: make.how, attributes: {}, verifier: make.verifier }
        : { mode: make.how, attributes: make.asked };
    return twins.model.create(who, directory, name, how);
  }
  const outcome = twins.model.make(who, directory, name, make, make.asked);
  // Version 2 makes nodes by CREATE, which finds the same one again.
  const existing = directory.entries.get(name);
  const finds = outcome === 'EXIST' && only === 2 && 'device' in make && existing !== undefined;
  return finds && existing.type === make.type ? existing : outcome;
}

function makeCommand(only: 2 | 3, who: Principal, at: number, name: string, make: Make): Command {
  const text = `make ${JSON.stringify(make)} ${name} in ${at} by ${who.uid}`;
  return command(text, async (twins) => {
    const { handle: dir, node: directory } = pickDirectory(twins, at);
    const place = { dir, name };
    const made = await twins.step(
      only,
      (face) => face.make(credentialOf(who), place, make),
      () => makeInModel(twins, only, who, { directory, name }, make),
      text,
    );
    const child = directory.entries.get(name);
    // Version 2's SYMLINK says nothing of what it made.
    if (made.status === 0 && made.handle === undefined && child !== undefined) {
      await find(twins, place, child);
    }
  });
}

/** What every sequence begins with, so that the first random calls find something. */
export const beginning: readonly Command[] = [
  makeCommand(3, root, 0, 'a', { type: 'directory', asked: { mode: 0o777 } }),
  makeCommand(2, root, 0, 'b', { type: 'directory', asked: { mode: 0o777 } }),
  makeCommand(3, root, 0, 'c', { type: 'regular', how: 'guarded', asked: { mode: 0o666 } }),
];

const makers: fc.Arbitrary<Command> = fc
  .tuple(version, anyone, handle, names, fc.oneof(things, files))
  .map(([only, who, at, name, wanted]) => makeCommand(only, who, at, name, within(only, wanted)));

/** Makes known to both sides what only has a name so far. */
function find(twins: Twins, place: { dir: Buffer; name: string }, node: ModelNode): Promise<Seen> {
  const rootCredential = credentialOf(root);
  return twins.step(
    3,
    (face) => face.lookup(rootCredential, place),
    () => node,
    'find',
  );
}

const removals: fc.Arbitrary<Command> = fc
  .tuple(version, anyone, handle, names, fc.boolean())
  .map(([only, who, at, name, asDirectory]) =>
    command(`${asDirectory ? 'rmdir' : 'remove'} ${name} in ${at} by ${who.uid}`, (twins, text) => {
      const { handle: dir, node } = pickDirectory(twins, at);
      return twins.step(
        only,
        (face) => face.remove(credentialOf(who), { dir, name }, asDirectory),
        () => twins.model.remove(who, node, name, asDirectory),
        text,
      );
    }),
  );

const renames: fc.Arbitrary<Command> = fc
  .tuple(version, anyone, handle, names, handle, names)
  .map(([only, who, at, name, toAt, toName]) =>
    command(`rename ${name} in ${at} to ${toName} in ${toAt} by ${who.uid}`, (twins, text) => {
      const [from, to] = [pickDirectory(twins, at), pickDirectory(twins, toAt)];
      const places = [
        { dir: from.handle, name },
        { dir: to.handle, name: toName },
      ] as const;
      return twins.step(
        only,
        (face) => face.rename(credentialOf(who), ...places),
        () => twins.model.rename(who, from.node, name, to.node, toName),
        text,
      );
    }),
  );

const links: fc.Arbitrary<Command> = fc
  .tuple(version, anyone, handle, handle, names)
  .map(([only, who, at, toAt, name]) =>
    command(`link ${at} as ${name} in ${toAt} by ${who.uid}`, (twins, text) => {
      const [file, to] = [pickFile(twins, at), pickDirectory(twins, toAt)];
      return twins.step(
        only,
        (face) => face.link(credentialOf(who), file.handle, { dir: to.handle, name }),
        () => twins.model.link(who, file.node, to.node, name),
        text,
      );
    }),
  );

const changes: fc.Arbitrary<Command> = fc
  .tuple(version, anyone, handle, attributes, fc.constantFrom('none', 'none', 'right', 'wrong'))
  .map(([only, who, at, wanted, guard]) =>
    command(`setattr ${at} ${JSON.stringify(wanted)} by ${who.uid}, ${guard}`, (twins, text) => {
      const {
        ino,
        handle: object,
        node,
      } = at % 3 === 0 ? pickDirectory(twins, at) : pickFile(twins, at);
      // Version 2 tells "now" in mtime, for both.
      const isNow = only === 2 && wanted.mtime === 'now' && wanted.atime !== undefined;
      const asked = isNow ? { ...wanted, atime: 'now' as const } : wanted;
      const ctime = twins.inode(ino)?.ctime ?? { seconds: 0, nanoseconds: 0 };
      const objCtime = guard === 'wrong' ? { ...ctime, seconds: ctime.seconds + 1 } : ctime;
      const isGuarded = only === 3 && guard !== 'none';
      return twins.step(
        only,
        (face) =>
          face.setAttributes(credentialOf(who), object, asked, isGuarded ? objCtime : undefined),
        () => {
          const refused = isGuarded && guard === 'wrong' && node.names > 0;
          return refused ? 'NOT_SYNC' : twins.model.setAttributes(who, node, asked);
        },
        text,
      );
    }),
  );

const writes: fc.Arbitrary<Command> = fc
  .tuple(version, anyone, handle, fc.nat(600), fc.uint8Array({ maxLength: 300 }))
  .map(([only, who, at, offset, bytes]) =>
    command(`write ${bytes.length} at ${offset} of ${at} by ${who.uid}`, (twins, text) => {
      const { handle: file, node } = pickFile(twins, at);
      const data = Buffer.from(bytes);
      return twins.step(
        only,
        (face) => face.write(credentialOf(who), file, offset, data),
        () => twins.model.write(who, node, offset, data),
        text,
      );
    }),
  );

const looks: fc.Arbitrary<Command> = fc
  .tuple(version, anyone, handle, names)
  .map(([only, who, at, name]) =>
    command(`lookup ${name} in ${at}, read and access by ${who.uid}`, async (twins, text) => {
      const { handle: dir, node: directory } = pickDirectory(twins, at);
      const { handle: file, node } = pickFile(twins, at);
      await twins.step(
        only,
        (face) => face.lookup(credentialOf(who), { dir, name }),
        () => twins.model.lookup(who, directory, name),
        text,
      );
      const { data } = await twins.step(
        only,
        (face) => face.read(credentialOf(who), file),
        () => twins.model.read(who, node),
        text,
      );
      assert(data === undefined || data.equals(node.data), text);
      for (const pair of [
        { handle: dir, node: directory },
        { handle: file, node },
      ]) {
        const rights = await twins.rights(credentialOf(who), pair.handle);
        assert.deepEqual(rights, twins.model.rights(who, pair.node), text);
      }
    }),
  );

/** The system's clock, which may also be set back. */
const clocks: fc.Arbitrary<Command> = fc.integer({ min: -5_000_000, max: 5_000_000 }).map((by) =>
  command(`clock ${by}`, async (twins) => {
    twins.moveClock(by);
  }),
);

const takeovers: fc.Arbitrary<Command> = fc.constant(
  command('takeover', async (twins) => {
    twins.takeOver();
  }),
);

export const commands: fc.Arbitrary<Command> = fc.oneof(
  { weight: 8, arbitrary: makers },
  { weight: 3, arbitrary: removals },
  { weight: 4, arbitrary: renames },
  { weight: 2, arbitrary: links },
  { weight: 3, arbitrary: changes },
  { weight: 2, arbitrary: writes },
  { weight: 2, arbitrary: looks },
  { weight: 1, arbitrary: clocks },
  { weight: 1, arbitrary: takeovers },
);
