import type { Builtin, TypeReference } from './ast.ts';
import { CompileError } from './place.ts';
import type { TokenStream } from './token-stream.ts';

/** Keywords that are a whole type. */
const simple: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  ['void', 'void'],
  ['bool', 'bool'],
  ['float', 'float'],
  ['double', 'double'],
  ['opaque', 'opaque'],
  ['string', 'string'],
]);

/** Keywords of integers; after all but `int` the word `int` may follow, as in C. */
const integers: ReadonlyMap<string, readonly [signed: Builtin, unsigned: Builtin]> = new Map<
  string,
  readonly [Builtin, Builtin]
>([
  ['char', ['char', 'unsigned char']],
  ['short', ['short', 'unsigned short']],
  ['int', ['int', 'unsigned int']],
  ['long', ['int', 'unsigned int']],
  ['hyper', ['hyper', 'unsigned hyper']],
]);

/** A type that is named, not defined in place. `struct`, `enum` and `union` may stand before the name. */
export function parseTypeName(stream: TokenStream): TypeReference {
  const token = stream.peek();
  const { place } = token;
  if (stream.take('struct') || stream.take('enum') || stream.take('union')) {
    return { kind: 'named', name: stream.name('a type') };
  }
  const builtin = takeBuiltin(stream);
  if (builtin !== undefined) return { kind: 'builtin', builtin, place };
  if (token.text === 'quadruple') {
    throw new CompileError(place, 'quadruple (RFC 4506 §4.8) is not supported');
  }
  return { kind: 'named', name: stream.name('a type') };
}

function takeBuiltin(stream: TokenStream): Builtin | undefined {
  const isUnsigned = stream.take('unsigned');
  const word = stream.peek().text;
  const whole = simple.get(word);
  if (whole !== undefined && !isUnsigned) {
    stream.next();
    return whole;
  }
  const integer = integers.get(word);
  if (integer === undefined) return isUnsigned ? 'unsigned int' : undefined;
  stream.next();
  if (word !== 'int') stream.take('int');
  return isUnsigned ? integer[1] : integer[0];
}
