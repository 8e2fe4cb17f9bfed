import type {
  ProcedureDefinition,
  ProgramDefinition,
  TypeReference,
  VersionDefinition,
} from './ast.ts';
import { parseTypeName } from './parse-type.ts';
import { CompileError } from './place.ts';
import type { TokenStream } from './token-stream.ts';

/** RFC 5531 §12.2, after the word `program`. */
export function parseProgram(stream: TokenStream): ProgramDefinition {
  const name = stream.name('a program');
  const versions: VersionDefinition[] = [];
  stream.expect('{');
  do versions.push(parseVersion(stream));
  while (!stream.take('}'));
  stream.expect('=');
  return { kind: 'program', name, versions, number: stream.constant("the program's number") };
}

function parseVersion(stream: TokenStream): VersionDefinition {
  stream.expect('version');
  const name = stream.name('a version');
  const procedures: ProcedureDefinition[] = [];
  stream.expect('{');
  do procedures.push(parseProcedure(stream));
  while (!stream.take('}'));
  stream.expect('=');
  const number = stream.constant("the version's number");
  stream.expect(';');
  return { name, procedures, number };
}

function parseProcedure(stream: TokenStream): ProcedureDefinition {
  const result = parseProcedureType(stream);
  const name = stream.name('a procedure');
  stream.expect('(');
  const types: TypeReference[] = [];
  if (stream.peek().text !== ')') {
    do types.push(parseProcedureType(stream));
    while (stream.take(','));
  }
  stream.expect(')');
  stream.expect('=');
  const number = stream.constant("the procedure's number");
  stream.expect(';');
  return { name, number, result, arguments: checkArguments(types) };
}

/** Opaque data need a length, which the grammar has no room for here: a typedef does it. */
function parseProcedureType(stream: TokenStream): TypeReference {
  const { place } = stream.peek();
  const type = parseTypeName(stream);
  if (type.kind === 'builtin' && type.builtin === 'opaque') {
    throw new CompileError(place, 'opaque cannot stand here: name it with a typedef');
  }
  return type;
}

/** `void` is the only argument or none. */
function checkArguments(types: TypeReference[]): TypeReference[] {
  for (const type of types) {
    if (types.length > 1 && type.kind === 'builtin' && type.builtin === 'void') {
      throw new CompileError(type.place, 'void beside other arguments');
    }
  }
  return types;
}
