/** An inode number as clients see it. Never used twice, so it names a file for a whole history. */
export type Ino = number;

/**
 * One file operation as a worker asks for it. Directories and files are named by inode number, as handles do it on the
 * wire, so that a call meets exactly the file that its worker meant, removed or not.
 */
export type Call =
  | { readonly kind: 'lookup'; readonly directory: Ino; readonly name: string }
  /** An existing file is opened and cut to nothing, as CREATE with size 0 does in version 2. */
  | { readonly kind: 'create'; readonly directory: Ino; readonly name: string }
  | { readonly kind: 'mkdir'; readonly directory: Ino; readonly name: string }
  | {
      readonly kind: 'symlink';
      readonly directory: Ino;
      readonly name: string;
      readonly target: string;
    }
  | { readonly kind: 'remove'; readonly directory: Ino; readonly name: string }
  | { readonly kind: 'rmdir'; readonly directory: Ino; readonly name: string }
  | {
      readonly kind: 'rename';
      readonly directory: Ino;
      readonly name: string;
      readonly toDirectory: Ino;
      readonly toName: string;
    }
  | {
      readonly kind: 'link';
      readonly file: Ino;
      readonly directory: Ino;
      readonly name: string;
    }
  /** Writes `blocks` blocks from block `block` on, each stamped with the call's own id. */
  | {
      readonly kind: 'write';
      readonly file: Ino;
      readonly block: number;
      readonly blocks: number;
    }
  | { readonly kind: 'truncate'; readonly file: Ino; readonly blocks: number }
  | {
      readonly kind: 'read';
      readonly file: Ino;
      readonly block: number;
      readonly blocks: number;
    }
  | { readonly kind: 'getattr'; readonly file: Ino }
  | { readonly kind: 'readlink'; readonly file: Ino }
  | { readonly kind: 'readdir'; readonly directory: Ino };

export type CallKind = Call['kind'];
export type CallOf<Kind extends CallKind> = Extract<Call, { readonly kind: Kind }>;

export const nodeTypes = ['file', 'directory', 'symlink'] as const;
export type NodeType = (typeof nodeTypes)[number];

export interface Attributes {
  readonly ino: Ino;
  readonly type: NodeType;
  /** Number of names. Not compared for directories. */
  readonly links: number;
  /** Compared for files only. */
  readonly sizeBytes: number;
}

/** What a reply holds; which fields are there depends on the call's kind. */
export interface Result {
  readonly attributes?: Attributes;
  /** Stamps of the blocks that were read, up to the end of the file. */
  readonly blocks?: readonly string[];
  /** Names and inode numbers, without `.` and `..`, in the order of the reply. */
  readonly entries?: readonly (readonly [name: string, ino: Ino])[];
  readonly target?: string;
}

export type Outcome =
  | { readonly status: 'ok'; readonly result: Result }
  /** `code` as Node names it: ENOENT, EEXIST ... */
  | { readonly status: 'error'; readonly code: string }
  /** Nobody knows whether the call was, or will still be, executed. */
  | { readonly status: 'unknown' };

/** The fields of a result that each kind of call has when it succeeds. */
export const resultFields: Readonly<Record<CallKind, readonly (keyof Result)[]>> = {
  lookup: ['attributes'],
  create: ['attributes'],
  mkdir: ['attributes'],
  symlink: [],
  remove: [],
  rmdir: [],
  rename: [],
  link: [],
  write: ['attributes'],
  truncate: ['attributes'],
  read: ['attributes', 'blocks'],
  getattr: ['attributes'],
  readlink: ['target'],
  readdir: ['entries'],
};

const mutatingKinds: ReadonlySet<CallKind> = new Set<CallKind>([
  'create',
  'mkdir',
  'symlink',
  'remove',
  'rmdir',
  'rename',
  'link',
  'write',
  'truncate',
]);

/** Those that may be refused because the disk is full. Removing is always possible. */
export const growingKinds: ReadonlySet<CallKind> = new Set<CallKind>([
  'create',
  'mkdir',
  'symlink',
  'rename',
  'link',
  'write',
  'truncate',
]);

export function isMutating(call: Call): boolean {
  return mutatingKinds.has(call.kind);
}

/** For messages: `rename(17 "a", 18 "b")`. */
export function formatCall(call: Call): string {
  const at = (directory: Ino, name: string): string => `${directory} ${JSON.stringify(name)}`;
  switch (call.kind) {
    case 'lookup':
    case 'create':
    case 'mkdir':
    case 'remove':
    case 'rmdir':
      return `${call.kind}(${at(call.directory, call.name)})`;
    case 'symlink':
      return `symlink(${at(call.directory, call.name)} -> ${JSON.stringify(call.target)})`;
    case 'rename':
      return `rename(${at(call.directory, call.name)}, ${at(call.toDirectory, call.toName)})`;
    case 'link':
      return `link(${call.file}, ${at(call.directory, call.name)})`;
    case 'write':
    case 'read':
      return `${call.kind}(${call.file}, blocks ${call.block} to ${call.block + call.blocks - 1})`;
    case 'truncate':
      return `truncate(${call.file}, ${call.blocks} blocks)`;
    case 'getattr':
    case 'readlink':
      return `${call.kind}(${call.file})`;
    case 'readdir':
      return `readdir(${call.directory})`;
  }
}

export function formatOutcome(outcome: Outcome): string {
  switch (outcome.status) {
    case 'ok': {
      const text = JSON.stringify(outcome.result);
      return text === '{}' ? 'ok' : `ok ${text}`;
    }
    case 'error':
      return outcome.code;
    case 'unknown':
      return 'outcome unknown';
  }
}
