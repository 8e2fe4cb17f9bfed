import { numberOf, type Token } from './lexer.ts';
import { CompileError, type Place } from './place.ts';

/** Binary operators of C's integer expressions, loosest first. */
const levels: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '>', '<=', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

/**
 * Value of an integer expression: what follows `#if`, and what a `#define` that serves as a limit stands for. Macros
 * have been expanded and `defined` replaced; `nameValue` gives the value of the identifiers that are left.
 */
export function evaluate(
  tokens: readonly Token[],
  at: Place,
  nameValue: (name: Token) => bigint,
): bigint {
  let index = 0;
  const peek = (): Token | undefined => tokens[index];
  const take = (text: string): boolean => {
    const found = peek()?.kind === 'punctuation' && peek()?.text === text;
    if (found) index += 1;
    return found;
  };
  const expect = (text: string): void => {
    if (!take(text)) throw new CompileError(peek()?.place ?? at, `expected '${text}'`);
  };

  const conditional = (): bigint => {
    const condition = binary(0);
    if (!take('?')) return condition;
    const whenTrue = conditional();
    expect(':');
    const whenFalse = conditional();
    return condition !== 0n ? whenTrue : whenFalse;
  };
  const binary = (level: number): bigint => {
    const operators = levels[level];
    if (operators === undefined) return unary();
    let left = binary(level + 1);
    for (;;) {
      const operator = peek();
      if (operator?.kind !== 'punctuation' || !operators.includes(operator.text)) return left;
      index += 1;
      left = apply(operator, left, binary(level + 1));
    }
  };
  const unary = (): bigint => {
    if (take('-')) return -unary();
    if (take('+')) return unary();
    if (take('~')) return ~unary();
    if (take('!')) return unary() === 0n ? 1n : 0n;
    return primary();
  };
  const primary = (): bigint => {
    if (take('(')) {
      const value = conditional();
      expect(')');
      return value;
    }
    const token = peek();
    index += 1;
    if (token?.kind === 'number') return numberOf(token);
    if (token?.kind === 'identifier') return nameValue(token);
    throw new CompileError(token?.place ?? at, 'expected an integer expression');
  };

  const value = conditional();
  const extra = peek();
  if (extra !== undefined) {
    throw new CompileError(extra.place, `unexpected '${extra.text}' after the expression`);
  }
  return value;
}

function apply(operator: Token, left: bigint, right: bigint): bigint {
  const truth = (value: boolean): bigint => (value ? 1n : 0n);
  switch (operator.text) {
    case '||':
      return truth(left !== 0n || right !== 0n);
    case '&&':
      return truth(left !== 0n && right !== 0n);
    case '|':
      return left | right;
    case '^':
      return left ^ right;
    case '&':
      return left & right;
    case '==':
      return truth(left === right);
    case '!=':
      return truth(left !== right);
    case '<':
      return truth(left < right);
    case '>':
      return truth(left > right);
    case '<=':
      return truth(left <= right);
    case '>=':
      return truth(left >= right);
    case '<<':
    case '>>':
      return shift(operator, left, right);
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    default:
      return divide(operator, left, right);
  }
}

function shift(operator: Token, left: bigint, right: bigint): bigint {
  if (right < 0n || right > 63n) {
    throw new CompileError(operator.place, `shift by ${right} is not within 0 to 63`);
  }
  return operator.text === '<<' ? left << right : left >> right;
}

function divide(operator: Token, left: bigint, right: bigint): bigint {
  if (right === 0n) throw new CompileError(operator.place, 'division by zero');
  return operator.text === '/' ? left / right : left % right;
}
