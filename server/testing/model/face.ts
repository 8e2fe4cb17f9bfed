import type { Credential } from '../../../rpc/auth.ts';
import type { SetAttributes } from '../../file-system/attributes.ts';
import type { Device } from '../../file-system/records/inode.ts';
import type { Time } from '../../file-system/time.ts';
import type { Nfs3FailureStatus } from '../../nfs3/status.ts';
import type { ModelNode } from './model.ts';

/** Attributes that a reply shows, whatever the version. */
export interface SeenAttributes {
  readonly type: ModelNode['type'];
  readonly ino: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly nlink: number;
  readonly size: number;
  readonly device: Device;
}

/** RFC 1813 §2.6 wcc_data of what a handle names, or post_op_attr, which has no `before`. Undefined: does not follow. */
export interface SeenChange {
  readonly handle: Buffer;
  readonly before?: WeakAttributes | undefined;
  readonly after: SeenAttributes | undefined;
}

interface WeakAttributes {
  readonly size: number;
  readonly mtime: Time;
  readonly ctime: Time;
}

/** What a reply says, as far as both versions can say it. */
export interface Seen {
  readonly status: number;
  /** Of what was made or found. */
  readonly handle?: Buffer;
  readonly attributes?: SeenAttributes;
  readonly changes?: readonly SeenChange[];
  readonly writeVerifier?: Buffer;
  readonly data?: Buffer;
}

export interface Place {
  readonly dir: Buffer;
  readonly name: string;
}

export type Make =
  | {
      readonly type: 'regular';
      readonly how: 'unchecked' | 'guarded';
      readonly asked: SetAttributes;
    }
  | { readonly type: 'regular'; readonly how: 'exclusive'; readonly verifier: string }
  | { readonly type: 'directory'; readonly asked: SetAttributes }
  | { readonly type: 'symlink'; readonly target: string; readonly asked: SetAttributes }
  | {
      readonly type: 'character' | 'block' | 'fifo' | 'socket';
      readonly device: Device;
      readonly asked: SetAttributes;
    };

export interface Page {
  readonly entries: readonly {
    readonly name: string;
    readonly ino: number;
    readonly cookie: number;
  }[];
  readonly eof: boolean;
}

/** The procedures of one version, called through their codecs. */
export interface Face {
  readonly version: 2 | 3;
  /** The version's number for a status of the model. */
  number(status: Nfs3FailureStatus | 'ok'): number;
  lookup(who: Credential, place: Place): Promise<Seen>;
  make(who: Credential, place: Place, make: Make): Promise<Seen>;
  remove(who: Credential, place: Place, asDirectory: boolean): Promise<Seen>;
  rename(who: Credential, from: Place, to: Place): Promise<Seen>;
  link(who: Credential, file: Buffer, place: Place): Promise<Seen>;
  setAttributes(who: Credential, handle: Buffer, asked: SetAttributes, guard?: Time): Promise<Seen>;
  write(who: Credential, file: Buffer, offset: number, data: Buffer): Promise<Seen>;
  read(who: Credential, file: Buffer): Promise<Seen>;
  getAttributes(handle: Buffer): Promise<Seen>;
  /** A few entries of a directory. */
  list(dir: Buffer, after: number): Promise<Page>;
}
