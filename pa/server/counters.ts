/** What happened to the calls of one volume, for metrics and tests. */
export interface CallCounters {
  /** FT-IPC calls that were executed, reads included. */
  executed: number;
  /** Calls without a PA header. */
  stock: number;
  /** Duplicates answered with the registered reply. */
  duplicatesDone: number;
  /** Duplicates that took over the reply of the running call. */
  duplicatesInProgress: number;
  duplicatesCompleted: number;
  collisions: number;
  expired: number;
  beyondWindow: number;
  addressUnknown: number;
  malformed: number;
  /** Exceptions of handlers: answered with a server fault. */
  faults: number;
  hellos: number;
  leasesEnded: number;
  /** Answers of stock clients that gave way before their time: the ring is too small for the rate. */
  ringWraps: number;
  /** Calls to other aliases. */
  nested: number;
  /** Of them, those of which nobody can tell any more whether they were executed. */
  nestedUnknown: number;
}

export function newCallCounters(): CallCounters {
  return {
    executed: 0,
    stock: 0,
    duplicatesDone: 0,
    duplicatesInProgress: 0,
    duplicatesCompleted: 0,
    collisions: 0,
    expired: 0,
    beyondWindow: 0,
    addressUnknown: 0,
    malformed: 0,
    faults: 0,
    hellos: 0,
    leasesEnded: 0,
    ringWraps: 0,
    nested: 0,
    nestedUnknown: 0,
  };
}
