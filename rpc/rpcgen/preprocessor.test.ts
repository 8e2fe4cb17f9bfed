import { describe, expect, test } from 'vitest';
import { type FindInclude, Preprocessor } from './preprocessor.ts';
import { CompileError, formatError } from './place.ts';
import { lexLine } from './lexer.ts';

const place = { file: '<command line>', line: 1, column: 1 };

/** The tokens that are left of a text, or what is wrong with it. */
function run(
  text: string,
  defines: Readonly<Record<string, string>> = {},
  findInclude: FindInclude = () => undefined,
): string {
  const macros = new Map(
    Object.entries(defines).map(([name, body]) => [name, lexLine(body, place)]),
  );
  try {
    const preprocessor = new Preprocessor(findInclude, macros);
    preprocessor.file({ path: 'a.x', text });
    const { tokens } = preprocessor.finish(place);
    return tokens
      .map((token) => (token.kind === 'end' ? '' : token.text))
      .join(' ')
      .trim();
  } catch (error) {
    if (error instanceof CompileError) return formatError(error);
    throw error;
  }
}

const lines = (...text: string[]): string => text.join('\n');

describe('comments and lines for C', () => {
  test('comments of both kinds are left out', () => {
    expect(run('a /* b \n c */ d // e\n f')).toBe('a d f');
  });

  test('what looks like a comment in a string is none', () => {
    expect(run('const A = "/* // */" ;')).toBe('const A = /* // */ ;');
  });

  test('a line that starts with % is for C alone', () => {
    expect(run('a\n%#if broken "\' @\nb\n%')).toBe('a b');
  });

  test('a % in a comment is no such line', () => {
    expect(run('/*\n% */ a')).toBe('a');
  });

  test('a % line that ends in a backslash takes the next one with it', () => {
    expect(run('%#define A \\\n broken @ \\\n more\nb')).toBe('b');
  });

  test('a comment that is never closed', () => {
    expect(run('a\n  /* b\nc')).toBe('a.x:2:3: error: comment is never closed');
  });
});

describe('conditionals', () => {
  test.each([
    ['#ifdef A', 'yes'],
    ['#ifndef A', 'no'],
    ['#ifdef B', 'no'],
    ['#if A', 'yes'],
    ['#if B', 'no'],
    ['#if !B', 'yes'],
    ['#if defined(A) && !defined B', 'yes'],
    ['#if defined ( B ) || FIVE == 5', 'yes'],
    ['#if FIVE * 2 + 1 == 11', 'yes'],
    ['#if 1 + 2 * 3 == 7 && (1 + 2) * 3 == 9', 'yes'],
    ['#if FIVE > 4 && FIVE >= 5 && FIVE < 6 && FIVE <= 5 && FIVE != 4', 'yes'],
    ['#if (FIVE & 4) && (FIVE | 2) == 7 && (FIVE ^ 1) == 4', 'yes'],
    ['#if 1 << 4 == 16 && 16 >> 2 == 4', 'yes'],
    ['#if 7 / 2 == 3 && 7 % 2 == 1 && 7 - 8 == -1 && +1', 'yes'],
    ['#if ~0 == -1 && 0x10 == 16 && 010 == 8 && 1UL', 'yes'],
    ['#if FIVE ? 0 : 1', 'no'],
    ['# if 0', 'no'],
    ['  #  ifdef A', 'yes'],
    ['#if FIVE == \\\n 5', 'yes'],
  ])('%s', (directive, expected) => {
    const text = lines(directive, 'yes', '#else', 'no', '#endif');
    expect(run(text, { A: '1', FIVE: '5' })).toBe(expected);
  });

  test('the first of several branches that holds is taken', () => {
    const text = lines('#if 0', 'a', '#elif 1', 'b', '#elif 1', 'c', '#else', 'd', '#endif', 'e');
    expect(run(text)).toBe('b e');
  });

  test('inside a branch that is not taken nothing counts', () => {
    const text = lines(
      '#if 0',
      '#if 1',
      'a',
      '#else',
      'b',
      '#endif',
      '#error no',
      '@',
      '#bad',
      '#endif',
      'c',
    );
    expect(run(text)).toBe('c');
  });

  test.each([
    ['#if 1\na', 'a.x:1:1: error: conditional without #endif'],
    ['a\n#endif', 'a.x:2:2: error: #endif without #if'],
    ['#else', 'a.x:1:2: error: #else without #if'],
    ['#if 1\n#else\n#else\n#endif', 'a.x:3:2: error: #else after #else'],
    ['#if 1\n#else\n#elif 1\n#endif', 'a.x:3:2: error: #elif after #else'],
    ['#if\n#endif', 'a.x:1:2: error: expected an integer expression'],
    ['#if 1 +\n#endif', 'a.x:1:2: error: expected an integer expression'],
    ['#if (1\n#endif', "a.x:1:2: error: expected ')'"],
    ['#if 1 2\n#endif', "a.x:1:7: error: unexpected '2' after the expression"],
    ['#if 1 / 0\n#endif', 'a.x:1:7: error: division by zero'],
    ['#if 1 << 64\n#endif', 'a.x:1:7: error: shift by 64 is not within 0 to 63'],
    ['#if defined\n#endif', "a.x:1:5: error: 'defined' needs a name"],
    ['#if defined(A\n#endif', "a.x:1:5: error: 'defined' needs a name"],
    ['#ifdef 1\n#endif', 'a.x:1:2: error: #ifdef needs a name'],
    ['#nonsense', 'a.x:1:2: error: unknown directive #nonsense'],
    ['  # error not today ', 'a.x:1:5: error: #error not today'],
  ])('%j', (text, error) => {
    expect(run(text)).toBe(error);
  });

  test('pragmas, line marks and the empty directive say nothing', () => {
    expect(run(lines('#pragma once', '#ident "x"', '#', '#line 5', 'a'))).toBe('a');
  });
});

describe('macros', () => {
  test('a macro is replaced by its body, macros in it too', () => {
    expect(run(lines('#define A B + 1', '#define B 2', 'A ; C'))).toBe('2 + 1 ; C');
  });

  test('a macro in its own body stays', () => {
    expect(run(lines('#define A A B', '#define B A', 'A'))).toBe('A A');
  });

  test('a macro without a body, and one that is taken back', () => {
    expect(run(lines('#define A', 'x A y', '#undef A', 'A'))).toBe('x y A');
  });

  test('a mistake shows where the macro is used', () => {
    const text = lines('#define A 1 / 0', '', '#if 1 + A', '#endif');
    expect(run(text)).toBe('a.x:3:9: error: division by zero');
  });

  test.each([
    ['#define', 'a.x:1:2: error: #define needs a name'],
    ['#define 1', 'a.x:1:2: error: #define needs a name'],
    ['#define F(x) x', "a.x:1:9: error: macro 'F' has parameters: not supported"],
    ['#undef', 'a.x:1:2: error: #undef needs a name'],
  ])('%s', (text, error) => {
    expect(run(text)).toBe(error);
  });

  test('parentheses after a blank are a body', () => {
    expect(run(lines('#define A (1)', 'A'))).toBe('( 1 )');
  });
});

describe('#include', () => {
  const files: Readonly<Record<string, string>> = {
    'b.x': 'b',
    'sub/c.x': 'c',
    'guarded.x': lines('#ifndef G', '#define G', 'g', '#include "guarded.x"', '#endif'),
    'endless.x': '#include "endless.x"',
    'broken.x': lines('', 'x @'),
  };
  const find: FindInclude = (name, quoted) => {
    const text = files[name];
    return text === undefined ? undefined : { path: quoted ? name : `system/${name}`, text };
  };

  test('of both kinds', () => {
    expect(run(lines('a', '#include "b.x"', '#include <sub/c.x>', 'd'), {}, find)).toBe('a b c d');
  });

  test('guards work', () => {
    expect(run(lines('#include "guarded.x"', '#include "guarded.x"'), {}, find)).toBe('g');
  });

  test.each([
    ['#include "none.x"', "a.x:1:2: error: cannot find included file 'none.x'"],
    ['#include none', 'a.x:1:2: error: #include needs "file" or <file>'],
    ['#include "endless.x"', 'endless.x:1:2: error: #include nested more than 64 deep'],
    ['a\n#include <broken.x>', "system/broken.x:2:3: error: unexpected character '@'"],
  ])('%j', (text, error) => {
    expect(run(text, {}, find)).toBe(error);
  });
});
