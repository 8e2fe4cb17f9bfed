import type { ByteString } from '../bytes.ts';
import type { Outcome } from '../errors.ts';
import type { Attributes, NfsProtocol, Node, NodeHandle } from '../nfs/nfs-protocol.ts';
import type { NodeCache } from './node-cache.ts';

/** The same calls, each of which is made; what they tell, and what they change, is told to the cache. */
export function cachedProtocol(protocol: NfsProtocol, cache: NodeCache): NfsProtocol {
  /** A call that changes names; whatever becomes of it, they are not believed as they were. */
  const changingNames = async <T>(
    names: readonly (readonly [directory: NodeHandle, name: ByteString])[],
    call: () => Promise<Outcome<T>>,
    resultOf: (value: T) => Node | 'missing' | 'unknown',
  ): Promise<Outcome<T>> => {
    const asked = cache.ask();
    let result: Node | 'missing' | 'unknown' = 'unknown';
    try {
      const outcome = await call();
      if (outcome.ok) result = resultOf(outcome.value);
      return outcome;
    } finally {
      for (const [directory, name] of names) cache.changedName(directory, name, asked, result);
    }
  };

  /** As `changingNames`, for names that lead to something that loses them. */
  const losingNames = <T>(
    names: readonly (readonly [directory: NodeHandle, name: ByteString])[],
    call: () => Promise<Outcome<T>>,
    result: 'missing' | 'unknown',
  ): Promise<Outcome<T>> => {
    const asked = cache.ask();
    return changingNames(
      names,
      async () => {
        try {
          return await call();
        } finally {
          for (const [directory, name] of names) cache.lostName(directory, name, asked);
        }
      },
      () => result,
    );
  };

  const changing = async <T>(
    node: NodeHandle,
    call: () => Promise<Outcome<T>>,
    attributesOf: (value: T) => Attributes | undefined,
  ): Promise<Outcome<T>> => {
    const asked = cache.ask();
    let attributes: Attributes | undefined;
    try {
      const outcome = await call();
      if (outcome.ok) attributes = attributesOf(outcome.value);
      return outcome;
    } finally {
      cache.changed(node, asked, attributes);
    }
  };

  /** What is made, or opened and cut, by its name. */
  const making = async (
    directory: NodeHandle,
    name: ByteString,
    call: () => Promise<Outcome<Node>>,
  ): Promise<Outcome<Node>> => {
    const asked = cache.ask();
    const outcome = await changingNames([[directory, name]], call, (node) => node);
    if (outcome.ok) cache.changed(outcome.value.handle, asked, outcome.value.attributes);
    return outcome;
  };

  const seen = async <T>(
    call: () => Promise<Outcome<T>>,
    see: (value: T, asked: ReturnType<NodeCache['ask']>) => void,
  ): Promise<Outcome<T>> => {
    const asked = cache.ask();
    const outcome = await call();
    if (outcome.ok) see(outcome.value, asked);
    return outcome;
  };

  return {
    ...protocol,

    getAttributes: (node) =>
      seen(
        () => protocol.getAttributes(node),
        (attributes, asked) => cache.sawAttributes(node, attributes, asked),
      ),

    async lookup(directory, name) {
      const asked = cache.ask();
      const outcome = await protocol.lookup(directory, name);
      if (outcome.ok) {
        cache.sawAttributes(outcome.value.handle, outcome.value.attributes, asked);
        cache.sawName(directory, name, outcome.value, asked);
      } else if (outcome.code === 'ENOENT') {
        cache.sawName(directory, name, undefined, asked);
      }
      return outcome;
    },

    read: (file, offset, count) =>
      seen(
        () => protocol.read(file, offset, count),
        ({ attributes }, asked) => cache.sawAttributes(file, attributes, asked),
      ),

    setAttributes: (node, changes) =>
      changing(
        node,
        () => protocol.setAttributes(node, changes),
        (attributes) => attributes,
      ),

    write: (file, offset, bytes) =>
      changing(
        file,
        () => protocol.write(file, offset, bytes),
        ({ attributes }) => attributes,
      ),

    create: (directory, name, changes) =>
      making(directory, name, () => protocol.create(directory, name, changes)),

    // Its attributes are from before the last step, where it is made of several.
    createExclusive: (directory, name, changes) =>
      changingNames(
        [[directory, name]],
        () => protocol.createExclusive(directory, name, changes),
        () => 'unknown',
      ),

    makeDirectory: (directory, name, changes) =>
      making(directory, name, () => protocol.makeDirectory(directory, name, changes)),

    makeLink: (directory, name, target) =>
      changingNames(
        [[directory, name]],
        () => protocol.makeLink(directory, name, target),
        () => 'unknown',
      ),

    remove: (directory, name) =>
      losingNames([[directory, name]], () => protocol.remove(directory, name), 'missing'),

    removeDirectory: (directory, name) =>
      losingNames([[directory, name]], () => protocol.removeDirectory(directory, name), 'missing'),

    rename: (fromDirectory, fromName, toDirectory, toName) =>
      losingNames(
        [
          [fromDirectory, fromName],
          [toDirectory, toName],
        ],
        () => protocol.rename(fromDirectory, fromName, toDirectory, toName),
        'unknown',
      ),

    link: (node, directory, name) =>
      changing(
        node,
        () =>
          changingNames(
            [[directory, name]],
            () => protocol.link(node, directory, name),
            () => 'unknown',
          ),
        () => undefined,
      ),
  };
}
