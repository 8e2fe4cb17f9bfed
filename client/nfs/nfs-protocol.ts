import type { ByteString } from '../bytes.ts';
import type { Outcome } from '../errors.ts';

/** What the server calls a file by; opaque here. Owned by whoever holds it (never a view of a receive buffer). */
export type NodeHandle = Buffer;

export type NodeType =
  | 'file'
  | 'directory'
  | 'link'
  | 'block-device'
  | 'character-device'
  | 'fifo'
  | 'socket'
  | 'unknown';

/** Attributes in the widest form of any protocol version. */
export interface Attributes {
  readonly type: NodeType;
  /** Permission bits, with set-uid, set-gid and sticky: 07777 at most. */
  readonly mode: number;
  readonly links: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  /** Bytes that the file takes on the server's disk. */
  readonly usedBytes: number;
  readonly blockSizeBytes: number;
  readonly device: number;
  readonly fileSystemId: bigint;
  readonly inode: bigint;
  readonly accessTimeMs: number;
  readonly modifyTimeMs: number;
  readonly changeTimeMs: number;
}

/** What to change; what is absent stays. */
export interface AttributeChanges {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly sizeBytes?: number;
  readonly accessTimeMs?: number;
  readonly modifyTimeMs?: number;
}

/** A file, directory or link with its attributes at the time of the call. */
export interface Node {
  readonly handle: NodeHandle;
  readonly attributes: Attributes;
}

export interface DirectoryEntry {
  readonly name: ByteString;
  readonly inode: bigint;
  /** Present where the protocol gives them in one call (READDIRPLUS). */
  readonly node?: Node;
}

/** A part of a directory. `.` and `..` may be among the entries. */
export interface DirectoryPage {
  readonly entries: readonly DirectoryEntry[];
  /** Where the next page starts; undefined at the end. */
  readonly next: DirectoryPosition | undefined;
}

/** Opaque: made by the protocol, given back to it. */
export interface DirectoryPosition {
  readonly cookie: Buffer;
  readonly verifier?: Buffer;
}

export interface ReadResult {
  /** A view; shorter than asked for at the end of the file, or where the server likes smaller pieces. */
  readonly bytes: Buffer;
  readonly atEnd: boolean;
  /** After the read. */
  readonly attributes: Attributes;
}

export interface WriteResult {
  /** How many bytes are durable: all, or fewer. */
  readonly bytesWritten: number;
  /** After the write. */
  readonly attributes: Attributes;
}

export interface FileSystemSpace {
  readonly blockSizeBytes: number;
  readonly totalBlocks: number;
  readonly freeBlocks: number;
  /** Free for unprivileged users. */
  readonly availableBlocks: number;
  /** Not known in version 2. */
  readonly totalFiles?: number;
  readonly freeFiles?: number;
}

/** Rights that a program may ask about: of a directory, `execute` means to look names up. */
export interface WantedAccess {
  readonly read?: boolean;
  readonly write?: boolean;
  readonly execute?: boolean;
}

/** What a protocol version allows. */
export interface ProtocolLimits {
  readonly readBytesMax: number;
  readonly writeBytesMax: number;
  readonly nameBytesMax: number;
  /** Of a symbolic link's content. */
  readonly linkBytesMax: number;
  readonly fileBytesMax: number;
}

/**
 * The file operations that every NFS version has, one call each. What a version lacks (exclusive CREATE, ACCESS in
 * version 2) its implementation makes out of what it has. Expected failures are outcomes; a failed call rejects.
 * Mutating calls resolve when their effect is durable on the server.
 */
export interface NfsProtocol {
  readonly version: number;
  readonly limits: ProtocolLimits;
  /** The handle behind an exported path such as `/home`. */
  mount(path: ByteString): Promise<Outcome<NodeHandle>>;
  getAttributes(node: NodeHandle): Promise<Outcome<Attributes>>;
  setAttributes(node: NodeHandle, changes: AttributeChanges): Promise<Outcome<Attributes>>;
  lookup(directory: NodeHandle, name: ByteString): Promise<Outcome<Node>>;
  /** Whether the caller may, for attributes that were just got; the operation itself still has the last word. */
  access(node: Node, wanted: WantedAccess): Promise<Outcome<boolean>>;
  readLink(link: NodeHandle): Promise<Outcome<ByteString>>;
  read(file: NodeHandle, offset: number, count: number): Promise<Outcome<ReadResult>>;
  /** `bytes` must not change before the call settles. */
  write(file: NodeHandle, offset: number, bytes: Buffer): Promise<Outcome<WriteResult>>;
  /** An existing regular file is opened, and cut where `changes` has a size. */
  create(
    directory: NodeHandle,
    name: ByteString,
    changes: AttributeChanges,
  ): Promise<Outcome<Node>>;
  /** Atomic: of two clients that create one name, one gets EEXIST. */
  createExclusive(
    directory: NodeHandle,
    name: ByteString,
    changes: AttributeChanges,
  ): Promise<Outcome<Node>>;
  makeDirectory(
    directory: NodeHandle,
    name: ByteString,
    changes: AttributeChanges,
  ): Promise<Outcome<Node>>;
  makeLink(directory: NodeHandle, name: ByteString, target: ByteString): Promise<Outcome<void>>;
  remove(directory: NodeHandle, name: ByteString): Promise<Outcome<void>>;
  removeDirectory(directory: NodeHandle, name: ByteString): Promise<Outcome<void>>;
  rename(
    fromDirectory: NodeHandle,
    fromName: ByteString,
    toDirectory: NodeHandle,
    toName: ByteString,
  ): Promise<Outcome<void>>;
  /** A further hard link. */
  link(node: NodeHandle, directory: NodeHandle, name: ByteString): Promise<Outcome<void>>;
  readDirectory(
    directory: NodeHandle,
    from: DirectoryPosition | undefined,
  ): Promise<Outcome<DirectoryPage>>;
  space(node: NodeHandle): Promise<Outcome<FileSystemSpace>>;
}
