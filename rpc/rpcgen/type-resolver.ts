import { analyseUnion } from './analyse-union.ts';
import type { Builtin, Declaration, TypeReference } from './ast.ts';
import { headerTypes } from './builtins.ts';
import type { Constants } from './constants.ts';
import type { TypeDefinition } from './hoist.ts';
import type { AliasType, ModelField, NamedType, WireType } from './model.ts';
import { camelCase, inClaimOrder, NameScope, UniqueNames } from './names.ts';
import { CompileError } from './place.ts';

const lengthMax = 0xffff_ffff;

/** Turns names into types. */
export class TypeResolver {
  readonly #pairs: readonly (readonly [TypeDefinition, NamedType])[];
  readonly #types: ReadonlyMap<string, NamedType>;
  readonly #constants: Constants;

  constructor(
    definitions: readonly TypeDefinition[],
    names: ReadonlyMap<TypeDefinition, string>,
    constants: Constants,
  ) {
    this.#constants = constants;
    this.#pairs = definitions.map((definition) => {
      const tsName = names.get(definition) ?? definition.name.text;
      return [definition, this.#declare(definition, tsName)] as const;
    });
    this.#types = new Map(this.#pairs.map(([, type]) => [type.name, type]));
  }

  resolveAll(): readonly NamedType[] {
    // Typedefs first: a union asks what its discriminant's type stands for.
    for (const [definition, type] of this.#pairs) {
      if (definition.kind === 'typedef' && type.kind === 'alias') {
        type.target = this.declared(definition.declaration);
      }
    }
    for (const [, type] of this.#pairs) if (type.kind === 'alias') refuseAliasCycle(type);
    const field = this.field.bind(this);
    for (const [definition, type] of this.#pairs) {
      if (definition.kind === 'struct' && type.kind === 'struct') {
        type.fields = this.fields(definition.fields);
      } else if (definition.kind === 'union' && type.kind === 'union') {
        const { discriminant, arms, defaultArm } = analyseUnion(definition, field, this.#constants);
        Object.assign(type, { discriminant, arms, defaultArm });
      }
    }
    return this.#pairs.map(([, type]) => type);
  }

  /** Fields of one struct. */
  fields(declarations: readonly Declaration[]): ModelField[] {
    const scope = new NameScope('fields');
    const unique = new UniqueNames();
    for (const { name } of declarations) unique.add(name, 'field');
    const fields = new Map<Declaration, ModelField>();
    for (const declaration of inClaimOrder(declarations, camelCase)) {
      fields.set(declaration, this.field(declaration, scope));
    }
    return declarations.flatMap((declaration) => fields.get(declaration) ?? []);
  }

  field(declaration: Declaration, scope: NameScope): ModelField {
    const { name } = declaration;
    const tsName = scope.claim(name, [camelCase(name.text), name.text]);
    return { name: name.text, tsName, place: name.place, type: this.declared(declaration) };
  }

  declared({ kind, type, length }: Declaration): WireType {
    if (type.kind === 'builtin' && type.builtin === 'opaque') {
      return kind === 'fixed'
        ? { kind: 'opaqueFixed', length: this.#length(length) }
        : { kind: 'opaque', max: this.#length(length) };
    }
    if (type.kind === 'builtin' && type.builtin === 'string') {
      return { kind: 'string', max: this.#length(length) };
    }
    const element = this.reference(type);
    switch (kind) {
      case 'plain':
        return element;
      case 'optional':
        return { kind: 'optional', element };
      case 'fixed':
        return { kind: 'fixedArray', element, length: this.#length(length) };
      case 'variable':
        return { kind: 'array', element, max: this.#length(length) };
    }
  }

  reference(type: TypeReference): WireType {
    switch (type.kind) {
      case 'builtin':
        return ofBuiltin(type.builtin);
      case 'inline':
        throw new Error('types that are defined in place have been given names before');
      case 'named': {
        const { text, place } = type.name;
        const named = this.#types.get(text);
        if (named !== undefined) return { kind: 'named', type: named };
        const builtin = headerTypes.get(text);
        if (builtin !== undefined) return ofBuiltin(builtin);
        throw new CompileError(
          place,
          `type '${text}' is not defined; if another .x file defines it, #include that or give it with --preinclude`,
        );
      }
    }
  }

  /** No length: no limit. */
  #length(length: Declaration['length']): number {
    return length === undefined ? lengthMax : this.#constants.unsignedInt(length, 'a length');
  }

  /** A type whose contents are filled in later: types may refer to each other in any order. */
  #declare(definition: TypeDefinition, tsName: string): NamedType {
    const { text, place } = definition.name;
    const common = { name: text, place, tsName, minBytes: 0, recursive: false };
    switch (definition.kind) {
      case 'enum': {
        const members = [...this.#constants.enumMembers(definition)];
        return {
          ...common,
          kind: 'enum',
          members: members.map(([name, value]) => ({ name, value })),
        };
      }
      case 'struct':
        return { ...common, kind: 'struct', fields: [], link: undefined };
      case 'union': {
        const discriminant: ModelField = { name: '', tsName: '', place, type: { kind: 'void' } };
        return { ...common, kind: 'union', discriminant, arms: [], defaultArm: undefined };
      }
      case 'typedef':
        return { ...common, kind: 'alias', target: { kind: 'void' } };
    }
  }
}

function ofBuiltin(builtin: Builtin): WireType {
  switch (builtin) {
    case 'int':
    case 'hyper':
    case 'bool':
    case 'float':
    case 'double':
    case 'void':
      return { kind: builtin };
    case 'unsigned int':
      return { kind: 'unsignedInt' };
    case 'unsigned hyper':
      return { kind: 'unsignedHyper' };
    case 'char':
      // C leaves open whether char has a sign, and its programs send both -64 and 192.
      return { kind: 'small', min: -128, max: 255 };
    case 'unsigned char':
      return { kind: 'small', min: 0, max: 255 };
    case 'short':
      return { kind: 'small', min: -32_768, max: 32_767 };
    case 'unsigned short':
      return { kind: 'small', min: 0, max: 65_535 };
    case 'string':
    case 'opaque':
      // Only as a procedure's argument or result, where C rpcgen takes a string without a limit.
      return { kind: 'string', max: lengthMax };
  }
}

/** A typedef that leads back to itself through typedefs alone has no value. */
function refuseAliasCycle(start: AliasType): void {
  const seen = new Set<NamedType>();
  let type = start.target;
  for (;;) {
    while ('element' in type) type = type.element;
    if (type.kind !== 'named' || type.type.kind !== 'alias' || seen.has(type.type)) return;
    if (type.type === start) {
      throw new CompileError(start.place, `typedef '${start.name}' leads back to itself`);
    }
    seen.add(type.type);
    type = type.type.target;
  }
}
