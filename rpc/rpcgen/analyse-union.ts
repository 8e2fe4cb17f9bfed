import type { ConstantReference, Declaration, UnionDefinition } from './ast.ts';
import type { Constants } from './constants.ts';
import {
  type ModelArm,
  type ModelField,
  throughAliases,
  type UnionType,
  type WireType,
} from './model.ts';
import { NameScope } from './names.ts';
import { CompileError } from './place.ts';

type FieldOf = (declaration: Declaration, scope: NameScope) => ModelField;
type Contents = Pick<UnionType, 'discriminant' | 'arms' | 'defaultArm'>;

/** RFC 4506 §4.15: the discriminant is an int, an unsigned int or an enum, bool included. */
export function analyseUnion(
  definition: UnionDefinition,
  fieldOf: FieldOf,
  constants: Constants,
): Contents {
  const scope = new NameScope('fields');
  const discriminant = fieldOf(definition.discriminant, scope);
  const type = throughAliases(discriminant.type);
  const used = new Map<number, string>();
  const armField = (declaration: UnionDefinition['arms'][number]['declaration']) =>
    declaration.kind === 'void' ? undefined : fieldOf(declaration, armScope(definition));
  const arms = definition.arms.map(({ cases, declaration }): ModelArm => {
    const labels = cases.map((label) => caseOf(label, type, discriminant, constants));
    for (const [index, { value, source }] of labels.entries()) {
      const first = used.get(value);
      const place = cases[index]?.token.place ?? definition.name.place;
      if (first !== undefined) throw new CompileError(place, `second case for ${source}`);
      used.set(value, source);
    }
    return { cases: labels, field: armField(declaration) };
  });
  const { defaultArm } = definition;
  return { discriminant, arms, defaultArm: defaultArm && { field: armField(defaultArm) } };
}

/** Arms share names with each other, as C's unions allow, but not with the discriminant. */
function armScope(definition: UnionDefinition): NameScope {
  const scope = new NameScope('fields');
  const { name } = definition.discriminant;
  scope.claim(name, [name.text]);
  return scope;
}

function caseOf(
  label: ConstantReference,
  type: WireType,
  discriminant: ModelField,
  constants: Constants,
): ModelArm['cases'][number] {
  const { place, text } = label.token;
  if (type.kind === 'unsignedInt') {
    const value = constants.unsignedInt(label, 'the discriminant');
    return { source: String(value), value };
  }
  const value = constants.int(label, 'the discriminant');
  if (type.kind === 'int') return { source: String(value), value };
  if (type.kind === 'bool') {
    if (value === 0 || value === 1) return { source: value === 1 ? 'true' : 'false', value };
    throw new CompileError(place, `${value} is not a value of a bool`);
  }
  if (type.kind === 'named' && type.type.kind === 'enum') {
    const { members, name, tsName } = type.type;
    const named = members.find((member) => member.name === text && !label.negative);
    const member = named ?? members.find((candidate) => candidate.value === value);
    if (member !== undefined) return { source: `${tsName}.${member.name}`, value };
    throw new CompileError(place, `'${text}' is not a value of enum '${name}'`);
  }
  throw new CompileError(
    discriminant.place,
    `discriminant '${discriminant.name}' must be an int, an unsigned int, a bool or an enum`,
  );
}
