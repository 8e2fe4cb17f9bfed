import type { Mutation } from './mutation.ts';

const gate = 'pa/server/reply-gate.ts';
const registeredCall = 'pa/server/registered-call.ts';

/** Rules of DESIGN "The life of a mutating call", each broken. */
export const acknowledgingMutations: readonly Mutation[] = [
  {
    name: 'REGISTER_AFTER_COMMIT',
    what: 'the reply is registered in a batch of its own, once the changes are durable',
    changes: [
      {
        file: registeredCall,
        find: '    register.put(transaction, reply);\n    failpoints',
        replace: '    failpoints',
      },
      {
        file: registeredCall,
        find: "        if (result.kind === 'replied') this.#finish(call, result.reply, batch, before);\n",
        replace: `        if (result.kind === 'replied') {
          const { reply } = result;
          const put = (transaction) => call.register.put(transaction, reply);
          void this.#parts.gate.passed(batch).then(() => {
            settle(
              () => this.#parts.store.execute(put),
              (later) => this.#finish(call, reply, later.batch, before),
              (error) => this.#isOver(error, call),
            );
          });
        }\n`,
      },
    ],
  },
  {
    name: 'CONFIRM_BEFORE_SYNC',
    what: 'the check before a reply starts when the call was executed, not when it is durable',
    changes: [
      {
        file: gate,
        find: '      this.#waiting.push({ batch, send });\n',
        replace: `      void this.#watch.holder.confirm().then((found) => {
        if (found === 'held') this.#waiting.push({ batch, send });
      });\n`,
      },
      {
        file: gate,
        find: 'if (held.batch <= durableBatch) this.#ready.push(held.send);',
        replace: 'if (held.batch <= durableBatch) held.send();',
      },
    ],
  },
  {
    name: 'SKIP_CONFIRM',
    what: 'replies leave without a look at the claims',
    changes: [
      {
        file: gate,
        find: 'const confirmation = await this.#watch.holder.confirm();',
        replace: `const confirmation = await Promise.resolve('held');`,
      },
    ],
  },
  {
    name: 'SKIP_CONFIRM_FOR_READS',
    what: 'what changes nothing is answered without a look',
    changes: [
      {
        file: 'pa/server/reading-call.ts',
        find: 'parts.gate.release(batch, () => {\n      target.connection.reply(target.xid, message);\n    });',
        replace: 'target.connection.reply(target.xid, message);',
      },
    ],
  },
  {
    name: 'REPLY_BEFORE_COMMIT',
    what: 'a reply does not wait for the batch that it depends on',
    changes: [
      {
        file: gate,
        find: 'if (batch > this.#watch.holder.durableBatch) {',
        replace: 'if (false) {',
      },
    ],
  },
  {
    name: 'REPLAY_WITHOUT_CONFIRM',
    what: 'a registered reply is sent again without a look',
    changes: [
      {
        file: 'pa/server/ft-ipc.ts',
        find: `      case 'done':
        counters.duplicatesDone += 1;
        this.#answer(admission.call.batch, target, replyMessage(admission.call, this.#ok));`,
        replace: `      case 'done':
        counters.duplicatesDone += 1;
        target.connection.reply(target.xid, replyMessage(admission.call, this.#ok));`,
      },
    ],
  },
  {
    name: 'FREE_TOO_EARLY',
    what: 'a reply is freed although its client has not said that it has arrived',
    changes: [
      {
        file: 'pa/server/session.ts',
        find: 'if (lowestUnfinished > this.#lowestUnfinished) this.#lowestUnfinished = lowestUnfinished;',
        replace:
          'if (lowestUnfinished + 1 > this.#lowestUnfinished) this.#lowestUnfinished = lowestUnfinished + 1;',
      },
    ],
  },
  {
    name: 'REUSE_SLOT_TOO_EARLY',
    what: 'a reply is overwritten by the next one although its client has not said that it has arrived',
    changes: [
      {
        file: 'pa/server/session.ts',
        find: 'else this.#done.set(sequence, { call, slot });',
        replace: `else this.#done.set(sequence, { call, slot });
    this.#slots.release(slot);`,
      },
    ],
  },
  {
    name: 'KEY_WITHOUT_DIGEST',
    what: 'a stock client is recognised by address, port and xid alone',
    changes: [
      {
        file: 'pa/server/stock-peer.ts',
        find: 'while (call !== undefined && !sameDigest(call.digest, digest)) call = call.before;',
        replace: '',
      },
    ],
  },
  {
    name: 'EXECUTE_WHILE_IN_PROGRESS',
    what: 'a copy of a call under way is executed as well',
    changes: [
      {
        file: 'pa/server/session.ts',
        find: 'if (running !== undefined) {',
        replace: 'if (running !== undefined && sequence < 0) {',
      },
    ],
  },
  {
    name: 'INSTALL_STALE_LOAD',
    what: 'a value that was loaded replaces one that was changed meanwhile',
    changes: [
      { file: 'stable-area/records/store.ts', find: 'if (entry.known) return;', replace: '' },
    ],
  },
  {
    name: 'GO_ON_AFTER_FAILED_APPEND',
    what: 'a batch whose write failed is written again',
    changes: [
      {
        file: 'stable-area/holder/group-commit.ts',
        find: `    this.stop();
    this.#parts.onFailed(cause instanceof Error ? cause : new Error(String(cause)));`,
        replace: `    const batch = this.#writing;
    this.#writing = undefined;
    if (batch !== undefined && cause !== undefined) this.#waiting.unshift(batch);
    this.#startSoon();`,
      },
    ],
  },
];
