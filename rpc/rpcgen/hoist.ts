import type {
  Declaration,
  Definition,
  InlineDefinition,
  Name,
  TypedefDefinition,
  TypeReference,
  UnionDefinition,
  VoidDeclaration,
} from './ast.ts';

/** A definition that gives a type its name. */
export type TypeDefinition = Exclude<Definition, { readonly kind: 'const' | 'program' }>;

/**
 * The file's types, with those that are defined in place (RFC 4506 §6.3) given a name of their own, made of the name
 * of what they are in and of the field's. `typedef struct {...} x` simply is `struct x {...}`.
 */
export function hoistInlineTypes(definitions: readonly Definition[]): TypeDefinition[] {
  return definitions.flatMap((definition) => {
    if (definition.kind === 'const' || definition.kind === 'program') return [];
    if (definition.kind === 'typedef' && namesItself(definition)) return [];
    const hoisted: TypeDefinition[] = [];
    const outer = hoistWithin(definition, hoisted);
    return [...hoisted, outer];
  });
}

/** `typedef struct x x;`, which C needs and which says nothing here. */
function namesItself({ name, declaration }: TypedefDefinition): boolean {
  const { type, kind } = declaration;
  return kind === 'plain' && type.kind === 'named' && type.name.text === name.text;
}

function hoistWithin(definition: TypeDefinition, hoisted: TypeDefinition[]): TypeDefinition {
  const replace = (declaration: Declaration): Declaration =>
    replaceInline(declaration, definition.name, hoisted);
  switch (definition.kind) {
    case 'enum':
      return definition;
    case 'typedef': {
      const { type, kind } = definition.declaration;
      if (type.kind !== 'inline' || kind !== 'plain') {
        return { ...definition, declaration: replace(definition.declaration) };
      }
      return hoistWithin({ ...type.definition, name: definition.name }, hoisted);
    }
    case 'struct':
      return { ...definition, fields: definition.fields.map(replace) };
    case 'union':
      return hoistUnion(definition, replace);
  }
}

function hoistUnion(
  definition: UnionDefinition,
  replace: (declaration: Declaration) => Declaration,
): UnionDefinition {
  const replaceArm = (arm: Declaration | VoidDeclaration): Declaration | VoidDeclaration =>
    arm.kind === 'void' ? arm : replace(arm);
  return {
    ...definition,
    discriminant: replace(definition.discriminant),
    arms: definition.arms.map((arm) => ({ ...arm, declaration: replaceArm(arm.declaration) })),
    defaultArm: definition.defaultArm && replaceArm(definition.defaultArm),
  };
}

function replaceInline(
  declaration: Declaration,
  outer: Name,
  hoisted: TypeDefinition[],
): Declaration {
  if (declaration.type.kind !== 'inline') return declaration;
  const text = `${outer.text}_${declaration.name.text}`;
  const name: Name = { text, place: declaration.name.place };
  const definition: InlineDefinition = { ...declaration.type.definition, name };
  hoisted.push(hoistWithin(definition, hoisted));
  const type: TypeReference = { kind: 'named', name };
  return { ...declaration, type };
}
