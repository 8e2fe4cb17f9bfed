import { CompileError, type Place } from './place.ts';

export type TokenKind = 'identifier' | 'number' | 'string' | 'punctuation' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** As written; for a string, without its quotes. */
  readonly text: string;
  readonly place: Place;
  /** Macros that this token came from: they are not expanded in it again, so that expansion ends. */
  readonly hidden?: ReadonlySet<string>;
}

const patterns: readonly (readonly [TokenKind, RegExp])[] = [
  ['identifier', /[A-Za-z_][A-Za-z0-9_]*/y],
  ['number', /(?:0[xX][0-9A-Fa-f]+|[0-9]+)[uUlL]*(?![A-Za-z0-9_])/y],
  ['string', /"(?:[^"\\]|\\.)*"/y],
  ['punctuation', /&&|\|\||[=!<>]=|<<|>>|[{}()[\]<>;:,=*?!~&|^+\-/%]/y],
];

/** The tokens of one line whose comments are gone. `place` is where the line stands, column 1. */
export function lexLine(line: string, place: Place): Token[] {
  const tokens: Token[] = [];
  let index = 0;
  for (;;) {
    while (/\s/.test(line.charAt(index))) index += 1;
    if (index === line.length) return tokens;
    const here: Place = { ...place, column: place.column + index };
    const token = lexOne(line, index, here);
    tokens.push({ kind: token.kind, text: token.text, place: here });
    index += token.length;
  }
}

function lexOne(line: string, index: number, place: Place) {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = index;
    const found = pattern.exec(line)?.[0];
    if (found === undefined) continue;
    return { kind, text: kind === 'string' ? found.slice(1, -1) : found, length: found.length };
  }
  const character = line.charAt(index);
  if (character === '"') throw new CompileError(place, 'string is never closed');
  if (/[0-9]/.test(character)) {
    const word = /[0-9A-Za-z_]+/.exec(line.slice(index))?.[0] ?? character;
    throw new CompileError(place, `'${word}' is not a number`);
  }
  throw new CompileError(place, `unexpected character '${character}'`);
}

/** Decimal, hexadecimal or octal (RFC 4506 §6.2), with the suffixes that C allows. */
export function numberOf(token: Token): bigint {
  const digits = token.text.replace(/[uUlL]+$/, '');
  if (/^0[0-9]+$/.test(digits)) {
    if (/[89]/.test(digits)) throw new CompileError(token.place, `'${digits}' is not octal`);
    return BigInt(`0o${digits.slice(1)}`);
  }
  return BigInt(digits);
}
