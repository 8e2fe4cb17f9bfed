import { describe, expect, test } from 'vitest';
import { decodeAll, encodeToBuffer } from '../../xdr/decode.ts';
import { XdrLimitError } from '../../xdr/failure.ts';
import { nestingDepthMax } from '../../xdr/limits.ts';
import { type Compiled, compileText, importCompiled } from './testing/import-compiled.ts';

const decode = (compiled: Compiled, type: string, hex: string) =>
  decodeAll(compiled.codec(type), Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const encode = (compiled: Compiled, type: string, value: unknown): string =>
  encodeToBuffer(compiled.codec(type), value).toString('hex');

/** Both ways. */
function same(compiled: Compiled, type: string, value: unknown, hex: string): void {
  expect(encode(compiled, type, value)).toBe(hex.replaceAll(' ', ''));
  expect(decode(compiled, type, hex)).toEqual({ ok: true, value });
}

describe('RFC 4506 §4.3: enumerations', () => {
  const source = 'enum e { A, B = 5, C, D = -1 }; const LAST = D; struct s { opaque x[C]; e e; };';

  test('values count on from the last one, as in C, and are constants of the file', async () => {
    const compiled = await importCompiled(source);
    expect(compiled.exports.E).toEqual({ A: 0, B: 5, C: 6, D: -1 });
    expect(compiled.exports.LAST).toBe(-1);
    same(compiled, 'S', { x: Buffer.alloc(6, 1), e: -1 }, '010101010101 0000 ffffffff');
  });

  test('a value without a name is a failure, and not encoded', async () => {
    const compiled = await importCompiled(source);
    expect(decode(compiled, 'E', '00000001')).toMatchObject({
      failure: { kind: 'bad-enum', position: 0, detail: '1 is not a value of enum e' },
    });
    expect(() => encode(compiled, 'E', 1)).toThrow(XdrLimitError);
  });

  test('two names for one value', async () => {
    const compiled = await importCompiled(
      'enum e { A = 1, B = 1 }; union u switch (e e) { case B: int x; };',
    );
    same(compiled, 'U', { e: 1, x: 2 }, '00000001 00000002');
  });
});

describe('RFC 4506 §4.15: unions', () => {
  test('with a default', async () => {
    const compiled = await importCompiled(
      'enum e { A, B, C }; union u switch (e s) { case A: int x; case B: void; default: string y<4>; };',
    );
    same(compiled, 'U', { s: 0, x: 7 }, '00000000 00000007');
    same(compiled, 'U', { s: 1 }, '00000001');
    same(compiled, 'U', { s: 2, y: 'ab' }, '00000002 00000002 61620000');
    expect(decode(compiled, 'U', '00000003')).toMatchObject({ failure: { kind: 'bad-enum' } });
  });

  test('without one: another discriminant is a failure', async () => {
    const compiled = await importCompiled('union u switch (int s) { case 1: case 2: int x; };');
    same(compiled, 'U', { s: 2, x: 1 }, '00000002 00000001');
    expect(decode(compiled, 'U', '00000003')).toMatchObject({
      failure: { kind: 'bad-union', position: 0 },
    });
    expect(() => encode(compiled, 'U', { s: 3 })).toThrow(XdrLimitError);
  });

  test('an enumerator without an arm is a failure', async () => {
    const compiled = await importCompiled(
      'enum e { A, B }; union u switch (e s) { case A: void; };',
    );
    expect(decode(compiled, 'U', '00000001')).toMatchObject({ failure: { kind: 'bad-union' } });
  });

  test('over a bool', async () => {
    const compiled = await importCompiled(
      'union u switch (bool more) { case TRUE: hyper x; case FALSE: void; };',
    );
    same(compiled, 'U', { more: true, x: 1n }, '00000001 0000000000000001');
    same(compiled, 'U', { more: false }, '00000000');
  });

  test('over an unsigned int, the largest one too', async () => {
    const compiled = await importCompiled(
      'union u switch (unsigned s) { case 0xffffffff: int x<>; default: void; };',
    );
    same(compiled, 'U', { s: 0xffff_ffff, x: [1] }, 'ffffffff 00000001 00000001');
    same(compiled, 'U', { s: 9 }, '00000009');
  });

  test('over a typedef of an enum, with arms of every shape', async () => {
    const compiled = await importCompiled(`
      enum e { A, B, C, D, E };
      typedef e f;
      struct node { int v; node *next; };
      union u switch (f s) {
        case A: int x[2];
        case B: node *list;
        case C: int *maybe;
        case D: node first;
        case E: opaque y[3];
      };`);
    same(compiled, 'U', { s: 0, x: [1, 2] }, '00000000 00000001 00000002');
    same(compiled, 'U', { s: 1, list: [{ v: 3 }] }, '00000001 00000001 00000003 00000000');
    same(compiled, 'U', { s: 2, maybe: undefined }, '00000002 00000000');
    same(compiled, 'U', { s: 3, first: [{ v: 1 }] }, '00000003 00000001 00000000');
    same(compiled, 'U', { s: 4, y: Buffer.from('abc') }, '00000004 61626300');
  });
});

describe('RFC 4506 §4.19: optional data and lists', () => {
  const lists = `
    typedef struct node *list;
    struct node { unsigned v; list next; };
    struct holder { node *inline_list; list *maybe_list; node here; list lists<2>; };`;

  test('optional data are the value or undefined', async () => {
    const compiled = await importCompiled(
      'struct s { int *x; string *y<3>; };'.replace('string *y<3>', 'hyper *y'),
    );
    same(compiled, 'S', { x: 1, y: undefined }, '00000001 00000001 00000000');
    same(compiled, 'S', { x: undefined, y: -1n }, '00000000 00000001 ffffffffffffffff');
  });

  test('a list is an array, wherever it stands', async () => {
    const compiled = await importCompiled(lists);
    same(compiled, 'List', [{ v: 1 }, { v: 2 }], '00000001 00000001 00000001 00000002 00000000');
    same(
      compiled,
      'Holder',
      {
        inlineList: [],
        maybeList: [{ v: 1 }],
        here: [{ v: 2 }, { v: 3 }],
        lists: [[], [{ v: 4 }]],
      },
      '00000000 ' +
        '00000001 00000001 00000001 00000000 ' +
        '00000002 00000001 00000003 00000000 ' +
        '00000002 00000000 00000001 00000004 00000000',
    );
  });

  test('a node that stands in place cannot be left out', async () => {
    const compiled = await importCompiled('struct n { int v; n *next; }; struct s { n n; };');
    expect(() => encode(compiled, 'S', { n: [] })).toThrow(XdrLimitError);
  });

  test('a list of a hundred thousand nodes needs no stack', async () => {
    const compiled = await importCompiled(lists);
    const value = Array.from({ length: 100_000 }, (_, v) => ({ v }));
    const bytes = encodeToBuffer(compiled.codec('List'), value);
    expect(bytes).toHaveLength(800_004);
    expect(decodeAll(compiled.codec('List'), bytes)).toEqual({ ok: true, value });
  });

  test('a list in a list node', async () => {
    const compiled = await importCompiled(
      'struct g { int v; g *next; }; struct e { g *groups; e *next; }; typedef e *all;',
    );
    same(
      compiled,
      'All',
      [{ groups: [{ v: 1 }] }, { groups: [] }],
      '00000001 00000001 00000001 00000000 00000001 00000000 00000000',
    );
  });
});

describe('recursion that is no list', () => {
  const source = 'struct tree { int v; tree *left; tree *right; };';
  const nested = (depth: number): unknown =>
    depth === 0 ? undefined : { v: 1, left: nested(depth - 1), right: undefined };

  test('is limited in depth, both ways', async () => {
    const compiled = await importCompiled(source);
    const deepest = nested(nestingDepthMax);
    const bytes = encodeToBuffer(compiled.codec('Tree'), deepest);
    expect(decodeAll(compiled.codec('Tree'), bytes)).toEqual({ ok: true, value: deepest });
    expect(() => encode(compiled, 'Tree', nested(nestingDepthMax + 1))).toThrow(XdrLimitError);
    const hostile = '0000000100000001'.repeat(100_000);
    expect(decode(compiled, 'Tree', hostile)).toMatchObject({ failure: { kind: 'depth' } });
  });

  test('wide values are not deep', async () => {
    const compiled = await importCompiled('struct tree { tree children<>; };');
    const value = { children: Array.from({ length: 1000 }, () => ({ children: [] })) };
    expect(
      decodeAll(compiled.codec('Tree'), encodeToBuffer(compiled.codec('Tree'), value)),
    ).toEqual({
      ok: true,
      value,
    });
  });

  test('through unions and typedefs', async () => {
    const compiled = await importCompiled(`
      typedef expression expressions<>;
      union expression switch (int kind) { case 0: expressions all; case 1: int number; };`);
    same(
      compiled,
      'Expression',
      {
        kind: 0,
        all: [
          { kind: 1, number: 5 },
          { kind: 0, all: [] },
        ],
      },
      '00000000 00000002 00000001 00000005 00000000 00000000',
    );
    const hostile = '0000000000000001'.repeat(100_000);
    expect(decode(compiled, 'Expression', hostile)).toMatchObject({ failure: { kind: 'depth' } });
  });
});

describe('lengths', () => {
  test('a length over the declared limit is refused both ways', async () => {
    const compiled = await importCompiled(
      'typedef int x<2>; typedef string s<2>; typedef opaque o<2>;',
    );
    for (const type of ['X', 'S', 'O']) {
      expect(decode(compiled, type, '00000003 000000000000000000000000')).toMatchObject({
        failure: { kind: 'length-over-limit', position: 0 },
      });
    }
    expect(() => encode(compiled, 'X', [1, 2, 3])).toThrow(XdrLimitError);
    expect(() => encode(compiled, 'S', 'abc')).toThrow(XdrLimitError);
    expect(() => encode(compiled, 'O', Buffer.alloc(3))).toThrow(XdrLimitError);
  });

  test('an array that cannot be in the bytes that remain is refused before it is made', async () => {
    const compiled = await importCompiled(
      'struct big { hyper a; opaque b[8]; }; typedef big bigs<>;',
    );
    expect(decode(compiled, 'Bigs', `00000002 ${'00'.repeat(31)}`)).toMatchObject({
      failure: { kind: 'underflow', position: 4, detail: 'needs 32 bytes, 31 are left' },
    });
  });

  test('an array of nothing is limited', async () => {
    const compiled = await importCompiled('typedef opaque none[0]; typedef none nothing<>;');
    expect(decode(compiled, 'Nothing', 'ffffffff')).toMatchObject({
      failure: { kind: 'length-over-limit' },
    });
  });

  test('a fixed array has exactly its length', async () => {
    const compiled = await importCompiled('typedef int x[2];');
    expect(() => encode(compiled, 'X', [1])).toThrow(XdrLimitError);
    expect(decode(compiled, 'X', '00000001')).toMatchObject({ failure: { kind: 'underflow' } });
  });

  test('a limit from a macro, from a line for C, and from the command line', async () => {
    const compiled = await importCompiled(
      `#define ONE 1
%#define LIMIT ONE + 2 /* for C */
const MORE = LIMIT;
typedef string a<ONE>; typedef string b<LIMIT>; typedef string c<WIDTH>; typedef string d<MORE>;`,
      { defines: new Map([['WIDTH', '4']]) },
    );
    for (const [type, limit] of [
      ['A', 1],
      ['B', 3],
      ['C', 4],
      ['D', 3],
    ] as const) {
      expect(encode(compiled, type, 'x'.repeat(limit))).toBeTruthy();
      expect(() => encode(compiled, type, 'x'.repeat(limit + 1))).toThrow(XdrLimitError);
    }
  });
});

describe('strings', () => {
  test('are text unless bytes are asked for', async () => {
    const source = 'typedef string s<>;';
    const hex = '00000001 ff000000';
    const text = await importCompiled(source);
    const bytes = await importCompiled(source, { byteStrings: true });
    expect(decode(text, 'S', hex)).toMatchObject({ failure: { kind: 'bad-utf8' } });
    same(bytes, 'S', '\u00ff', hex);
  });
});

describe('types that C takes from its headers', () => {
  test('netobj, des_block and the typedefs of integers', async () => {
    const compiled = await importCompiled(
      'struct s { netobj n; des_block b; u_int i; uint64_t l; bool_t t; }; typedef string name<MAXNETNAMELEN>;',
    );
    same(
      compiled,
      'S',
      { n: Buffer.from('ab'), b: Buffer.alloc(8, 1), i: 1, l: 2n, t: true },
      `00000002 61620000 ${'01'.repeat(8)} 00000001 0000000000000002 00000001`,
    );
  });

  test('a definition of the file comes first', async () => {
    const compiled = await importCompiled('typedef hyper u_int; struct s { u_int x; };');
    same(compiled, 'S', { x: 1n }, '0000000000000001');
  });

  test('nothing of them is in a module that does not use them', () => {
    expect(compileText('typedef int x;')).not.toMatch(/netobj|MAXNETNAMELEN/i);
  });
});

describe('RFC 4506 §6.3: types defined in place', () => {
  test('get a name of what they are in and of the field', async () => {
    const compiled = await importCompiled(`
      struct outer {
        struct { int a; enum { X, Y } kind; } inner<>;
        union switch (bool ok) { case TRUE: int b; default: void; } result;
      };
      typedef struct { int c; } alone;
      typedef enum { Z } letter;`);
    same(
      compiled,
      'Outer',
      { inner: [{ a: 1, kind: 1 }], result: { ok: true, b: 2 } },
      '00000001 00000001 00000001 00000001 00000002',
    );
    same(compiled, 'OuterInner', { a: 1, kind: 0 }, '00000001 00000000');
    same(compiled, 'Alone', { c: 3 }, '00000003');
    expect(compiled.exports.OuterInnerKind).toEqual({ X: 0, Y: 1 });
    expect(compiled.exports.Letter).toEqual({ Z: 0 });
  });
});
