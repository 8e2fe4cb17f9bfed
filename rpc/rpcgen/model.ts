import type { Place } from './place.ts';

/** A .x file after the checks: every name resolved, every constant a number, TypeScript names chosen. */
export interface Model {
  /** File name without folders, for the generated file's first line. */
  readonly sourceName: string;
  readonly constants: readonly ModelConstant[];
  /** In the order of the file; the ones defined in place stand before the type that they are in. */
  readonly types: readonly NamedType[];
  readonly programs: readonly ModelVersion[];
  /** Strings are byte strings, not text. */
  readonly byteStrings: boolean;
}

export interface ModelConstant {
  readonly name: string;
  readonly tsName: string;
  /** TypeScript source of the value. */
  readonly literal: string;
}

/** What goes over the wire, with limits. */
export type WireType =
  | { readonly kind: NumericKind }
  /** An int that C keeps in something smaller. */
  | { readonly kind: 'small'; readonly min: number; readonly max: number }
  | { readonly kind: 'void' }
  | { readonly kind: 'opaqueFixed'; readonly length: number }
  | { readonly kind: 'opaque'; readonly max: number }
  | { readonly kind: 'string'; readonly max: number }
  | { readonly kind: 'fixedArray'; readonly element: WireType; readonly length: number }
  | { readonly kind: 'array'; readonly element: WireType; readonly max: number }
  | { readonly kind: 'optional'; readonly element: WireType }
  /** A pointer to a list node: an array of nodes, each without its link. */
  | { readonly kind: 'list'; readonly node: StructType }
  /** A list node that stands where it is, not behind a pointer: a list that has at least this node. */
  | { readonly kind: 'nonEmptyList'; readonly node: StructType }
  | { readonly kind: 'named'; readonly type: NamedType };

export type NumericKind =
  | 'int'
  | 'unsignedInt'
  | 'hyper'
  | 'unsignedHyper'
  | 'bool'
  | 'float'
  | 'double';

export type NamedType = EnumType | StructType | UnionType | AliasType;

interface Common {
  /** As in the .x file. */
  readonly name: string;
  readonly place: Place;
  readonly tsName: string;
  /** Fewest bytes that a value takes on the wire; of a list node without its link. */
  minBytes: number;
  /** It can contain itself by another way than a list link: values nest, and depth is limited. */
  recursive: boolean;
}

export interface EnumType extends Common {
  readonly kind: 'enum';
  readonly members: readonly { readonly name: string; readonly value: number }[];
}

export interface ModelField {
  readonly name: string;
  readonly tsName: string;
  readonly place: Place;
  readonly type: WireType;
}

export interface StructType extends Common {
  readonly kind: 'struct';
  /** Without the link, if it is a list node. */
  fields: readonly ModelField[];
  /** Name of the last field, where that is an optional pointer to this very struct. */
  link: string | undefined;
}

export interface UnionType extends Common {
  readonly kind: 'union';
  discriminant: ModelField;
  arms: readonly ModelArm[];
  /** `undefined`: a discriminant without an arm is a failure. */
  defaultArm: { readonly field: ModelField | undefined } | undefined;
}

export interface ModelArm {
  /** TypeScript source of each discriminant's value: `NfsStat.NFS_OK`, `true`, `5`. */
  readonly cases: readonly { readonly source: string; readonly value: number }[];
  readonly field: ModelField | undefined;
}

export interface AliasType extends Common {
  readonly kind: 'alias';
  target: WireType;
}

/** One version of one program. */
export interface ModelVersion {
  readonly programName: string;
  readonly program: number;
  readonly versionName: string;
  readonly version: number;
  /** `NfsProgramV2`. */
  readonly tsName: string;
  readonly procedures: readonly ModelProcedure[];
}

export interface ModelProcedure {
  readonly name: string;
  /** `nfsprocGetattr`. */
  readonly tsName: string;
  readonly number: number;
  readonly result: WireType;
  /** None: void. Several: a tuple. */
  readonly arguments: readonly WireType[];
}

/** The type behind typedefs, as far as it needs no loop: what generated code does in place instead of by a call. */
export function throughAliases(type: WireType): WireType {
  let current = type;
  while (current.kind === 'named' && current.type.kind === 'alias') current = current.type.target;
  return current;
}

/** Read and written by one call, without a loop: done in place behind a typedef. */
export function isPlain(type: WireType): boolean {
  if (type.kind === 'named') return type.type.kind !== 'alias' || isPlain(type.type.target);
  return !('element' in type) && type.kind !== 'list' && type.kind !== 'nonEmptyList';
}
