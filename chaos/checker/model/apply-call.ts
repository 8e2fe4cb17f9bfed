import type { Call } from '../../history/call.ts';
import { applyContentCall } from './content-calls.ts';
import { applyNameCall } from './name-calls.ts';
import type { ModelState } from './state.ts';
import type { CallIdentity, Transition } from './transition.ts';

/** One call, executed alone: the sequential specification that every history is held against. */
export function applyCall(state: ModelState, call: Call, identity: CallIdentity): Transition {
  switch (call.kind) {
    case 'lookup':
    case 'create':
    case 'mkdir':
    case 'symlink':
    case 'remove':
    case 'rmdir':
    case 'rename':
    case 'link':
    case 'readdir':
      return applyNameCall(state, call, identity);
    case 'write':
    case 'truncate':
    case 'read':
    case 'getattr':
    case 'readlink':
      return applyContentCall(state, call, identity.id);
  }
}
