// Paths in commands are Buffers: names are bytes, and one that is no UTF-8 must be listed, copied and removed like any other.

export type BytePath = Buffer;

const slash = 0x2f;

export function pathOf(text: string): BytePath {
  return Buffer.from(text, 'utf8');
}

export function joinPath(parent: BytePath, name: Buffer): BytePath {
  if (parent.length === 0) return name;
  return parent.at(-1) === slash
    ? Buffer.concat([parent, name])
    : Buffer.concat([parent, Buffer.of(slash), name]);
}

/** The last name: of `/a/b//` it is `b`; of `/` there is none, which is an empty one. */
export function baseName(path: BytePath): Buffer {
  const trimmed = withoutSlashes(path);
  return trimmed.subarray(trimmed.lastIndexOf(slash) + 1);
}

export function parentPath(path: BytePath): BytePath {
  const trimmed = withoutSlashes(path);
  const at = trimmed.lastIndexOf(slash);
  if (at < 0) return pathOf('.');
  return at === 0 ? pathOf('/') : withoutSlashes(trimmed.subarray(0, at));
}

/** Without slashes at its end, except where it is nothing but slashes. */
export function withoutSlashes(path: BytePath): BytePath {
  let end = path.length;
  while (end > 1 && path[end - 1] === slash) end -= 1;
  return path.subarray(0, end);
}

export function endsWithSlash(path: BytePath): boolean {
  return path.at(-1) === slash;
}
