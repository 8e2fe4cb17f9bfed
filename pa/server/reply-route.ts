import type { CallTarget } from './call-target.ts';

/**
 * Where the reply of a running call goes. One object for every identity under which the call runs (a relayed call has
 * two), so that a copy that comes by any of them takes the reply from the one copy that had it, and each copy ends once.
 */
export class ReplyRoute {
  #target: CallTarget;

  constructor(target: CallTarget) {
    this.#target = target;
  }

  get target(): CallTarget {
    return this.#target;
  }

  /**
   * Another copy came. The reply goes to the connection that was opened last, not to the copy that was read last: what
   * a broken connection brought can be read after what its successor brought. The other copy ends here.
   */
  attach(target: CallTarget): void {
    const current = this.#target;
    const isLate = target.connection.id < current.connection.id && !current.connection.isClosed;
    if (!isLate) this.#target = target;
    const superseded = isLate ? target : current;
    superseded.connection.drop(superseded.xid);
  }
}
