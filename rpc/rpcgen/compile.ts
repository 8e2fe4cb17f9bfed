import { analyse } from './analyse.ts';
import type { Definition } from './ast.ts';
import { headerDefinitions } from './builtins.ts';
import { emitModule } from './emit-module.ts';
import { lexLine, type Token } from './lexer.ts';
import type { Model } from './model.ts';
import { parse } from './parser.ts';
import { CompileError, formatError, type Place } from './place.ts';
import { type FindInclude, type IncludedFile, Preprocessor } from './preprocessor.ts';

export interface CompileOptions {
  /** File name without folders, for the output's first line. */
  readonly sourceName: string;
  /** Strings are byte strings instead of UTF-8 text. */
  readonly byteStrings: boolean;
  /** Where generated code gets its run time: a package, or a folder with a slash at its end. */
  readonly runtimeImport: string;
  /** `-D NAME=value`. */
  readonly defines: ReadonlyMap<string, string>;
  /** .x files that are read first, as if the file included them. */
  readonly preincludes: readonly IncludedFile[];
}

export type CompileResult =
  | { readonly ok: true; readonly text: string }
  /** `file.x:12:7: error: ...` */
  | { readonly ok: false; readonly error: string };

/** Compiles one .x file into one TypeScript module. */
export function compile(
  file: IncludedFile,
  options: CompileOptions,
  findInclude: FindInclude,
): CompileResult {
  try {
    const model = compileToModel(file, options, findInclude);
    return { ok: true, text: emitModule(model, options.runtimeImport) };
  } catch (error) {
    if (error instanceof CompileError) return { ok: false, error: formatError(error) };
    throw error;
  }
}

/** As far as the checks; throws a CompileError. */
export function compileToModel(
  file: IncludedFile,
  options: Omit<CompileOptions, 'runtimeImport'>,
  findInclude: FindInclude,
): Model {
  const preprocessor = new Preprocessor(findInclude, predefined(options.defines));
  for (const first of options.preincludes) preprocessor.file(first);
  preprocessor.file(file);
  const { tokens, macros } = preprocessor.finish(endOf(file));
  const definitions = withHeaderDefinitions(tokens, parse(tokens));
  const { sourceName, byteStrings } = options;
  return analyse(definitions, { sourceName, byteStrings, macros });
}

/**
 * C rpcgen runs once for each of its outputs and defines that one's name. Ours is one output with the types and the
 * codecs: RPC_HDR and RPC_XDR. The other two stay undefined unless they are asked for.
 */
function predefined(defines: ReadonlyMap<string, string>): ReadonlyMap<string, readonly Token[]> {
  const all = new Map([['RPC_HDR', '1'], ['RPC_XDR', '1'], ...defines]);
  return new Map(
    [...all].map(([name, body]) => [
      name,
      lexLine(body, { file: '<command line>', line: 1, column: 1 }),
    ]),
  );
}

function endOf(file: IncludedFile): Place {
  const lines = file.text.split('\n');
  return { file: file.path, line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

/** Adds what the file takes from C's headers and does not define itself. */
function withHeaderDefinitions(
  tokens: readonly Token[],
  definitions: readonly Definition[],
): Definition[] {
  const place: Place = { file: '<rpc/rpc.h>', line: 1, column: 1 };
  const end: Token = { kind: 'end', text: '', place };
  const known = parse([...lexLine(headerDefinitions, place), end]);
  const mentioned = new Set(tokens.map((token) => token.text));
  const defined = new Set(definitions.map(({ name }) => name.text));
  const missing = known.filter(({ name }) => mentioned.has(name.text) && !defined.has(name.text));
  return [...missing, ...definitions];
}
