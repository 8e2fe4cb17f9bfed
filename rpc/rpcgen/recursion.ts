import type { NamedType, WireType } from './model.ts';
import { CompileError } from './place.ts';

/** Sets `minBytes` of every type: what a decoder holds against the bytes that remain before it allocates. */
export function measure(types: readonly NamedType[]): void {
  for (const type of types) type.minBytes = Infinity;
  // Sizes only fall, and what is infinite in the end contains itself in every one of its values.
  for (let changed = true; changed; ) {
    changed = false;
    for (const type of types) {
      const bytes = minBytesOfNamed(type);
      changed ||= bytes < type.minBytes;
      type.minBytes = Math.min(bytes, type.minBytes);
    }
  }
  for (const type of types) {
    if (type.minBytes === Infinity) {
      throw new CompileError(type.place, `every '${type.name}' would contain another one`);
    }
  }
}

function minBytesOfNamed(type: NamedType): number {
  switch (type.kind) {
    case 'enum':
      return 4;
    case 'alias':
      return minBytesOf(type.target);
    case 'struct':
      return type.fields.reduce((sum, field) => sum + minBytesOf(field.type), 0);
    case 'union': {
      const fields = type.arms.map((arm) => arm.field);
      if (type.defaultArm !== undefined) fields.push(type.defaultArm.field);
      return 4 + Math.min(...fields.map((field) => (field ? minBytesOf(field.type) : 0)));
    }
  }
}

export function minBytesOf(type: WireType): number {
  switch (type.kind) {
    case 'void':
      return 0;
    case 'hyper':
    case 'unsignedHyper':
    case 'double':
      return 8;
    case 'opaqueFixed':
      return type.length + (-type.length & 3);
    case 'fixedArray':
      return type.length === 0 ? 0 : type.length * minBytesOf(type.element);
    case 'nonEmptyList':
      return type.node.minBytes + 4;
    case 'named':
      return type.type.minBytes;
    case 'int':
    case 'unsignedInt':
    case 'small':
    case 'bool':
    case 'float':
    case 'opaque':
    case 'string':
    case 'array':
    case 'optional':
    case 'list':
      return 4;
  }
}

/** Sets `recursive` of the types whose values can nest in themselves. */
export function findRecursion(types: readonly NamedType[]): void {
  for (const type of types) type.recursive = reaches(type, type);
}

/** Whether a value of the one type can have a value of the other inside. */
export function reaches(start: NamedType, goal: NamedType): boolean {
  const seen = new Set<NamedType>();
  const pending = [...partsOf(start)];
  for (let type = pending.pop(); type !== undefined; type = pending.pop()) {
    if (type === goal) return true;
    if (seen.has(type)) continue;
    seen.add(type);
    pending.push(...partsOf(type));
  }
  return false;
}

function partsOf(type: NamedType): NamedType[] {
  switch (type.kind) {
    case 'enum':
      return [];
    case 'alias':
      return namedIn(type.target);
    case 'struct':
      return type.fields.flatMap((field) => namedIn(field.type));
    case 'union':
      return [...type.arms.map((arm) => arm.field), type.defaultArm?.field].flatMap((field) =>
        field === undefined ? [] : namedIn(field.type),
      );
  }
}

function namedIn(type: WireType): NamedType[] {
  if (type.kind === 'named') return [type.type];
  if (type.kind === 'list' || type.kind === 'nonEmptyList') return [type.node];
  return 'element' in type ? namedIn(type.element) : [];
}
