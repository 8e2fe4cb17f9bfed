import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compileFile } from '../rpc/rpcgen/compile-file.ts';
import { realFiles } from '../rpc/rpcgen/files-adapter.ts';

// Generated TypeScript as a user compiles it: the strictest options, the run time from 'fuga/xdr'.

const root = path.join(import.meta.dirname, '..');
const system = '/usr/include/rpcsvc';
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'fuga-rpcgen-types-'));

/** Each line that says `error:` must be one, and no other line. */
const usage = `
import type { RpcCaller } from 'fuga/xdr';
import {
  Colour, type Answer, type Choice, type Maybe, type Page, type Tree,
  LanguageProgV1, LanguageProgV1Client, type LanguageProgV1Handlers, dispatchLanguageProgV1,
} from './language.ts';

export function unions(choice: Choice, maybe: Maybe, answer: Answer): bigint | Buffer | undefined {
  // error: a bigint only for RED
  if (choice.red === 1n) return undefined;
  if (maybe.present) answer = maybe.answer;
  if (answer.kind === 3 && answer.reason !== undefined) return BigInt(answer.reason.length);
  switch (choice.colour) {
    case Colour.RED:
      return choice.red;
    case Colour.BLUE:
      return choice.blue;
    case Colour.CYAN:
      // error: a void arm has no field
      return choice.blue;
  }
}

// error: GREEN has no arm
export const green: Choice = { colour: Colour.GREEN };
// error: a void arm takes no field
export const cyan: Choice = { colour: Colour.CYAN, red: 1n };
export const otherwise: Answer = { kind: 99, code: 1 };
export const words: Answer = { kind: 5, words: [{ text: 'a' }, { text: 'b' }] };
export const tree: Tree = { value: 1, left: undefined, right: { value: 2, left: undefined, right: undefined } };
export const page: Page = { first: [{ words: [], mark: Buffer.alloc(5) }], others: [], footnote: [] };
// error: fields are read-only
page.others = [];
// error: so are arrays
page.others.push({ words: [], mark: Buffer.alloc(5) });

export async function calls(caller: RpcCaller<{ readonly timeoutMs: number }>): Promise<number> {
  const client = new LanguageProgV1Client(caller);
  await client.languageNull();
  const answered: Answer = await client.languageAsk({ present: false }, { timeoutMs: 5 });
  // error: no such option
  await client.languageNull(undefined, { timeout: 5 });
  // error: two arguments are one pair
  await client.languageAdd(1);
  return (await client.languageAdd([1, Colour.RED])) + (answered.kind ?? 0);
}

const handlers: LanguageProgV1Handlers<{ readonly uid: number }> = {
  languageNull: () => undefined,
  languageAdd: ([left, colour], { uid }) => left + colour + uid,
  languageAsk: async (maybe) => (maybe.present ? maybe.answer : { kind: 3, reason: 'none' }),
};
export const table = dispatchLanguageProgV1(handlers);
// error: a handler is missing
dispatchLanguageProgV1({ languageNull: () => undefined });
export const one: 1 = LanguageProgV1.procedures.languageAdd.number;
`;

const program = `
program LANGUAGE_PROG {
  version LANGUAGE_VERS {
    void LANGUAGE_NULL(void) = 0;
    int LANGUAGE_ADD(int, colour) = 1;
    answer LANGUAGE_ASK(maybe) = 2;
  } = 1;
} = 0x20000000;
`;

let diagnostics: readonly ts.Diagnostic[];

beforeAll(() => {
  const language = fs.readFileSync(path.join(root, 'test/peers/language.x'), 'utf8');
  fs.writeFileSync(path.join(folder, 'language.x'), language + program);
  fs.writeFileSync(path.join(folder, 'usage.ts'), usage);
  const sources = fs.existsSync(system)
    ? fs.readdirSync(system).filter((name) => name.endsWith('.x'))
    : [];
  const compile = (name: string, preincludes: readonly string[] = []): string => {
    const result = compileFile({ path: name, outDir: folder, preincludes }, realFiles);
    if (!result.ok) throw new Error(result.error);
    return result.outputPath;
  };
  const generated = sources.map((name) =>
    compile(`${system}/${name}`, name === 'nis_callback.x' ? [`${system}/nis.x`] : []),
  );
  generated.push(compile(path.join(folder, 'language.x')));
  const options: ts.CompilerOptions = {
    ...{ noEmit: true, strict: true, skipLibCheck: true, allowImportingTsExtensions: true },
    ...{ exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
    ...{ noImplicitReturns: true, noFallthroughCasesInSwitch: true, noImplicitOverride: true },
    ...{ noUnusedLocals: true, noUnusedParameters: true, noPropertyAccessFromIndexSignature: true },
    ...{ verbatimModuleSyntax: true, isolatedModules: true, erasableSyntaxOnly: true },
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.Node20,
    lib: ['lib.es2023.d.ts'],
    types: ['node'],
    typeRoots: [path.join(root, 'node_modules/@types')],
    paths: { 'fuga/xdr': [path.join(root, 'xdr/index.ts')] },
  };
  fs.writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
  const built = ts.createProgram([...generated, path.join(folder, 'usage.ts')], options);
  diagnostics = ts.getPreEmitDiagnostics(built);
});

afterAll(() => {
  fs.rmSync(folder, { recursive: true });
});

const placeOf = ({ file, start }: ts.Diagnostic): { name: string; line: number } => ({
  name: path.basename(file?.fileName ?? ''),
  line: file === undefined ? 0 : file.getLineAndCharacterOfPosition(start ?? 0).line,
});

test('rpcgen: what is generated from the system files and from every shape compiles in strict mode', () => {
  const wrong = diagnostics
    .filter((one) => placeOf(one).name !== 'usage.ts')
    .map((one) => `${placeOf(one).name}: ${ts.flattenDiagnosticMessageText(one.messageText, ' ')}`);
  expect(wrong).toEqual([]);
});

test('rpcgen: the types let through what is right and nothing else', () => {
  const lines = usage.split('\n');
  const expected = lines.flatMap((line, index) => (line.includes('// error:') ? [index + 1] : []));
  const found = diagnostics
    .filter((one) => placeOf(one).name === 'usage.ts')
    .map((one) => placeOf(one).line);
  expect([...new Set(found)]).toEqual(expected);
});
