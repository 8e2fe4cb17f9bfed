import fs from 'node:fs';
import path from 'node:path';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { compileText } from './testing/import-compiled.ts';

describe('constants', () => {
  test.each([
    ['const A = 5;', 'export const A = 5;'],
    ['const A = -5;', 'export const A = -5;'],
    ['const A = 0x00ff;', 'export const A = 0x00ff;'],
    ['const A = -0x10;', 'export const A = -16;'],
    ['const A = 0170000;', 'export const A = 0o170000;'],
    ['const A = 0;', 'export const A = 0;'],
    ['const A = 9007199254740991;', 'export const A = 9007199254740991;'],
    ['const A = 0xffffffffffffffff;', 'export const A = 18446744073709551615n;'],
    ['const A = "it\'s \\"so\\"";', "export const A = 'it\\'s \"so\"';"],
    ['const A = B; const B = 3;', 'export const A = 3;\nexport const B = 3;'],
    ['const A = TRUE;', 'export const A = 1;'],
    ['const new = 1;', 'export const new_ = 1;'],
  ])('%s', (source, expected) => {
    expect(compileText(source)).toContain(`\n${expected}\n`);
  });
});

describe('names that C rpcgen defines', () => {
  test('RPC_HDR and RPC_XDR are defined, the client and the server are not', () => {
    const names = ['RPC_HDR', 'RPC_XDR', 'RPC_CLNT', 'RPC_SVC'];
    const source = names.map((name) => `#ifdef ${name}\nconst HAS_${name} = 1;\n#endif`).join('\n');
    expect(compileText(source).match(/HAS_\w+/g)).toEqual(['HAS_RPC_HDR', 'HAS_RPC_XDR']);
    const defines = new Map([['RPC_SVC', '1']]);
    expect(compileText(source, { defines }).match(/HAS_\w+/g)).toContain('HAS_RPC_SVC');
  });
});

describe('anything at all', () => {
  const language = fs.readFileSync(
    path.join(import.meta.dirname, '../../test/peers/language.x'),
    'utf8',
  );
  const program = `program P { version V { int F(int, string) = 1; } = 1; } = 2;
#define A 1
#if defined(A) && A > 0
%#include <x.h>
#else
#endif
`;
  const words = `${language}${program}`.split(/(\s+|[^\w\s])/).filter((word) => word !== '');
  const edit = fc.record({
    at: fc.nat(words.length),
    drop: fc.nat(3),
    add: fc.array(fc.constantFrom(...new Set(words)), { maxLength: 3 }),
  });

  const compilesOrSaysWhere = (source: string): void => {
    const text = compileText(source);
    expect(text).toMatch(
      /^(\/\/ Generated|(test\.x|<command line>|<rpc\/rpc\.h>):\d+:\d+: error: )/,
    );
  };

  test.prop([fc.array(edit, { minLength: 1, maxLength: 3 })], { numRuns: 300 })(
    'a file with words left out and put in compiles, or the error says where it is wrong',
    (edits) => {
      const changed = [...words];
      for (const { at, drop, add } of edits) changed.splice(at, drop, ...add);
      compilesOrSaysWhere(changed.join(''));
    },
  );

  test.prop([fc.string({ unit: 'binary' })], { numRuns: 300 })('so does any text', (source) => {
    compilesOrSaysWhere(source);
  });
});
