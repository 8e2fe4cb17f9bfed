import { describe, expect, test } from 'vitest';
import { compileText } from './testing/import-compiled.ts';

/** What is wrong with a source, without the name of its file. */
const errorOf = (source: string): string => {
  const text = compileText(source);
  const match = /^test\.x:(\d+:\d+): error: (.*)$/.exec(text);
  return match === null ? `no error: ${text}` : `${match[1]} ${match[2]}`;
};

describe('RFC 4506 §6.2: words', () => {
  test.each([
    ['const A = 5$;', "1:12 unexpected character '$'"],
    ['const A = 0xZZ;', "1:11 '0xZZ' is not a number"],
    ['const A = 12ab;', "1:11 '12ab' is not a number"],
    ['const A = 089;', "1:11 '089' is not octal"],
    ['const A = "abc;', '1:11 string is never closed'],
    ['struct int { int a; };', "1:8 'int' is a keyword and cannot name a struct"],
    ['struct s { int case; };', "1:16 'case' is a keyword and cannot name a field"],
  ])('%s', (source, error) => {
    expect(errorOf(source)).toBe(error);
  });
});

describe('RFC 4506 §6.3: grammar', () => {
  test.each([
    [
      'banana;',
      "1:1 expected a definition (const, typedef, enum, struct, union or program), found 'banana'",
    ],
    ['const A = 5', "1:12 expected ';', found the end of the file"],
    ['const A 5;', "1:9 expected '=', found '5'"],
    ['const A = ;', "1:11 expected a number, found ';'"],
    ['enum e { };', "1:10 expected an enumerator, found '}'"],
    ['enum e { A, };', "1:13 expected an enumerator, found '}'"],
    ['struct s { };', "1:12 expected a type, found '}'"],
    ['struct s { int a }', "1:18 expected ';', found '}'"],
    ['struct s { int a<5; };', "1:19 expected '>', found ';'"],
    ['struct s { int a[]; };', "1:18 expected a length, found ']'"],
    ['struct s { string a; };', "1:19 string 'a' needs <> or <limit>"],
    ['struct s { string a[5]; };', "1:19 string 'a' needs <> or <limit>"],
    ['struct s { string *a; };', "1:20 string 'a' needs <> or <limit>"],
    ['struct s { opaque a; };', "1:19 opaque 'a' needs [length], <> or <limit>"],
    ['struct s { opaque *a; };', "1:20 opaque 'a' needs [length], <> or <limit>"],
    ['struct s { void a; };', '1:12 void stands only in arms of unions and in procedures'],
    ['struct s { quadruple a; };', '1:12 quadruple (RFC 4506 §4.8) is not supported'],
    ['union u switch (int a) { default: void; };', "1:7 union 'u' has no case"],
    [
      'union u switch (int a) { case 1: void; default: void; default: void; };',
      '1:55 second default arm',
    ],
    ['union u (int a) { };', "1:9 expected 'switch', found '('"],
    ['program P { } = 1;', "1:13 expected 'version', found '}'"],
    ['program P { version V { } = 1; } = 1;', "1:25 expected a type, found '}'"],
    [
      'program P { version V { void A(opaque) = 1; } = 1; } = 1;',
      '1:32 opaque cannot stand here: name it with a typedef',
    ],
    [
      'program P { version V { void A(int, void) = 1; } = 1; } = 1;',
      '1:37 void beside other arguments',
    ],
  ])('%s', (source, error) => {
    expect(errorOf(source)).toBe(error);
  });
});

describe('RFC 4506 §6.4: meaning', () => {
  test.each([
    [
      'struct s { other a; };',
      "1:12 type 'other' is not defined; if another .x file defines it, #include that or give it with --preinclude",
    ],
    ['struct s { int a<N>; };', "1:18 constant 'N' is not defined"],
    ['const A = B; const B = A; struct s { int a[A]; };', "1:11 constant 'B' is defined by itself"],
    ['const S = "s"; struct s { int a[S]; };', "1:33 constant 'S' is a string, not a number"],
    [
      'struct s { int a<-1>; };',
      '1:19 -1 does not fit a length: it must be within 0 to 4294967295',
    ],
    [
      'enum e { A = 2147483648 };',
      '1:14 2147483648 does not fit an enumerator: it must be within -2147483648 to 2147483647',
    ],
    ['enum e { A = 2147483647, B };', "1:26 enumerator 'B' does not fit an int"],
    ['enum e { A = B, B = 1 };', "1:14 'B' is used before it has a value"],
    ['const A = 1;\nconst A = 2;', "2:7 constant 'A' is defined already at test.x:1:7"],
    ['enum e { A };\nenum f { A };', "2:10 constant 'A' is defined already at test.x:1:10"],
    [
      'struct s { int a; };\nunion s switch (int a) { case 1: void; };',
      "2:7 type 's' is defined already at test.x:1:8",
    ],
    ['struct s { int a; int a; };', "1:23 field 'a' is defined already at test.x:1:16"],
    [
      'union u switch (float a) { case 1: void; };',
      "1:23 discriminant 'a' must be an int, an unsigned int, a bool or an enum",
    ],
    ['union u switch (bool a) { case 2: void; };', '1:32 2 is not a value of a bool'],
    [
      'enum e { A };\nunion u switch (e a) { case 1: void; };',
      "2:29 '1' is not a value of enum 'e'",
    ],
    ['union u switch (int a) { case 1: void; case 1: void; };', '1:45 second case for 1'],
    [
      'union u switch (unsigned a) { case -1: void; };',
      '1:37 -1 does not fit the discriminant: it must be within 0 to 4294967295',
    ],
    [
      'union u switch (int a) { case 1: int a; };',
      "1:38 'a' needs the TypeScript name 'a', which is that of 'a' at test.x:1:21",
    ],
    ['struct s { s a; };', "1:8 every 's' would contain another one"],
    ['struct s { t a; };\nstruct t { s a; };', "1:8 every 's' would contain another one"],
    ['typedef t s;\ntypedef s t;', "1:11 typedef 's' leads back to itself"],
    ['typedef s *s;', "1:12 typedef 's' leads back to itself"],
  ])('%j', (source, error) => {
    expect(errorOf(source)).toBe(error);
  });
});

describe('RFC 5531 §12: programs', () => {
  test.each([
    [
      'program P { version V { void A(void) = 1; void B(void) = 1; } = 1; } = 1;',
      '1:58 procedure 1 is there already at test.x:1:40',
    ],
    [
      'program P { version V { void A(void) = 1; void A(void) = 2; } = 1; } = 1;',
      "1:48 procedure 'A' is defined already at test.x:1:30",
    ],
    [
      'program P { version V { void A(void) = 1; } = 1; version W { void A(void) = 1; } = 1; } = 1;',
      '1:84 version 1 is there already at test.x:1:47',
    ],
    [
      'program P { version V { void A(void) = 1; } = 1; } = -1;',
      "1:55 -1 does not fit a program's number: it must be within 0 to 4294967295",
    ],
    [
      'program P { version V { nothing A(void) = 1; } = 1; } = 1;',
      "1:25 type 'nothing' is not defined; if another .x file defines it, #include that or give it with --preinclude",
    ],
  ])('%s', (source, error) => {
    expect(errorOf(source)).toBe(error);
  });
});

describe('places', () => {
  test('a mistake inside an included file is shown there', () => {
    const text = compileText('#include "other.x"', {
      findInclude: () => ({ path: 'dir/other.x', text: '\n\n  const A;' }),
    });
    expect(text).toBe("dir/other.x:3:10: error: expected '=', found ';'");
  });

  test('lines of conditionals, comments and for C are counted', () => {
    expect(errorOf('#if 0\n%\n#endif\n/*\n*/ const A;')).toBe("5:11 expected '=', found ';'");
  });

  test('a file with Windows line ends', () => {
    expect(errorOf('const A = 1;\r\n  const B;\r\n')).toBe("2:10 expected '=', found ';'");
  });
});
