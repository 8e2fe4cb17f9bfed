import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { XdrCodec } from '../../../xdr/codec.ts';
import type { ProgramVersion } from '../../../xdr/program.ts';
import { type CompileOptions, compile, compileToModel } from '../compile.ts';
import type { Model } from '../model.ts';
import type { FindInclude } from '../preprocessor.ts';

export interface Compiled {
  readonly model: Model;
  /** The TypeScript that was generated. */
  readonly text: string;
  /** What the generated module exports. */
  readonly exports: Readonly<Record<string, unknown>>;
  /** By the type's TypeScript name. */
  codec(tsName: string): XdrCodec<unknown>;
  program(tsName: string): ProgramVersion;
}

export interface TestOptions {
  readonly sourceName?: string;
  readonly byteStrings?: boolean;
  readonly defines?: ReadonlyMap<string, string>;
  readonly preincludes?: CompileOptions['preincludes'];
  readonly findInclude?: FindInclude;
}

const noIncludes: FindInclude = () => undefined;

export function testOptions(options: TestOptions): CompileOptions {
  return {
    sourceName: options.sourceName ?? 'test.x',
    byteStrings: options.byteStrings ?? false,
    runtimeImport: `${path.join(import.meta.dirname, '../../../xdr')}/`,
    defines: options.defines ?? new Map(),
    preincludes: options.preincludes ?? [],
  };
}

/** The text of the generated module, or what is wrong with the source. */
export function compileText(source: string, options: TestOptions = {}): string {
  const full = testOptions(options);
  const file = { path: full.sourceName, text: source };
  const result = compile(file, full, options.findInclude ?? noIncludes);
  return result.ok ? result.text : result.error;
}

/** Compiles and loads. */
export async function importCompiled(source: string, options: TestOptions = {}): Promise<Compiled> {
  const full = testOptions(options);
  const findInclude = options.findInclude ?? noIncludes;
  const file = { path: full.sourceName, text: source };
  const model = compileToModel(file, full, findInclude);
  const result = compile(file, full, findInclude);
  if (!result.ok) throw new Error(result.error);
  const exports = await importText(result.text);
  const named = (name: string): unknown => {
    if (!(name in exports)) throw new Error(`nothing exported as ${name}`);
    return exports[name];
  };
  return {
    model,
    text: result.text,
    exports,
    codec: (tsName) => named(`${tsName}Codec`) as XdrCodec<unknown>,
    program: (tsName) => named(tsName) as ProgramVersion,
  };
}

async function importText(text: string): Promise<Record<string, unknown>> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'fuga-rpcgen-'));
  try {
    const name = path.join(folder, 'compiled.ts');
    fs.writeFileSync(name, text);
    return (await import(pathToFileURL(name).href)) as Record<string, unknown>;
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}
