import type { ModelField, NamedType, StructType, WireType } from './model.ts';
import { throughAliases } from './model.ts';
import { reaches } from './recursion.ts';

/**
 * Finds linked lists and turns them into arrays. A list node is a struct whose last field is an optional pointer to
 * that very struct (RFC 4506 §4.19): on the wire a list is TRUE, node, TRUE, node, ..., FALSE. As an array it is
 * decoded in a loop, however long it is.
 *
 * `struct tree { int value; tree *left; tree *right; }` looks the same and is meant otherwise. So a struct that can
 * contain itself in another way too is a list node only if its last field says so by its name: `next`.
 */
export function presentLists(types: readonly NamedType[]): void {
  const nodes = types.filter((type) => type.kind === 'struct' && isListNode(type));
  for (const node of nodes) {
    if (node.kind !== 'struct') continue;
    node.link = node.fields.at(-1)?.name;
    node.fields = node.fields.slice(0, -1);
  }
  for (const type of types) presentWithin(type);
}

function isListNode(type: StructType): boolean {
  const last = type.fields.at(-1);
  if (last === undefined) return false;
  const link = throughAliases(last.type);
  if (link.kind !== 'optional') return false;
  const target = throughAliases(link.element);
  if (target.kind !== 'named' || target.type !== type) return false;
  const others = { ...type, fields: type.fields.slice(0, -1) };
  return /next/i.test(last.name) || !reaches(others, type);
}

function presentWithin(type: NamedType): void {
  const presentField = (field: ModelField): ModelField => ({ ...field, type: present(field.type) });
  switch (type.kind) {
    case 'enum':
      return;
    case 'alias':
      type.target = present(type.target);
      return;
    case 'struct':
      type.fields = type.fields.map(presentField);
      return;
    case 'union':
      type.arms = type.arms.map((arm) => ({ ...arm, field: arm.field && presentField(arm.field) }));
      type.defaultArm &&= { field: type.defaultArm.field && presentField(type.defaultArm.field) };
  }
}

/** Also used for the types of procedures, which are resolved after the file's own. */
export function present(type: WireType): WireType {
  if (type.kind === 'optional') {
    const node = nodeOf(type.element);
    return node === undefined
      ? { ...type, element: present(type.element) }
      : { kind: 'list', node };
  }
  if ('element' in type) return { ...type, element: present(type.element) };
  if (type.kind === 'named' && type.type.kind === 'struct' && type.type.link !== undefined) {
    return { kind: 'nonEmptyList', node: type.type };
  }
  return type;
}

/** Typedefs on the way may have been presented before or not. */
function nodeOf(type: WireType): StructType | undefined {
  const target = throughAliases(type);
  if (target.kind === 'nonEmptyList') return target.node;
  if (target.kind !== 'named' || target.type.kind !== 'struct') return undefined;
  return target.type.link === undefined ? undefined : target.type;
}
