/** A life of a client, as nobody else's: incarnations are numbered by each area for itself. */
export interface LifeName {
  /** The destination's UI. */
  readonly areaUi: string;
  readonly incarnation: number;
}

export interface KnownLife extends LifeName {
  readonly leaseMs: number;
}

/**
 * What makes a client outlive its process: an alias that calls another one is served by several, one after the other, and
 * all are the same client. It keeps its calls, their numbers and its life in its stable area.
 */
export interface LastingIdentity {
  /** The life of an earlier process, to go on with. */
  readonly life: KnownLife | undefined;
  /**
   * The completion notice: every call below it is over *durably, and that is confirmed*. A reply that has merely arrived
   * here is still wanted: by the process that replaces this one before it has used the reply.
   */
  readonly lowestUnfinished: () => number;
}

/** A call that was made durable, with its number, before it came to the client. */
export interface LastingCall {
  readonly sequence: number;
  /** The life that it was made durable with; it is sent in no other without `bind`. */
  readonly life: LifeName | undefined;
  /** By this process or an earlier one. */
  readonly mayHaveBeenSent: boolean;
  /** Stores that it is sent in this life from now on. Resolves when that is durable and confirmed; never, if it cannot be. */
  bind(life: KnownLife): Promise<void>;
}
