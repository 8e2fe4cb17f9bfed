/** Names of users and groups on this machine. NFS carries numbers; who they are is each machine's own view. */
export interface OwnerNames {
  /** The number itself where nobody has it. */
  userName(uid: number): string;
  groupName(gid: number): string;
  /** Undefined where there is no such name. */
  userId(name: string): number | undefined;
  groupId(name: string): number | undefined;
}

/** Reads the texts of /etc/passwd and /etc/group when the first name is asked for. */
export function ownerNames(readPasswd: () => string, readGroup: () => string): OwnerNames {
  const users = lazily(() => parse(readPasswd()));
  const groups = lazily(() => parse(readGroup()));
  return {
    userName: (uid) => users().names.get(uid) ?? String(uid),
    groupName: (gid) => groups().names.get(gid) ?? String(gid),
    userId: (name) => users().ids.get(name),
    groupId: (name) => groups().ids.get(name),
  };
}

interface Table {
  readonly names: ReadonlyMap<number, string>;
  readonly ids: ReadonlyMap<string, number>;
}

/** Lines of `name:password:number:...`, of which the first for a name or number counts. */
function parse(text: string): Table {
  const names = new Map<number, string>();
  const ids = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [name, , number] = line.split(':');
    if (name === undefined || name === '' || !/^\d+$/.test(number ?? '')) continue;
    if (!names.has(Number(number))) names.set(Number(number), name);
    if (!ids.has(name)) ids.set(name, Number(number));
  }
  return { names, ids };
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
