import { parseArgs } from 'node:util';
import {
  type CompileFileOptions,
  type CompileFileResult,
  compileFile,
  outputPathOf,
  type SourceFiles,
} from './compile-file.ts';

export const rpcgenUsage = `usage: fuga rpcgen FILE.x... [-o DIR] [options]

Compiles XDR and RPC language (RFC 4506, RFC 5531) to TypeScript: types and codecs, a client
stub and a server dispatch table for each version of each program. One FILE.ts per FILE.x.

  -o, --out DIR          where the TypeScript goes (default: beside each FILE.x)
  --byte-strings         strings are bytes (one character, U+0000 to U+00FF, for each), not UTF-8
  --runtime IMPORT       what generated code imports its run time from (default: fuga/xdr)
  -I, --include DIR      look for #include files in DIR; may be repeated
  -D, --define NAME[=V]  define a macro for #if and the like; may be repeated
  --preinclude FILE.x    read this file first, as if it were included; may be repeated
  -h, --help             print this
`;

/** What one run says: for the terminal, and as its exit code. */
export interface RpcgenOutcome {
  readonly exitCode: number;
  readonly output: string;
  readonly errors: string;
}

/** `fuga rpcgen`: the words after it, and the file system. */
export function runRpcgen(words: readonly string[], files: SourceFiles): RpcgenOutcome {
  const parsed = parseWords(words);
  if (typeof parsed === 'string') {
    return { exitCode: 2, output: '', errors: `fuga rpcgen: ${parsed}\n${rpcgenUsage}` };
  }
  const { values, positionals } = parsed;
  if (values.help === true) return { exitCode: 0, output: rpcgenUsage, errors: '' };
  if (positionals.length === 0) {
    return { exitCode: 2, output: '', errors: `fuga rpcgen: no FILE.x given\n${rpcgenUsage}` };
  }
  const options = {
    byteStrings: values['byte-strings'] ?? false,
    runtimeImport: values.runtime ?? 'fuga/xdr',
    includePaths: values.include ?? [],
    defines: new Map((values.define ?? []).map(definition)),
    preincludes: values.preinclude ?? [],
  };
  const written = new Map<string, string>();
  const results = positionals.map((path): CompileFileResult => {
    const outDir = values.out ?? path.replace(/[^/]*$/, '');
    const outputPath = outputPathOf({ path, outDir });
    const other = written.get(outputPath);
    if (other !== undefined) {
      return { ok: false, error: `${path}: error: ${outputPath} is that of ${other} already` };
    }
    written.set(outputPath, path);
    return compileOrExplain({ ...options, path, outDir }, files);
  });
  return {
    exitCode: results.every((result) => result.ok) ? 0 : 1,
    output: results.map((result) => (result.ok ? `${result.outputPath}\n` : '')).join(''),
    errors: results.map((result) => (result.ok ? '' : `${result.error}\n`)).join(''),
  };
}

/** A disk that is full or a folder that may not be written is a line for the user too. */
function compileOrExplain(options: CompileFileOptions, files: SourceFiles): CompileFileResult {
  try {
    return compileFile(options, files);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return { ok: false, error: `${options.path}: error: ${error.message}` };
  }
}

/** A string says what is wrong with them. */
function parseWords(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        out: { type: 'string', short: 'o' },
        'byte-strings': { type: 'boolean' },
        runtime: { type: 'string' },
        include: { type: 'string', short: 'I', multiple: true },
        define: { type: 'string', short: 'D', multiple: true },
        preinclude: { type: 'string', multiple: true },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** `NAME` alone is 1, as for C compilers. */
function definition(word: string): [name: string, value: string] {
  const at = word.indexOf('=');
  return at === -1 ? [word, '1'] : [word.slice(0, at), word.slice(at + 1)];
}
