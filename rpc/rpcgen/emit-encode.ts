import { indent, Locals } from './emit-text.ts';
import { isPlain, type WireType } from './model.ts';

const lengthMax = 0xffff_ffff;

export interface EmitOptions {
  readonly byteStrings: boolean;
}

/** Statements that write the value of an expression. */
export function encodeStatements(
  type: WireType,
  value: string,
  options: EmitOptions,
  locals: Locals = new Locals(),
): string[] {
  switch (type.kind) {
    case 'void':
      return [];
    case 'int':
    case 'unsignedInt':
    case 'hyper':
    case 'unsignedHyper':
    case 'bool':
    case 'float':
    case 'double':
      return [`writer.${type.kind}(${value});`];
    case 'small':
      return [`writer.intWithin(${type.min}, ${type.max}, ${value});`];
    case 'opaqueFixed':
      return [`writer.opaqueFixed(${value}, ${type.length});`];
    case 'opaque':
      return [`writer.opaqueVariable(${limited(value, type.max)});`];
    case 'string':
      return [`writer.${stringMethod(options)}(${limited(value, type.max)});`];
    case 'fixedArray':
      return [
        `writer.fixedLength(${value}.length, ${type.length});`,
        ...encodeElements(type.element, value, options, locals),
      ];
    case 'array':
      return [
        `writer.arrayLength(${limited(`${value}.length`, type.max)});`,
        ...encodeElements(type.element, value, options, locals),
      ];
    case 'optional':
      return [
        `if (${value} === undefined) {`,
        '  writer.bool(false);',
        '} else {',
        '  writer.bool(true);',
        ...indent(encodeStatements(type.element, value, options, locals)),
        '}',
      ];
    case 'list': {
      const item = locals.claim('item');
      return [
        `for (const ${item} of ${value}) {`,
        '  writer.bool(true);',
        `  ${type.node.tsName}Codec.encode(writer, ${item});`,
        '}',
        'writer.bool(false);',
      ];
    }
    case 'nonEmptyList': {
      const [index, item] = [locals.claim('index'), locals.claim('item')];
      return [
        `if (${value}.length === 0) throw new XdrLimitError('${type.node.name}: a list without a node');`,
        `for (const [${index}, ${item}] of ${value}.entries()) {`,
        `  ${type.node.tsName}Codec.encode(writer, ${item});`,
        `  writer.bool(${index} + 1 < ${value}.length);`,
        '}',
      ];
    }
    case 'named':
      if (type.type.kind === 'alias' && isPlain(type.type.target)) {
        return encodeStatements(type.type.target, value, options, locals);
      }
      return [`${type.type.tsName}Codec.encode(writer, ${value});`];
  }
}

function encodeElements(
  element: WireType,
  value: string,
  options: EmitOptions,
  locals: Locals,
): string[] {
  const item = locals.claim('item');
  return [
    `for (const ${item} of ${value}) {`,
    ...indent(encodeStatements(element, item, options, locals)),
    '}',
  ];
}

export function stringMethod(options: EmitOptions): string {
  return options.byteStrings ? 'stringBytes' : 'stringUtf8';
}

function limited(value: string, max: number): string {
  return max === lengthMax ? value : `${value}, ${max}`;
}
