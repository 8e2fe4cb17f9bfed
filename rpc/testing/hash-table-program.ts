import type { XdrCodec } from '../../xdr/codec.ts';
import { voidCodec } from '../../xdr/primitives.ts';
import type { DispatchTable, Procedure, ProgramVersion, RpcCaller } from '../../xdr/program.ts';

/** The hash table of the classic rpcgen lecture, written by hand as rpcgen generates it. */
export interface KeyValue {
  readonly key: string;
  readonly value: number;
}

const keyBytesMax = 256;

const keyCodec: XdrCodec<string> = {
  encode: (writer, value) => writer.stringBytes(value, keyBytesMax),
  decode: (reader) => reader.stringBytes(keyBytesMax),
};

const intCodec: XdrCodec<number> = {
  encode: (writer, value) => writer.int(value),
  decode: (reader) => reader.int(),
};

const keyValueCodec: XdrCodec<KeyValue> = {
  encode(writer, { key, value }) {
    keyCodec.encode(writer, key);
    writer.int(value);
  },
  decode: (reader) => ({ key: keyCodec.decode(reader), value: reader.int() }),
};

const keysCodec: XdrCodec<readonly string[]> = {
  encode(writer, keys) {
    writer.arrayLength(keys.length, 0xffff_ffff);
    for (const key of keys) keyCodec.encode(writer, key);
  },
  decode(reader) {
    const length = reader.arrayLength(0xffff_ffff, 4);
    return Array.from({ length }, () => keyCodec.decode(reader));
  },
};

export const put: Procedure<KeyValue, number> = {
  number: 11,
  name: 'PUT',
  arguments: keyValueCodec,
  result: intCodec,
};

export const getValue: Procedure<string, number> = {
  number: 12,
  name: 'GETVALUE',
  arguments: keyCodec,
  result: intCodec,
};

export const getKeys: Procedure<undefined, readonly string[]> = {
  number: 13,
  name: 'GETKEYS',
  arguments: voidCodec,
  result: keysCodec,
};

export const hashTable: ProgramVersion = {
  program: 0x20051001,
  version: 1,
  programName: 'HASHTABLE_PROG',
  versionName: 'HASHTABLE_VERSION',
  procedures: { put, getvalue: getValue, getkeys: getKeys },
};

export interface HashTableHandlers<Context> {
  put(args: KeyValue, context: Context): number | Promise<number>;
  getvalue(key: string, context: Context): number | Promise<number>;
  getkeys(args: undefined, context: Context): readonly string[] | Promise<readonly string[]>;
}

export function hashTableDispatch<Context>(
  handlers: HashTableHandlers<Context>,
): DispatchTable<Context> {
  return {
    version: hashTable,
    rows: new Map([
      [put.number, { procedure: put, handle: handlers.put.bind(handlers) }],
      [getValue.number, { procedure: getValue, handle: handlers.getvalue.bind(handlers) }],
      [getKeys.number, { procedure: getKeys, handle: handlers.getkeys.bind(handlers) }],
    ]),
  };
}

/** A table in memory, as C's example keeps it: -1 where there is no such key. */
export function hashTableInMemory(): HashTableHandlers<unknown> {
  const table = new Map<string, number>();
  return {
    put({ key, value }) {
      table.set(key, value);
      return 0;
    },
    getvalue: (key) => table.get(key) ?? -1,
    getkeys: () => [...table.keys()],
  };
}

export class HashTableClient {
  readonly #caller: RpcCaller;

  constructor(caller: RpcCaller) {
    this.#caller = caller;
  }

  put(args: KeyValue): Promise<number> {
    return this.#caller.call(hashTable, put, args);
  }

  getvalue(key: string): Promise<number> {
    return this.#caller.call(hashTable, getValue, key);
  }

  getkeys(): Promise<readonly string[]> {
    return this.#caller.call(hashTable, getKeys, undefined);
  }
}
