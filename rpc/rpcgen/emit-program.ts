import { emitDecode, emitEncode } from './emit-codec.ts';
import { decodeSource } from './emit-decode.ts';
import { type EmitOptions, encodeStatements } from './emit-encode.ts';
import { indent, Locals } from './emit-text.ts';
import { argumentsExpression, typeExpression } from './emit-type-expression.ts';
import type { ModelProcedure, ModelVersion, WireType } from './model.ts';
import { pascalCase } from './names.ts';

/** One version of a program: its table, a client stub, what a server implements, and its dispatch table. */
export function emitProgram(version: ModelVersion, options: EmitOptions): string[] {
  return [
    ...version.procedures.flatMap((procedure) => emitOwnCodecs(version, procedure, options)),
    ...emitTable(version),
    '',
    ...emitClient(version),
    '',
    ...emitHandlers(version),
    '',
    ...emitDispatch(version),
  ];
}

/** Name of an existing codec, if the types need no own one. */
function existingCodec(types: readonly WireType[]): string | undefined {
  const [only] = types;
  if (only === undefined || only.kind === 'void') return 'voidCodec';
  return types.length === 1 && only.kind === 'named' ? `${only.type.tsName}Codec` : undefined;
}

function codecName(version: ModelVersion, procedure: ModelProcedure, role: string): string {
  const start = version.tsName.charAt(0).toLowerCase() + version.tsName.slice(1);
  return `${start}${pascalCase(procedure.name)}${role}`;
}

/** Codecs of argument lists and of types without a name: `int`, `string`. */
function emitOwnCodecs(
  version: ModelVersion,
  procedure: ModelProcedure,
  options: EmitOptions,
): string[] {
  const emit = (types: readonly WireType[], role: string): string[] =>
    existingCodec(types) === undefined
      ? [...emitTupleCodec(codecName(version, procedure, role), types, options), '']
      : [];
  return [...emit(procedure.arguments, 'Arguments'), ...emit([procedure.result], 'Result')];
}

function emitTupleCodec(name: string, types: readonly WireType[], options: EmitOptions): string[] {
  const isTuple = types.length > 1;
  const locals = new Locals();
  const encode: string[] = [];
  const decode: string[] = [];
  const expressions = types.map((type, index) => {
    encode.push(...encodeStatements(type, isTuple ? `value[${index}]` : 'value', options));
    const wanted = `argument${index + 1}`;
    const source = decodeSource(type, wanted, options, locals);
    decode.push(...source.statements);
    if (!isTuple || source.statements.length > 0) return source.expression;
    const local = locals.claim(wanted);
    decode.push(`const ${local} = ${source.expression};`);
    return local;
  });
  const value = isTuple ? `[${expressions.join(', ')}]` : (expressions[0] ?? 'undefined');
  return [
    `const ${name}: XdrCodec<${argumentsExpression(types)}> = {`,
    ...indent(emitEncode(encode)),
    ...indent(emitDecode([...decode, `return ${value};`])),
    '};',
  ];
}

function emitTable(version: ModelVersion): string[] {
  const { programName, versionName, tsName } = version;
  return [
    `/** \`program ${programName}\`, \`version ${versionName}\`. */`,
    `export const ${tsName} = {`,
    `  program: ${version.program},`,
    `  version: ${version.version},`,
    `  programName: '${programName}',`,
    `  versionName: '${versionName}',`,
    '  procedures: {',
    ...version.procedures.flatMap((procedure) => emitRow(version, procedure)),
    '  },',
    '} as const satisfies ProgramVersion;',
  ];
}

function emitRow(version: ModelVersion, procedure: ModelProcedure): string[] {
  const args = existingCodec(procedure.arguments) ?? codecName(version, procedure, 'Arguments');
  const result = existingCodec([procedure.result]) ?? codecName(version, procedure, 'Result');
  return [
    `    ${procedure.tsName}: {`,
    `      number: ${procedure.number},`,
    `      name: '${procedure.name}',`,
    `      arguments: ${args},`,
    `      result: ${result},`,
    '    },',
  ];
}

function emitClient({ tsName, procedures, programName }: ModelVersion): string[] {
  const methods = procedures.flatMap((procedure) => {
    const args =
      procedure.arguments.length === 0
        ? 'args?: undefined'
        : `args: ${argumentsExpression(procedure.arguments)}`;
    return [
      '',
      `  ${procedure.tsName}(${args}, options?: Options): Promise<${typeExpression(procedure.result)}> {`,
      `    return this.#caller.call(${tsName}, ${tsName}.procedures.${procedure.tsName}, args, options);`,
      '  }',
    ];
  });
  return [
    `/** Calls ${programName} through any caller: plain RPC, FT-IPC or a test double. */`,
    `export class ${tsName}Client<Options = unknown> {`,
    '  readonly #caller: RpcCaller<Options>;',
    '',
    '  constructor(caller: RpcCaller<Options>) {',
    '    this.#caller = caller;',
    '  }',
    ...methods,
    '}',
  ];
}

function emitHandlers({ tsName, procedures, programName }: ModelVersion): string[] {
  return [
    `/** What a server of ${programName} implements. */`,
    `export interface ${tsName}Handlers<Context> {`,
    ...procedures.map((procedure) => {
      const isVoid = procedure.result.kind === 'void';
      const result = isVoid ? 'void' : typeExpression(procedure.result);
      const args = argumentsExpression(procedure.arguments);
      return `  readonly ${procedure.tsName}: (args: ${args}, context: Context) => ${result} | Promise<${result}>;`;
    }),
    '}',
  ];
}

function emitDispatch({ tsName, procedures }: ModelVersion): string[] {
  return [
    `export function dispatch${tsName}<Context>(`,
    `  handlers: ${tsName}Handlers<Context>,`,
    '): DispatchTable<Context> {',
    '  const rows = new Map<number, DispatchRow<Context>>();',
    `  const { procedures } = ${tsName};`,
    ...procedures.flatMap(({ number, tsName: key }) => [
      `  rows.set(${number}, {`,
      `    procedure: procedures.${key},`,
      `    handle: (args, context) => handlers.${key}(args, context),`,
      '  });',
    ]),
    `  return { version: ${tsName}, rows };`,
    '}',
  ];
}
