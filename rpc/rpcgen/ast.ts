import type { Token } from './lexer.ts';
import type { Place } from './place.ts';

/** A .x file as written (RFC 4506 §6.3, RFC 5531 §12.2): names not looked up, constants not evaluated. */
export type Definition =
  | ConstDefinition
  | EnumDefinition
  | StructDefinition
  | UnionDefinition
  | TypedefDefinition
  | ProgramDefinition;

export interface Name {
  readonly text: string;
  readonly place: Place;
}

/** A number or the name of a constant: one token, with its sign folded in. */
export interface ConstantReference {
  readonly token: Token;
  readonly negative: boolean;
}

export interface ConstDefinition {
  readonly kind: 'const';
  readonly name: Name;
  readonly value: ConstantReference | { readonly string: string };
}

export interface EnumDefinition {
  readonly kind: 'enum';
  readonly name: Name;
  readonly members: readonly EnumMember[];
}

export interface EnumMember {
  readonly name: Name;
  /** Without one: the previous value plus one, as in C. */
  readonly value: ConstantReference | undefined;
}

export interface StructDefinition {
  readonly kind: 'struct';
  readonly name: Name;
  readonly fields: readonly Declaration[];
}

export interface UnionDefinition {
  readonly kind: 'union';
  readonly name: Name;
  readonly discriminant: Declaration;
  readonly arms: readonly UnionArm[];
  readonly defaultArm: Declaration | VoidDeclaration | undefined;
}

export interface UnionArm {
  readonly cases: readonly ConstantReference[];
  readonly declaration: Declaration | VoidDeclaration;
}

export interface TypedefDefinition {
  readonly kind: 'typedef';
  readonly name: Name;
  readonly declaration: Declaration;
}

export interface VoidDeclaration {
  readonly kind: 'void';
  readonly place: Place;
}

/** RFC 4506 §6.3 `declaration`. `kind` is the shape around the type. */
export interface Declaration {
  readonly kind: 'plain' | 'optional' | 'fixed' | 'variable';
  readonly type: TypeReference;
  readonly name: Name;
  /** Of `fixed` always; of `variable` unless it is `<>`. */
  readonly length: ConstantReference | undefined;
}

export type TypeReference =
  | { readonly kind: 'builtin'; readonly builtin: Builtin; readonly place: Place }
  | { readonly kind: 'named'; readonly name: Name }
  | { readonly kind: 'inline'; readonly definition: InlineDefinition };

export type InlineDefinition = EnumDefinition | StructDefinition | UnionDefinition;

export type Builtin =
  | 'void'
  | 'bool'
  | 'char'
  | 'unsigned char'
  | 'short'
  | 'unsigned short'
  | 'int'
  | 'unsigned int'
  | 'hyper'
  | 'unsigned hyper'
  | 'float'
  | 'double'
  | 'opaque'
  | 'string';

export interface ProgramDefinition {
  readonly kind: 'program';
  readonly name: Name;
  readonly number: ConstantReference;
  readonly versions: readonly VersionDefinition[];
}

export interface VersionDefinition {
  readonly name: Name;
  readonly number: ConstantReference;
  readonly procedures: readonly ProcedureDefinition[];
}

export interface ProcedureDefinition {
  readonly name: Name;
  readonly number: ConstantReference;
  readonly result: TypeReference;
  /** `(void)` is one argument of type void. */
  readonly arguments: readonly TypeReference[];
}
