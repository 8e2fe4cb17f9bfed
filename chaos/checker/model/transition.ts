import type { Ino, Result } from '../../history/call.ts';
import { blockBytes } from '../../history/limits.ts';
import type { ModelNode, ModelState, NodeId } from './state.ts';

/** Which call it is, and what is known about the node that it makes, if it makes one. */
export interface CallIdentity {
  /** Id of the operation: the stamp of what it writes. */
  readonly id: string;
  /** The inode number that its reply shows; undefined where the reply shows none. */
  readonly newIno: Ino | undefined;
}

/** What a call gives in some state, before it is compared with what was answered. */
export type Transition =
  | { readonly ok: true; readonly state: ModelState; readonly reply: ModelReply }
  /** Every code that fits: where several things are wrong at once, servers may name any of them. */
  | { readonly ok: false; readonly codes: ReadonlySet<string> };

/** A reply in the model's terms; attributes are those of `node` in the state after the call. */
export interface ModelReply {
  readonly node?: NodeId;
  readonly blocks?: readonly string[];
  readonly entries?: ReadonlyMap<string, NodeId>;
  readonly target?: string;
}

export function refused(...codes: string[]): Transition {
  return { ok: false, codes: new Set(codes) };
}

/** The reply as a history would show it, for messages. An unseen node has inode number 0. */
export function describeReply(state: ModelState, reply: ModelReply): Result {
  const shown = (id: NodeId): number => (typeof id === 'number' ? id : 0);
  const node = reply.node === undefined ? undefined : state.get(reply.node);
  return {
    ...(node === undefined || reply.node === undefined
      ? {}
      : {
          attributes: {
            ino: shown(reply.node),
            type: node.type,
            links: node.type === 'directory' ? 0 : node.links,
            sizeBytes: sizeBytesOf(node),
          },
        }),
    ...(reply.blocks === undefined ? {} : { blocks: reply.blocks }),
    ...(reply.entries === undefined
      ? {}
      : { entries: [...reply.entries].map(([name, id]) => [name, shown(id)] as const) }),
    ...(reply.target === undefined ? {} : { target: reply.target }),
  };
}

/** Size as GETATTR shows it. Zero where it is not compared. */
export function sizeBytesOf(node: ModelNode): number {
  return node.type === 'file' ? node.blocks.length * blockBytes : 0;
}
