import { describe, expect, test } from 'vitest';
import { decodeAll, encodeToBuffer } from '../../xdr/decode.ts';
import type { DispatchTable, ProgramVersion, RpcCaller } from '../../xdr/program.ts';
import { importCompiled } from './testing/import-compiled.ts';

const source = `
  enum colour { RED, GREEN };
  struct point { int x; int y; };
  struct node { int v; node *next; };
  program SHAPE_PROG {
    version SHAPE_VERS {
      void SHAPE_NULL(void) = 0;
      point SHAPE_MOVE(point, int, colour) = 3;
      unsigned int SHAPE_COUNT(string) = 4;
      node SHAPE_LIST(struct node) = 5;
      bool SHAPE_ASK() = 6;
    } = 1;
    version SHAPE_VERS_OLD { void SHAPE_NULL(void) = 0; } = 0x10;
  } = 0x20051001;`;

type Stub = Readonly<Record<string, (args?: unknown, options?: unknown) => Promise<unknown>>>;
type Dispatch = (handlers: object) => DispatchTable<string>;

describe('RFC 5531 §12: programs', () => {
  test('a table for each version of a program', async () => {
    const compiled = await importCompiled(source);
    const version = compiled.program('ShapeProgV1');
    expect(version).toMatchObject({
      program: 0x2005_1001,
      version: 1,
      programName: 'SHAPE_PROG',
      versionName: 'SHAPE_VERS',
    });
    const rows = Object.entries(version.procedures).map(([key, { number, name }]) => [
      key,
      number,
      name,
    ]);
    expect(rows).toEqual([
      ['shapeNull', 0, 'SHAPE_NULL'],
      ['shapeMove', 3, 'SHAPE_MOVE'],
      ['shapeCount', 4, 'SHAPE_COUNT'],
      ['shapeList', 5, 'SHAPE_LIST'],
      ['shapeAsk', 6, 'SHAPE_ASK'],
    ]);
    expect(compiled.program('ShapeProgV16')).toMatchObject({ program: 0x2005_1001, version: 16 });
  });

  test('codecs: void, several arguments, types without a name, a list', async () => {
    const { procedures } = (await importCompiled(source)).program('ShapeProgV1');
    const same = (key: string, side: 'arguments' | 'result', value: unknown, hex: string): void => {
      const codec = procedures[key]![side];
      const bytes = encodeToBuffer(codec, value);
      expect(bytes.toString('hex')).toBe(hex);
      expect(decodeAll(codec, bytes)).toEqual({ ok: true, value });
    };
    same('shapeNull', 'arguments', undefined, '');
    same('shapeNull', 'result', undefined, '');
    same('shapeMove', 'arguments', [{ x: 1, y: 2 }, 3, 1], '00000001000000020000000300000001');
    same('shapeCount', 'arguments', 'ab', '0000000261620000');
    same('shapeCount', 'result', 7, '00000007');
    same('shapeList', 'arguments', [{ v: 1 }], '0000000100000000');
    same('shapeAsk', 'arguments', undefined, '');
    same('shapeAsk', 'result', true, '00000001');
  });

  test('a stub calls through its caller', async () => {
    const compiled = await importCompiled(source);
    const calls: unknown[] = [];
    const caller: RpcCaller<string> = {
      call: async (version, procedure, args, options) => {
        calls.push([version.programName, procedure.name, args, options]);
        return undefined as never;
      },
    };
    const Client = compiled.exports.ShapeProgV1Client as new (caller: RpcCaller<string>) => Stub;
    const stub = new Client(caller);
    await stub.shapeNull!();
    await stub.shapeMove!([{ x: 1, y: 2 }, 3, 0], 'quickly');
    expect(calls).toEqual([
      ['SHAPE_PROG', 'SHAPE_NULL', undefined, undefined],
      ['SHAPE_PROG', 'SHAPE_MOVE', [{ x: 1, y: 2 }, 3, 0], 'quickly'],
    ]);
  });

  test('a dispatch table leads from numbers to handlers, with their `this`', async () => {
    const compiled = await importCompiled(source);
    const dispatch = compiled.exports.dispatchShapeProgV1 as Dispatch;
    const handlers = {
      offset: 10,
      shapeMove(args: readonly [{ x: number; y: number }, number], context: string) {
        return { x: args[0].x + this.offset, y: context.length };
      },
    };
    const table = dispatch(handlers);
    expect(table.version).toBe(compiled.program('ShapeProgV1') satisfies ProgramVersion);
    expect([...table.rows.keys()]).toEqual([0, 3, 4, 5, 6]);
    const row = table.rows.get(3)!;
    expect(row.procedure).toBe(table.version.procedures.shapeMove);
    expect(row.handle([{ x: 1, y: 2 }, 3], 'four')).toEqual({ x: 11, y: 4 });
  });
});
