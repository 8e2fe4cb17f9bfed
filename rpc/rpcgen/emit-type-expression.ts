import type { WireType } from './model.ts';

/** How a type is written in TypeScript. */
export function typeExpression(type: WireType): string {
  switch (type.kind) {
    case 'void':
      return 'undefined';
    case 'int':
    case 'unsignedInt':
    case 'small':
    case 'float':
    case 'double':
      return 'number';
    case 'hyper':
    case 'unsignedHyper':
      return 'bigint';
    case 'bool':
      return 'boolean';
    case 'opaqueFixed':
    case 'opaque':
      return 'Buffer';
    case 'string':
      return 'string';
    case 'fixedArray':
    case 'array':
      return `readonly ${elementExpression(type.element)}[]`;
    case 'optional':
      return `${typeExpression(type.element)} | undefined`;
    case 'list':
      return `readonly ${type.node.tsName}[]`;
    case 'nonEmptyList':
      return `readonly ${type.node.tsName}[]`;
    case 'named':
      return type.type.tsName;
  }
}

function elementExpression(type: WireType): string {
  const isCompound =
    type.kind === 'optional' ||
    type.kind === 'array' ||
    type.kind === 'fixedArray' ||
    type.kind === 'nonEmptyList';
  return isCompound ? `(${typeExpression(type)})` : typeExpression(type);
}

/** `(args: Fattr)`'s type: none is `undefined`, several are a tuple. */
export function argumentsExpression(types: readonly WireType[]): string {
  const [only] = types;
  if (only === undefined) return 'undefined';
  return types.length === 1
    ? typeExpression(only)
    : `readonly [${types.map(typeExpression).join(', ')}]`;
}
