import { type EmitOptions, stringMethod } from './emit-encode.ts';
import { indent, type Locals } from './emit-text.ts';
import { typeExpression } from './emit-type-expression.ts';
import { isPlain, type ModelField, type StructType, type WireType } from './model.ts';
import { minBytesOf } from './recursion.ts';

const lengthMax = 0xffff_ffff;

/** Statements that must run first, and the expression that then is the value. */
export interface DecodeSource {
  readonly statements: readonly string[];
  readonly expression: string;
}

/** `wanted` names the variable, where one is needed. */
export function decodeSource(
  type: WireType,
  wanted: string,
  options: EmitOptions,
  locals: Locals,
): DecodeSource {
  switch (type.kind) {
    case 'void':
      return plain('undefined');
    case 'int':
    case 'unsignedInt':
    case 'hyper':
    case 'unsignedHyper':
    case 'bool':
    case 'float':
    case 'double':
      return plain(`reader.${type.kind}()`);
    case 'small':
      return plain(`reader.intWithin(${type.min}, ${type.max})`);
    case 'opaqueFixed':
      return plain(`reader.opaqueFixed(${type.length})`);
    case 'opaque':
      return plain(`reader.opaqueVariable(${limit(type.max)})`);
    case 'string':
      return plain(`reader.${stringMethod(options)}(${limit(type.max)})`);
    case 'fixedArray':
    case 'array':
      return decodeArray(type, wanted, options, locals);
    case 'optional':
      return decodeOptional(type.element, wanted, options, locals);
    case 'list':
      return decodeList(type.node, wanted, locals, (push) => [`while (reader.bool()) ${push}`]);
    case 'nonEmptyList':
      return decodeList(type.node, wanted, locals, (push) => [
        `do ${push}`,
        'while (reader.bool());',
      ]);
    case 'named':
      if (type.type.kind === 'alias' && isPlain(type.type.target)) {
        return decodeSource(type.type.target, wanted, options, locals);
      }
      return plain(`${type.type.tsName}Codec.decode(reader)`);
  }
}

/**
 * An object with these fields. Where one of them needs statements, all are read into variables first, since they must
 * be read in their order.
 */
export function decodeFields(
  fields: readonly ModelField[],
  options: EmitOptions,
  locals: Locals,
): DecodeSource {
  const sources = fields.map((field) => decodeSource(field.type, field.tsName, options, locals));
  if (sources.every((source) => source.statements.length === 0)) {
    const entries = fields.map((field, at) => `${field.tsName}: ${sources[at]?.expression ?? ''}`);
    return plain(objectOf(entries));
  }
  const statements: string[] = [];
  const entries = fields.map((field, at) => {
    const source = sources[at];
    if (source === undefined) throw new Error('one source for each field');
    statements.push(...source.statements);
    if (source.statements.length > 0) return entry(field.tsName, source.expression);
    const local = locals.claim(field.tsName);
    statements.push(`const ${local} = ${source.expression};`);
    return entry(field.tsName, local);
  });
  return { statements, expression: objectOf(entries) };
}

export function entry(key: string, value: string): string {
  return key === value ? key : `${key}: ${value}`;
}

export function objectOf(entries: readonly string[]): string {
  if (entries.length === 0) return '{}';
  const line = `{ ${entries.join(', ')} }`;
  return line.length <= 80
    ? line
    : ['{', ...indent(entries.map((one) => `${one},`)), '}'].join('\n');
}

function plain(expression: string): DecodeSource {
  return { statements: [], expression };
}

/** The loop stops at the first failure. */
function decodeArray(
  type: WireType & { readonly kind: 'array' | 'fixedArray' },
  wanted: string,
  options: EmitOptions,
  locals: Locals,
): DecodeSource {
  const items = locals.claim(wanted);
  const left = locals.claim('left');
  const item = decodeSource(type.element, 'item', options, locals);
  const minBytes = Math.min(minBytesOf(type.element), lengthMax);
  const count =
    type.kind === 'array'
      ? `reader.arrayLength(${type.max}, ${minBytes})`
      : `reader.fixedLength(${type.length}, ${minBytes})`;
  return {
    statements: [
      `const ${items}: ${elementArray(type.element)} = [];`,
      `for (let ${left} = ${count}; ${left} > 0 && reader.failure === undefined; ${left} -= 1) {`,
      ...indent(item.statements),
      `  ${items}.push(${item.expression});`,
      '}',
    ],
    expression: items,
  };
}

function elementArray(element: WireType): string {
  return typeExpression({ kind: 'array', element, max: lengthMax }).replace(/^readonly /, '');
}

function decodeOptional(
  element: WireType,
  wanted: string,
  options: EmitOptions,
  locals: Locals,
): DecodeSource {
  const inner = decodeSource(element, wanted, options, locals);
  if (inner.statements.length === 0) {
    return plain(`reader.bool() ? ${inner.expression} : undefined`);
  }
  const present = locals.claim(`${wanted}OrNone`);
  return {
    statements: [
      `let ${present}: ${typeExpression({ kind: 'optional', element })};`,
      'if (reader.bool()) {',
      ...indent(inner.statements),
      `  ${present} = ${inner.expression};`,
      '}',
    ],
    expression: present,
  };
}

function decodeList(
  node: StructType,
  wanted: string,
  locals: Locals,
  loop: (push: string) => string[],
): DecodeSource {
  const items = locals.claim(wanted);
  return {
    statements: [
      `const ${items}: ${node.tsName}[] = [];`,
      ...loop(`${items}.push(${node.tsName}Codec.decode(reader));`),
    ],
    expression: items,
  };
}

function limit(max: number): string {
  return max === lengthMax ? '' : String(max);
}
