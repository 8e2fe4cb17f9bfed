import type { Table } from '../../../stable-area/records/record-store.ts';
import { StableAreaError } from '../../../stable-area/stable-area.ts';
import type { XdrCodec } from '../../../xdr/codec.ts';
import { voidCodec } from '../../../xdr/primitives.ts';
import type { DispatchTable, Procedure } from '../../../xdr/program.ts';
import type { Service, ServiceContext, VolumeServices } from '../service.ts';

/** What becomes of a name: the hazard of a file server in miniature. */
export type NameStatus = 'ok' | 'exists' | 'missing';

const statuses: readonly NameStatus[] = ['ok', 'exists', 'missing'];

const nameCodec: XdrCodec<string> = {
  encode: (writer, value) => {
    writer.stringUtf8(value, 64);
  },
  decode: (reader) => reader.stringUtf8(64),
};

const statusCodec: XdrCodec<NameStatus> = {
  encode: (writer, value) => {
    writer.unsignedInt(statuses.indexOf(value));
  },
  decode: (reader) => statuses[reader.unsignedInt()] ?? 'missing',
};

const names: Table<true> = {
  prefix: '\x02n',
  encode: () => new Uint8Array([1]),
  decode(bytes) {
    if (bytes[0] === 1) return true;
    throw new StableAreaError('STABLE_AREA_FORMAT', 'a name was written by a newer program');
  },
};

function procedure<A, R>(number: number, name: string, args: XdrCodec<A>, result: XdrCodec<R>) {
  return { number, name, arguments: args, result } satisfies Procedure<A, R>;
}

/** Names that are made, taken away and looked for; `fail` throws, as a handler with a bug does. */
export const NamesV1 = {
  program: 0x2046_00ff,
  version: 1,
  programName: 'NAMES',
  versionName: 'NAMES_V1',
  procedures: {
    null: procedure(0, 'NULL', voidCodec, voidCodec),
    make: procedure(1, 'MAKE', nameCodec, statusCodec),
    take: procedure(2, 'TAKE', nameCodec, statusCodec),
    look: procedure(3, 'LOOK', nameCodec, statusCodec),
    fail: procedure(4, 'FAIL', nameCodec, statusCodec),
  },
} as const;

const dispatch: DispatchTable<ServiceContext> = {
  version: NamesV1,
  rows: new Map([
    [0, { procedure: NamesV1.procedures.null, handle: () => undefined }],
    [1, { procedure: NamesV1.procedures.make, handle: make }],
    [2, { procedure: NamesV1.procedures.take, handle: take }],
    [3, { procedure: NamesV1.procedures.look, handle: look }],
    [4, { procedure: NamesV1.procedures.fail, handle: fail }],
  ]),
};

function make(name: string, { transaction }: ServiceContext): NameStatus {
  if (transaction.get(names, name) !== undefined) return 'exists';
  transaction.put(names, name, true);
  return 'ok';
}

function take(name: string, { transaction }: ServiceContext): NameStatus {
  if (transaction.get(names, name) === undefined) return 'missing';
  transaction.delete(names, name);
  return 'ok';
}

function look(name: string, { transaction }: ServiceContext): NameStatus {
  return transaction.get(names, name) === undefined ? 'missing' : 'ok';
}

function fail(name: string, { transaction }: ServiceContext): NameStatus {
  transaction.put(names, name, true);
  throw new Error(`the handler fails on ${name}`);
}

const service: Service = { dispatch, reading: new Set(['null', 'look']) };

export const namesServices: VolumeServices = { services: [service] };
