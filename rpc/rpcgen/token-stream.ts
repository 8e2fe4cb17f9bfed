import type { ConstantReference, Name } from './ast.ts';
import { keywords } from './builtins.ts';
import type { Token } from './lexer.ts';
import { CompileError } from './place.ts';

/** The parser's cursor. */
export class TokenStream {
  readonly #tokens: readonly Token[];
  #index = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** Never past the `end` token. */
  peek(ahead = 0): Token {
    const token = this.#tokens[this.#index + ahead] ?? this.#tokens.at(-1);
    if (token === undefined) throw new Error('a token stream ends with an end token');
    return token;
  }

  next(): Token {
    const token = this.peek();
    this.#index += 1;
    return token;
  }

  /** Takes the next token if it is this punctuation or keyword. */
  take(text: string): boolean {
    const token = this.peek();
    const isSame =
      token.text === text && (token.kind === 'punctuation' || token.kind === 'identifier');
    if (isSame) this.#index += 1;
    return isSame;
  }

  expect(text: string): Token {
    const token = this.peek();
    if (!this.take(text)) this.fail(`'${text}'`);
    return token;
  }

  /** An identifier that is not a keyword. */
  name(what: string): Name {
    const token = this.peek();
    if (token.kind !== 'identifier') this.fail(what);
    if (keywords.has(token.text)) {
      throw new CompileError(token.place, `'${token.text}' is a keyword and cannot name ${what}`);
    }
    this.#index += 1;
    return { text: token.text, place: token.place };
  }

  /** A number or the name of one (RFC 4506 §6.3 `value`). */
  constant(what: string): ConstantReference {
    const negative = this.take('-');
    const token = this.peek();
    const isName = token.kind === 'identifier' && !keywords.has(token.text);
    if (token.kind !== 'number' && !isName) this.fail(what);
    this.#index += 1;
    return { token, negative };
  }

  fail(expected: string): never {
    const token = this.peek();
    const found = token.kind === 'end' ? 'the end of the file' : `'${token.text}'`;
    throw new CompileError(token.place, `expected ${expected}, found ${found}`);
  }
}
