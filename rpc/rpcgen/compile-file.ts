import path from 'node:path';
import { type CompileResult, compile } from './compile.ts';
import type { FindInclude, IncludedFile } from './preprocessor.ts';

/** The file system as the compiler needs it. */
export interface SourceFiles {
  /** `undefined` where there is no such file. Other failures throw. */
  read(path: string): string | undefined;
  /** Creates the folder too. */
  write(path: string, text: string): void;
}

export interface CompileFileOptions {
  readonly path: string;
  /** Where `NAME.ts` goes for `NAME.x`. */
  readonly outDir: string;
  readonly byteStrings?: boolean;
  /** Default: `fuga/xdr`. */
  readonly runtimeImport?: string;
  /** Folders for `#include`, searched in their order; "x" is looked for beside the including file first. */
  readonly includePaths?: readonly string[];
  readonly defines?: ReadonlyMap<string, string>;
  /** .x files read before this one, as if it included them. */
  readonly preincludes?: readonly string[];
}

export type CompileFileResult =
  | { readonly ok: true; readonly outputPath: string }
  /** One line for the user: `file.x:12:7: error: ...` */
  | { readonly ok: false; readonly error: string };

/** Compiles one .x file to one TypeScript file. What goes wrong with the disk throws. */
export function compileFile(options: CompileFileOptions, files: SourceFiles): CompileFileResult {
  const result = compileSource(options, files);
  if (!result.ok) return result;
  const outputPath = outputPathOf(options);
  files.write(outputPath, result.text);
  return { ok: true, outputPath };
}

/** `NAME.ts` for `NAME.x`. */
export function outputPathOf(options: Pick<CompileFileOptions, 'path' | 'outDir'>): string {
  return path.join(options.outDir, `${path.basename(options.path, '.x')}.ts`);
}

/** The same without writing. */
export function compileSource(options: CompileFileOptions, files: SourceFiles): CompileResult {
  const preincludes: IncludedFile[] = [];
  for (const name of options.preincludes ?? []) {
    const text = files.read(name);
    if (text === undefined) return { ok: false, error: `${name}: error: cannot read this file` };
    preincludes.push({ path: name, text });
  }
  const text = files.read(options.path);
  if (text === undefined) {
    return { ok: false, error: `${options.path}: error: cannot read this file` };
  }
  return compile(
    { path: options.path, text },
    {
      sourceName: path.basename(options.path),
      byteStrings: options.byteStrings ?? false,
      runtimeImport: options.runtimeImport ?? 'fuga/xdr',
      defines: options.defines ?? new Map(),
      preincludes,
    },
    includeFinder(options.includePaths ?? [], files),
  );
}

/** `#include` as C compilers look for it. */
export function includeFinder(includePaths: readonly string[], files: SourceFiles): FindInclude {
  return (name, quoted, includingFile) => {
    const folders = quoted ? [path.dirname(includingFile), ...includePaths] : includePaths;
    for (const folder of folders) {
      const candidate = path.join(folder, name);
      const text = files.read(candidate);
      if (text !== undefined) return { path: candidate, text };
    }
    return undefined;
  };
}
