import type {
  ConstDefinition,
  Declaration,
  Definition,
  EnumDefinition,
  EnumMember,
  InlineDefinition,
  Name,
  StructDefinition,
  TypedefDefinition,
  TypeReference,
  UnionArm,
  UnionDefinition,
  VoidDeclaration,
} from './ast.ts';
import type { Token } from './lexer.ts';
import { parseProgram } from './parse-program.ts';
import { parseTypeName } from './parse-type.ts';
import { CompileError, type Place } from './place.ts';
import { TokenStream } from './token-stream.ts';

/** RFC 4506 §6.3 `specification`, with RFC 5531 §12.2 programs. */
export function parse(tokens: readonly Token[]): Definition[] {
  const stream = new TokenStream(tokens);
  const definitions: Definition[] = [];
  while (stream.peek().kind !== 'end') {
    // A stray semicolon, as after `};` in many old files, separates nothing.
    if (stream.take(';')) continue;
    definitions.push(parseDefinition(stream));
    stream.expect(';');
  }
  return definitions;
}

function parseDefinition(stream: TokenStream): Definition {
  if (stream.take('const')) return parseConst(stream);
  if (stream.take('typedef')) return parseTypedef(stream);
  if (stream.take('program')) return parseProgram(stream);
  if (stream.take('enum')) return parseEnumBody(stream, stream.name('an enum'));
  if (stream.take('struct')) return parseStructBody(stream, stream.name('a struct'));
  if (stream.take('union')) return parseUnionBody(stream, stream.name('a union'));
  return stream.fail('a definition (const, typedef, enum, struct, union or program)');
}

function parseConst(stream: TokenStream): ConstDefinition {
  const name = stream.name('a constant');
  stream.expect('=');
  const token = stream.peek();
  if (token.kind === 'string') {
    stream.next();
    return { kind: 'const', name, value: { string: token.text } };
  }
  return { kind: 'const', name, value: stream.constant('a number') };
}

function parseTypedef(stream: TokenStream): TypedefDefinition {
  const declaration = parseDeclaration(stream, 'a type');
  return { kind: 'typedef', name: declaration.name, declaration };
}

function parseEnumBody(stream: TokenStream, name: Name): EnumDefinition {
  const members: EnumMember[] = [];
  stream.expect('{');
  do {
    const member = stream.name('an enumerator');
    const value = stream.take('=') ? stream.constant("the enumerator's value") : undefined;
    members.push({ name: member, value });
  } while (stream.take(','));
  stream.expect('}');
  return { kind: 'enum', name, members };
}

function parseStructBody(stream: TokenStream, name: Name): StructDefinition {
  const fields: Declaration[] = [];
  stream.expect('{');
  do {
    fields.push(parseDeclaration(stream, 'a field'));
    stream.expect(';');
  } while (!stream.take('}'));
  return { kind: 'struct', name, fields };
}

function parseUnionBody(stream: TokenStream, name: Name): UnionDefinition {
  stream.expect('switch');
  stream.expect('(');
  const discriminant = parseDeclaration(stream, 'a discriminant');
  stream.expect(')');
  stream.expect('{');
  const arms: UnionArm[] = [];
  let defaultArm: UnionDefinition['defaultArm'];
  while (!stream.take('}')) {
    const label = stream.peek();
    if (stream.take('default')) {
      if (defaultArm !== undefined) throw new CompileError(label.place, 'second default arm');
      stream.expect(':');
      defaultArm = parseArm(stream);
    } else {
      arms.push(parseCases(stream));
    }
    stream.expect(';');
  }
  if (arms.length === 0) throw new CompileError(name.place, `union '${name.text}' has no case`);
  return { kind: 'union', name, discriminant, arms, defaultArm };
}

function parseCases(stream: TokenStream): UnionArm {
  const cases = [];
  stream.expect('case');
  do {
    cases.push(stream.constant("the case's value"));
    stream.expect(':');
  } while (stream.take('case'));
  return { cases, declaration: parseArm(stream) };
}

function parseArm(stream: TokenStream): Declaration | VoidDeclaration {
  const { place } = stream.peek();
  if (stream.take('void')) return { kind: 'void', place };
  return parseDeclaration(stream, 'an arm');
}

function parseDeclaration(stream: TokenStream, what: string): Declaration {
  const { place } = stream.peek();
  const type = parseType(stream);
  const isOptional = stream.take('*');
  const name = stream.name(what);
  const rest = parseLength(stream, isOptional);
  const declaration: Declaration = { ...rest, type, name };
  checkShape(declaration, place);
  return declaration;
}

function parseLength(
  stream: TokenStream,
  isOptional: boolean,
): Pick<Declaration, 'kind' | 'length'> {
  if (isOptional) return { kind: 'optional', length: undefined };
  if (stream.take('[')) {
    const length = stream.constant('a length');
    stream.expect(']');
    return { kind: 'fixed', length };
  }
  if (stream.take('<')) {
    if (stream.take('>')) return { kind: 'variable', length: undefined };
    const length = stream.constant('a limit');
    stream.expect('>');
    return { kind: 'variable', length };
  }
  return { kind: 'plain', length: undefined };
}

/** RFC 4506 §6.3: opaque only with a length, string only with a limit, void nowhere but in arms and procedures. */
function checkShape({ type, kind, name }: Declaration, place: Place): void {
  if (type.kind !== 'builtin') return;
  if (type.builtin === 'void') {
    throw new CompileError(place, 'void stands only in arms of unions and in procedures');
  }
  if (type.builtin === 'string' && kind !== 'variable') {
    throw new CompileError(name.place, `string '${name.text}' needs <> or <limit>`);
  }
  if (type.builtin === 'opaque' && kind !== 'variable' && kind !== 'fixed') {
    throw new CompileError(name.place, `opaque '${name.text}' needs [length], <> or <limit>`);
  }
}

/** A type in a declaration: a name, or a definition in place (RFC 4506 §6.3 `type-specifier`). */
function parseType(stream: TokenStream): TypeReference {
  const keyword = stream.peek();
  const isInline =
    stream.peek(1).text === '{' || (keyword.text === 'union' && stream.peek(1).text === 'switch');
  const body = isInline ? inlineBodies.get(keyword.text) : undefined;
  if (body === undefined) return parseTypeName(stream);
  stream.next();
  return { kind: 'inline', definition: body(stream, { text: '', place: keyword.place }) };
}

const inlineBodies = new Map<string, (stream: TokenStream, name: Name) => InlineDefinition>([
  ['enum', parseEnumBody],
  ['struct', parseStructBody],
  ['union', parseUnionBody],
]);
