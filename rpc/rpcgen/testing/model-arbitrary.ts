import fc from 'fast-check';
import {
  type ModelField,
  type NamedType,
  throughAliases,
  type UnionType,
  type WireType,
} from '../model.ts';

/** What a union's discriminant can be, and the field that goes with it. */
export interface UnionChoice {
  readonly value: number;
  readonly field: ModelField | undefined;
}

/** All cases, and one value for the default arm if there is one. */
export function unionChoices(type: UnionType): UnionChoice[] {
  const choices = type.arms.flatMap((arm) =>
    arm.cases.map(({ value }): UnionChoice => ({ value, field: arm.field })),
  );
  if (type.defaultArm === undefined) return choices;
  const used = new Set(choices.map(({ value }) => value));
  const free = discriminantValues(type.discriminant.type).find((value) => !used.has(value));
  if (free !== undefined) choices.push({ value: free, field: type.defaultArm.field });
  return choices;
}

function discriminantValues(type: WireType): number[] {
  const target = throughAliases(type);
  if (target.kind === 'bool') return [0, 1];
  if (target.kind === 'named' && target.type.kind === 'enum') {
    return target.type.members.map(({ value }) => value);
  }
  return Array.from({ length: 1000 }, (_, index) => index);
}

/** The discriminant in TypeScript: bools are not numbers. */
export function discriminantOf(type: UnionType, value: number): number | boolean {
  return throughAliases(type.discriminant.type).kind === 'bool' ? value === 1 : value;
}

export interface ArbitraryOptions {
  readonly byteStrings: boolean;
  /** How deep optional data, arrays and lists go. */
  readonly depth: number;
  /** For C peers, whose strings end at the first NUL and whose `char` has a sign. */
  readonly forC: boolean;
}

const itemsMax = 4;
const bytesMax = 40;

/** Values of a type, in the form that generated code gives them. */
export function arbitraryOf(type: WireType, options: ArbitraryOptions): fc.Arbitrary<unknown> {
  const deeper = { ...options, depth: options.depth - 1 };
  const isLeaf = options.depth <= 0;
  switch (type.kind) {
    case 'void':
      return fc.constant(undefined);
    case 'int':
      return fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });
    case 'unsignedInt':
      return fc.integer({ min: 0, max: 0xffff_ffff });
    case 'small':
      return fc.integer({
        min: type.min,
        max: options.forC ? Math.min(type.max, signedMax(type)) : type.max,
      });
    case 'hyper':
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case 'unsignedHyper':
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    case 'bool':
      return fc.boolean();
    case 'float':
      return fc.float();
    case 'double':
      return fc.double();
    case 'opaqueFixed':
      return bytes(type.length, type.length);
    case 'opaque':
      return bytes(0, Math.min(type.max, bytesMax));
    case 'string':
      return text(Math.min(type.max, bytesMax), options);
    case 'fixedArray':
      return fc.array(arbitraryOf(type.element, deeper), {
        minLength: type.length,
        maxLength: type.length,
      });
    case 'array':
      if (isLeaf) return fc.constant([]);
      return fc.array(arbitraryOf(type.element, deeper), {
        maxLength: Math.min(type.max, itemsMax),
      });
    case 'optional':
      if (isLeaf) return fc.constant(undefined);
      return fc.option(arbitraryOf(type.element, deeper), { nil: undefined });
    case 'list':
      if (isLeaf) return fc.constant([]);
      return fc.array(arbitraryOfNamed(type.node, deeper), { maxLength: itemsMax });
    case 'nonEmptyList':
      return fc.array(arbitraryOfNamed(type.node, deeper), { minLength: 1, maxLength: itemsMax });
    case 'named':
      return arbitraryOfNamed(type.type, options);
  }
}

export function arbitraryOfNamed(
  type: NamedType,
  options: ArbitraryOptions,
): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'enum':
      return fc.constantFrom(...type.members.map(({ value }) => value));
    case 'alias':
      return arbitraryOf(type.target, options);
    case 'struct': {
      const fields = type.fields.map(
        (field) => [field.tsName, arbitraryOf(field.type, options)] as const,
      );
      return fc.record(Object.fromEntries(fields), { noNullPrototype: true });
    }
    case 'union': {
      const key = type.discriminant.tsName;
      return fc.oneof(
        ...unionChoices(type).map(({ value, field }) => {
          const discriminant = fc.constant(discriminantOf(type, value));
          if (field === undefined)
            return fc.record({ [key]: discriminant }, { noNullPrototype: true });
          const content = arbitraryOf(field.type, options);
          return fc.record(
            { [key]: discriminant, [field.tsName]: content },
            { noNullPrototype: true },
          );
        }),
      );
    }
  }
}

/** Where the type admits both signs of C's char. */
function signedMax(type: { readonly min: number; readonly max: number }): number {
  return type.min < 0 && type.max > -type.min - 1 ? -type.min - 1 : type.max;
}

function bytes(minLength: number, maxLength: number): fc.Arbitrary<Buffer> {
  return fc.uint8Array({ minLength, maxLength }).map((array) => Buffer.from(array));
}

function text(bytesMaximum: number, options: ArbitraryOptions): fc.Arbitrary<string> {
  const lowest = options.forC ? 1 : 0;
  if (options.byteStrings) {
    return fc
      .array(fc.integer({ min: lowest, max: 255 }), { maxLength: bytesMaximum })
      .map((codes) => String.fromCharCode(...codes));
  }
  return fc
    .string({ unit: 'binary', maxLength: Math.floor(bytesMaximum / 4) })
    .map((value) => (options.forC ? value.replaceAll('\0', '0') : value));
}
