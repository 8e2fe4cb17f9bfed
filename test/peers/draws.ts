import type { ModelField, NamedType, StructType, WireType } from '../../rpc/rpcgen/model.ts';
import { discriminantOf, unionChoices } from '../../rpc/rpcgen/testing/model-arbitrary.ts';

/** Lengths that values are given, the same in C. */
export const drawnItemsMax = 3;
export const drawnBytesMax = 40;
export const drawnDepth = 3;

/** Xorshift: the same numbers in TypeScript and in C. */
export class Draws {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2_654_435_761 + 1) >>> 0 || 1;
  }

  next(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state >>> 0;
    return this.#state;
  }

  below(limit: number): number {
    return this.next() % limit;
  }
}

/**
 * A value of the type, drawn as `fillC` makes the C program draw it: the same order of draws, so that one seed is the
 * same value on both sides. Strings are byte strings.
 */
export function drawValue(type: WireType, draws: Draws, depth: number): unknown {
  switch (type.kind) {
    case 'void':
      return undefined;
    case 'int':
      return draws.next() | 0;
    case 'unsignedInt':
      return draws.next();
    case 'small':
      return draws.below(smallSpan(type)) + type.min;
    case 'hyper':
      return BigInt.asIntN(64, draw64(draws));
    case 'unsignedHyper':
      return draw64(draws);
    case 'bool':
      return (draws.next() & 1) === 1;
    case 'float':
    case 'double':
      return ((draws.next() & 0xffff) - 0x8000) * 0.25;
    case 'opaqueFixed':
      return drawBytes(type.length, draws);
    case 'opaque':
      return drawBytes(draws.below(Math.min(type.max, drawnBytesMax) + 1), draws);
    case 'string': {
      const length = draws.below(Math.min(type.max, drawnBytesMax) + 1);
      return times(length, () => String.fromCharCode(draws.below(255) + 1)).join('');
    }
    case 'fixedArray':
      return times(type.length, () => drawValue(type.element, draws, depth));
    case 'array': {
      const length = draws.below(Math.min(type.max, drawnItemsMax) + 1);
      return times(depth > 0 ? length : 0, () => drawValue(type.element, draws, depth - 1));
    }
    case 'optional':
      return (draws.next() & 1) === 1 && depth > 0
        ? drawValue(type.element, draws, depth - 1)
        : undefined;
    case 'list': {
      const length = draws.below(drawnItemsMax + 1);
      return times(depth > 0 ? length : 0, () => drawStruct(type.node, draws, depth - 1));
    }
    case 'nonEmptyList':
      return times(draws.below(drawnItemsMax) + 1, () => drawStruct(type.node, draws, depth - 1));
    case 'named':
      return drawNamed(type.type, draws, depth);
  }
}

export function drawNamed(type: NamedType, draws: Draws, depth: number): unknown {
  switch (type.kind) {
    case 'enum':
      return type.members[draws.below(type.members.length)]?.value;
    case 'alias':
      return drawValue(type.target, draws, depth);
    case 'struct':
      return drawStruct(type, draws, depth);
    case 'union': {
      const choices = unionChoices(type);
      const choice = choices[draws.below(choices.length)];
      if (choice === undefined) throw new Error('a union has a case');
      const discriminant = { [type.discriminant.tsName]: discriminantOf(type, choice.value) };
      return choice.field === undefined
        ? discriminant
        : { ...discriminant, ...drawField(choice.field, draws, depth) };
    }
  }
}

/** How many values C's type has: its `char` has a sign here. */
export function smallSpan({ min, max }: { readonly min: number; readonly max: number }): number {
  return min < 0 ? -min * 2 : max + 1;
}

function drawStruct(type: StructType, draws: Draws, depth: number): unknown {
  const parts = type.fields.map((field) => drawField(field, draws, depth));
  return Object.assign({}, ...parts) as unknown;
}

function drawField(field: ModelField, draws: Draws, depth: number): Record<string, unknown> {
  return { [field.tsName]: drawValue(field.type, draws, depth) };
}

function draw64(draws: Draws): bigint {
  const high = BigInt(draws.next());
  return (high << 32n) | BigInt(draws.next());
}

function drawBytes(length: number, draws: Draws): Buffer {
  return Buffer.from(times(length, () => draws.next() & 0xff));
}

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}
