import { describe, expect, test } from 'vitest';
import { encodeToBuffer } from '../../xdr/decode.ts';
import { camelCase, pascalCase } from './names.ts';
import { compileText, importCompiled } from './testing/import-compiled.ts';

describe('names', () => {
  test.each([
    ['header_version', 'headerVersion', 'HeaderVersion'],
    ['NFSPROC_GETATTR', 'nfsprocGetattr', 'NfsprocGetattr'],
    ['nfs_stat', 'nfsStat', 'NfsStat'],
    ['fattr', 'fattr', 'Fattr'],
    ['alreadyCamel', 'alreadyCamel', 'AlreadyCamel'],
    ['some_mixedCase_NAME', 'someMixedCaseName', 'SomeMixedCaseName'],
    ['_private', 'private', 'Private'],
    ['a__b_', 'aB', 'AB'],
    ['_9', '_9', '_9'],
    ['_', '_', '_'],
  ])('%s', (name, camel, pascal) => {
    expect(camelCase(name)).toBe(camel);
    expect(pascalCase(name)).toBe(pascal);
  });
});

describe('names that would be the same', () => {
  test('a field whose name needs no conversion keeps it, the other its spelling', async () => {
    const compiled = await importCompiled('struct s { int foo_bar; int fooBar; };');
    const hex = encodeToBuffer(compiled.codec('S'), { foo_bar: 1, fooBar: 2 }).toString('hex');
    expect(hex).toBe('0000000100000002');
  });

  test('so do types', () => {
    const text = compileText('struct foo_bar { int a; }; struct FooBar { int b; };');
    expect(text).toContain('export interface FooBar {\n  readonly b: number;');
    expect(text).toContain('export interface foo_bar {\n  readonly a: number;');
  });

  test('of two that both need conversion the second keeps its spelling', () => {
    const text = compileText('struct s { int foo_bar; int foo__bar; };');
    expect(text).toContain('readonly fooBar: number;\n  readonly foo__bar: number;');
  });

  test('a clash without a way out names both places', () => {
    const program = 'program P { version V { void A(void) = 1; } = 1; } = 1;';
    expect(compileText(`${program}\nconst PV1 = 2;`)).toBe(
      "test.x:1:21: error: 'V' needs the TypeScript name 'PV1', which is that of 'PV1' at test.x:2:7",
    );
  });

  test('a type gives way to what the module needs itself', async () => {
    const compiled = await importCompiled(
      'struct buffer { opaque map<>; }; enum promise { A }; struct reader { promise p; }; typedef buffer map<>;',
    );
    expect(Object.keys(compiled.exports).sort()).toEqual(
      ['ReaderCodec', 'bufferCodec', 'ispromise', 'mapCodec', 'promise', 'promiseCodec'].sort(),
    );
  });
});
