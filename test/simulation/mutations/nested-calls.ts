import type { Mutation } from './mutation.ts';

const nestedCalls = 'pa/server/nested/nested-calls.ts';
const registeredCall = 'pa/server/registered-call.ts';

/** Rules of ARCHITECTURE "The life of a call that calls another alias", each broken. */
export const nestedCallMutations: readonly Mutation[] = [
  {
    name: 'NESTED_NEW_LIFE',
    what: 'a new holder sends what was begun before it as a client that nobody knows',
    changes: [
      {
        file: nestedCalls,
        find: 'if (value.life !== undefined) this.#lives.set(alias, value.life);',
        replace: '',
      },
      {
        file: nestedCalls,
        find: 'return { alias, sequence, record, life, mayHaveBeenSent: life !== undefined };',
        replace: 'return { alias, sequence, record, life: undefined, mayHaveBeenSent: false };',
      },
    ],
  },
  {
    name: 'NESTED_NOT_RESTORED',
    what: 'a new holder does not go on with what was begun before it: a copy of it begins anew',
    changes: [
      {
        file: 'pa/server/nested/restore.ts',
        find: 'const inners = await parts.nested.restore();',
        replace: 'const inners = (await parts.nested.restore()).slice(0, 0);',
      },
    ],
  },
  {
    name: 'NESTED_SENT_TOO_EARLY',
    what: 'an inner call is sent before the transaction that asks for it is durable',
    changes: [
      {
        file: registeredCall,
        find: `    this.#parts.nested?.began(inner);
    this.#parts.gate.release(batch, () => {`,
        replace: `    this.#parts.nested?.began(inner);
    this.#parts.gate.release(0, () => {`,
      },
    ],
  },
  {
    name: 'NESTED_RESULT_NOT_USED',
    what: 'an inner call that was answered is not taken out with the reply of the outer one',
    changes: [
      {
        file: registeredCall,
        find: `    if (before === undefined) register.check();
    else nested?.delete(transaction, before);
    if (ending`,
        replace: `    if (before === undefined) register.check();
    if (ending`,
      },
    ],
  },
];
