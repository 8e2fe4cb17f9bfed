import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

/*
 * Hundreds of writers are started and killed. A loader that compiles at every start would take most of the run, so what
 * a writer imports is compiled once, into a folder from which the same packages are found.
 */

const root = join(import.meta.dirname, '../..');
const relativeImport = /(?:from|import) '(\.{1,2}\/[^']+\.ts)'/g;

export interface CompiledScript {
  readonly path: string;
  /** Compiles one file again, named from the root, with its source changed; to undo that, with the source as it is. */
  recompile(file: string, edit: (source: string) => string): Promise<void>;
  remove(): Promise<void>;
}

/** Compiles a script and everything of ours that it imports. */
export async function compileScript(script: string): Promise<CompiledScript> {
  const cache = join(root, 'node_modules/.cache');
  await mkdir(cache, { recursive: true });
  const output = await mkdtemp(join(cache, 'fuga-torture-'));
  await writeFile(join(output, 'package.json'), '{"type":"module"}');
  const seen = new Set<string>();
  const compile = async (path: string): Promise<void> => {
    if (seen.has(path)) return;
    seen.add(path);
    const source = await readFile(path, 'utf8');
    const target = outputPath(output, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, transpile(source, path));
    for (const [, imported] of source.matchAll(relativeImport)) {
      if (imported !== undefined) await compile(resolve(dirname(path), imported));
    }
  };
  await compile(script);
  return {
    path: outputPath(output, script),
    async recompile(file, edit) {
      const path = join(root, file);
      const source = edit(await readFile(path, 'utf8'));
      await writeFile(outputPath(output, path), transpile(source, path));
    },
    remove: () => rm(output, { recursive: true, force: true }),
  };
}

function outputPath(output: string, path: string): string {
  return join(output, relative(root, path)).replace(/\.ts$/, '.js');
}

function transpile(source: string, fileName: string): string {
  return ts.transpileModule(source, {
    fileName,
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2023,
      rewriteRelativeImportExtensions: true,
      verbatimModuleSyntax: true,
    },
  }).outputText;
}
