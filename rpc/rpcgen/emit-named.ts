import { emitCodec, emitDecode, emitEncode } from './emit-codec.ts';
import { decodeFields, decodeSource } from './emit-decode.ts';
import { type EmitOptions, encodeStatements } from './emit-encode.ts';
import { indent, Locals } from './emit-text.ts';
import { typeExpression } from './emit-type-expression.ts';
import { emitUnion } from './emit-union.ts';
import type { AliasType, EnumType, NamedType, StructType } from './model.ts';

/** A type and its codec. */
export function emitNamed(type: NamedType, options: EmitOptions): string[] {
  switch (type.kind) {
    case 'enum':
      return emitEnum(type);
    case 'struct':
      return emitStruct(type, options);
    case 'union':
      return emitUnion(type, options);
    case 'alias':
      return emitAlias(type, options);
  }
}

function emitEnum({ name, tsName, members }: EnumType): string[] {
  const values = [...new Set(members.map((member) => member.value))];
  return [
    `/** \`enum ${name}\`. */`,
    `export const ${tsName} = {`,
    ...members.map((member) => `  ${member.name}: ${member.value},`),
    '} as const;',
    `export type ${tsName} = (typeof ${tsName})[keyof typeof ${tsName}];`,
    '',
    `export const ${tsName}Codec: XdrCodec<${tsName}> = {`,
    '  encode(writer, value) {',
    `    if (!is${tsName}(value)) throw new XdrLimitError(\`\${String(value)} is not a value of enum ${name}\`);`,
    '    writer.int(value);',
    '  },',
    '  decode(reader) {',
    '    const value = reader.int();',
    `    if (is${tsName}(value)) return value;`,
    `    reader.fail('bad-enum', \`\${value} is not a value of enum ${name}\`, reader.position - 4);`,
    `    return ${values[0] ?? 0};`,
    '  },',
    '};',
    '',
    `export function is${tsName}(value: number): value is ${tsName} {`,
    '  switch (value) {',
    ...values.map((value) => `    case ${value}:`),
    '      return true;',
    '    default:',
    '      return false;',
    '  }',
    '}',
  ];
}

function emitStruct(type: StructType, options: EmitOptions): string[] {
  const { name, tsName, fields, link } = type;
  const doc =
    link === undefined
      ? `/** \`struct ${name}\`. */`
      : `/** \`struct ${name}\`, a list node; its link \`${link}\` is the next place in the array. */`;
  const locals = new Locals();
  const source = decodeFields(fields, options, locals);
  const encode = fields.flatMap((field) =>
    encodeStatements(field.type, `value.${field.tsName}`, options),
  );
  return [
    doc,
    `export interface ${tsName} {`,
    ...fields.map((field) => `  readonly ${field.tsName}: ${typeExpression(field.type)};`),
    '}',
    '',
    ...emitCodec(type, encode, [
      ...source.statements,
      ...`return ${source.expression};`.split('\n'),
    ]),
  ];
}

function emitAlias(type: AliasType, options: EmitOptions): string[] {
  const { name, tsName, target } = type;
  const source = decodeSource(target, 'items', options, new Locals());
  return [
    `/** \`typedef ${name}\`. */`,
    `export type ${tsName} = ${typeExpression(target)};`,
    '',
    `export const ${tsName}Codec: XdrCodec<${tsName}> = {`,
    ...indent(emitEncode(encodeStatements(target, 'value', options))),
    ...indent(emitDecode([...source.statements, `return ${source.expression};`])),
    '};',
  ];
}
