/** What each macro of a model is set to. */
export type ModelSize = Readonly<Record<string, number>>;

/** A model of docs/model. */
export interface Model {
  readonly file: string;
  /** In each of these every state is looked at by `npm run model`. */
  readonly sizes: readonly ModelSize[];
  /** Large enough for every broken rule to show, small enough for `npm test`. */
  readonly smallest: ModelSize;
  /** The rules of the protocol, each as the macro of the model that breaks it. */
  readonly brokenRules: readonly string[];
}

export const models: readonly Model[] = [
  {
    file: 'fuga.pml',
    sizes: [
      { SERVERS: 2, EPOCHS: 2 },
      { SERVERS: 2, EPOCHS: 3 },
      { SERVERS: 2, EPOCHS: 4 },
      { SERVERS: 3, EPOCHS: 3 },
      { SERVERS: 3, EPOCHS: 4 },
    ],
    smallest: { SERVERS: 2, EPOCHS: 3 },
    brokenRules: [
      'CLAIM_NOT_EXCLUSIVE',
      'CLAIM_AFTER_COPY',
      'COPY_PREDECESSOR',
      'EPOCH_NOT_SYNCED',
      'UNLINK_BEFORE_CONFIRM',
      'SKIP_CONFIRM',
      'SKIP_CONFIRM_FOR_READS',
      'REPLAY_WITHOUT_CONFIRM',
      'CONFIRM_BEFORE_SYNC',
      'CLOCK_FENCE',
      'REPLY_BEFORE_COMMIT',
      'REGISTER_AFTER_COMMIT',
      'GO_ON_AFTER_FAILED_APPEND',
      'FREE_TOO_EARLY',
      'KEY_WITHOUT_DIGEST',
    ],
  },
  {
    file: 'pa.pml',
    sizes: [
      { LIVES: 2, TAKEOVERS: 1 },
      { LIVES: 2, TAKEOVERS: 3 },
      { LIVES: 3, TAKEOVERS: 3 },
    ],
    smallest: { LIVES: 2, TAKEOVERS: 1 },
    brokenRules: [
      'INCARNATION_NOT_DURABLE',
      'HELLO_BEFORE_END',
      'UNKNOWN_LIFE_IS_NEW',
      'EXECUTE_WHILE_IN_PROGRESS',
      'EXECUTE_AFTER_END',
      'FREE_BEFORE_NOTICE',
      'FREE_WITHOUT_NUMBER',
      'FORGET_WITHOUT_MARK',
      'LEASE_KEPT_OVER_TAKEOVER',
      'LEASES_NOT_STARTED',
      'ASK_AGAIN_AFTER_EXPIRED',
    ],
  },
];
