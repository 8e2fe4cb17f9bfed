import type { Table, Transaction } from '../../../stable-area/records/record-store.ts';
import type { XdrCodec } from '../../../xdr/codec.ts';
import { voidCodec } from '../../../xdr/primitives.ts';
import type { DispatchTable, Procedure } from '../../../xdr/program.ts';
import { callAlias, continuation } from '../nested/nested-call.ts';
import type { NestedOutcome, Service, ServiceContext, VolumeServices } from '../service.ts';

const textCodec: XdrCodec<string> = {
  encode: (writer, value) => {
    writer.stringUtf8(value);
  },
  decode: (reader) => reader.stringUtf8(),
};

function procedure<A, R>(number: number, name: string, args: XdrCodec<A>, result: XdrCodec<R>) {
  return { number, name, arguments: args, result } satisfies Procedure<A, R>;
}

/**
 * Passes a text on along aliases, each of which writes a line before and a line after: `PASS "x b a"` at one alias calls
 * `PASS "x a"` at b, which calls `PASS "x"` at a. `TWICE "x b c"` calls b, then c, one after the other.
 */
export const RelayV1 = {
  program: 0x2046_00fe,
  version: 1,
  programName: 'RELAY',
  versionName: 'RELAY_V1',
  procedures: {
    null: procedure(0, 'NULL', voidCodec, voidCodec),
    pass: procedure(1, 'PASS', textCodec, textCodec),
    twice: procedure(2, 'TWICE', textCodec, textCodec),
    lines: procedure(3, 'LINES', voidCodec, textCodec),
    fail: procedure(4, 'FAIL', textCodec, textCodec),
    failLate: procedure(5, 'FAIL_LATE', textCodec, textCodec),
  },
} as const;

const { procedures } = RelayV1;

const lines: Table<string> = {
  prefix: '\x02l',
  encode: (line) => Buffer.from(line),
  decode: (bytes) => Buffer.from(bytes).toString(),
};

const counts: Table<number> = {
  prefix: '\x02n',
  encode: (count) => Buffer.from(String(count)),
  decode: (bytes) => Number(Buffer.from(bytes).toString()),
};

function write(transaction: Transaction, line: string): void {
  const count = transaction.get(counts, '') ?? 0;
  transaction.put(counts, '', count + 1);
  transaction.put(lines, String(count).padStart(6, '0'), line);
}

function ended(outcome: NestedOutcome<string>): string {
  return outcome.kind === 'replied' ? outcome.result : outcome.kind;
}

function pass(text: string, { transaction }: ServiceContext): string {
  const [what = '', alias, ...others] = text.split(' ');
  write(transaction, `${what} comes`);
  if (alias === undefined) return 'done';
  return callAlias({
    alias,
    version: RelayV1,
    procedure: procedures.pass,
    args: [what, ...others].join(' '),
    then: passed,
  });
}

const passed = continuation({
  name: 'passed',
  of: procedures.pass,
  after: procedures.pass,
  handle(text, outcome, { transaction }) {
    write(transaction, `${text.split(' ')[0]} ${outcome.kind}`);
    return ended(outcome);
  },
});

function callSecond(text: string): never {
  const [what = '', , alias = ''] = text.split(' ');
  const call = { version: RelayV1, procedure: procedures.pass, args: what };
  return callAlias({ ...call, alias, then: second });
}

const first = continuation({
  name: 'first',
  of: procedures.twice,
  after: procedures.pass,
  handle(text, outcome, { transaction }) {
    write(transaction, `${text.split(' ')[0]} first ${outcome.kind}`);
    return callSecond(text);
  },
});

const second = continuation({
  name: 'second',
  of: procedures.twice,
  after: procedures.pass,
  handle(text, outcome, { transaction }) {
    write(transaction, `${text.split(' ')[0]} second ${outcome.kind}`);
    return ended(outcome);
  },
});

function twice(text: string, { transaction }: ServiceContext): string {
  const [what = '', alias = ''] = text.split(' ');
  write(transaction, `${what} comes`);
  const call = { version: RelayV1, procedure: procedures.pass, args: what };
  return callAlias({ ...call, alias, then: first });
}

/** Fails before or after the call, as a service with a bug does. */
const failed = continuation({
  name: 'failed',
  of: procedures.failLate,
  after: procedures.fail,
  handle(text, outcome, { transaction }) {
    write(transaction, `${text} is not seen`);
    throw new Error(`${text} fails after ${outcome.kind}`);
  },
});

const dispatch: DispatchTable<ServiceContext> = {
  version: RelayV1,
  rows: new Map([
    [0, { procedure: procedures.null, handle: () => undefined }],
    [1, { procedure: procedures.pass, handle: pass }],
    [2, { procedure: procedures.twice, handle: twice }],
    [
      3,
      {
        procedure: procedures.lines,
        handle: (_: undefined, { transaction }: ServiceContext) =>
          transaction
            .range(lines, { from: '', to: '\xff', limit: 10_000 })
            .map(({ value }) => value)
            .join('\n'),
      },
    ],
    [
      4,
      {
        procedure: procedures.fail,
        handle: (text: string) => {
          throw new Error(`${text} fails`);
        },
      },
    ],
    [
      5,
      {
        procedure: procedures.failLate,
        handle: (text: string, { transaction }: ServiceContext) => {
          write(transaction, `${text} comes`);
          const [, alias = ''] = text.split(' ');
          const call = { version: RelayV1, procedure: procedures.fail, args: text };
          return callAlias({ ...call, alias, then: failed });
        },
      },
    ],
  ]),
};

const service: Service = {
  dispatch,
  reading: new Set(['null', 'lines']),
  continuations: [passed, first, second, failed],
};

export const relayServices: VolumeServices = { services: [service] };
