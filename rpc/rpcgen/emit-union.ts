import { decodeSource, entry, objectOf } from './emit-decode.ts';
import { type EmitOptions, encodeStatements } from './emit-encode.ts';
import { emitCodec } from './emit-codec.ts';
import { indent, Locals } from './emit-text.ts';
import { typeExpression } from './emit-type-expression.ts';
import { type ModelArm, type ModelField, throughAliases, type UnionType } from './model.ts';

/** RFC 4506 §4.15 as a discriminated union; void arms have the discriminant alone. */
export function emitUnion(type: UnionType, options: EmitOptions): string[] {
  const { name, tsName, discriminant } = type;
  const key = discriminant.tsName;
  const otherwise = defaultOf(type);
  const shapes = type.arms.map((arm) => shapeOf(key, caseTypes(type, arm), arm.field));
  if (otherwise !== undefined) {
    const shape = shapeOf(key, otherwise.type, otherwise.field);
    shapes.push(overlaps(type) ? withoutFields(type, shape) : shape);
  }
  return [
    `/** \`union ${name}\`. */`,
    `export type ${tsName} =`,
    ...shapes.map((shape, index) => `  | ${shape}${index === shapes.length - 1 ? ';' : ''}`),
    '',
    ...emitCodec(type, encodeUnion(type, options), decodeUnion(type, options)),
  ];
}

function shapeOf(key: string, values: string, field: ModelField | undefined): string {
  const rest =
    field === undefined ? '' : `; readonly ${field.tsName}: ${typeExpression(field.type)}`;
  return `{ readonly ${key}: ${values}${rest} }`;
}

/**
 * TypeScript cannot say "a number other than 0", so that the default's shape fits all numbers. Its fields named as
 * absent are what tells the arms apart then.
 */
function overlaps(type: UnionType): boolean {
  return !isEnum(type) && defaultOf(type)?.type === 'number';
}

function withoutFields(type: UnionType, shape: string): string {
  const own = type.defaultArm?.field?.tsName;
  const names = new Set(type.arms.flatMap((arm) => (arm.field ? [arm.field.tsName] : [])));
  const absent = [...names]
    .filter((name) => name !== own)
    .map((name) => `readonly ${name}?: undefined`);
  return absent.length === 0 ? shape : shape.replace(/ \}$/, `; ${absent.join('; ')} }`);
}

function caseTypes(type: UnionType, arm: ModelArm): string {
  return arm.cases.map(({ source }) => literalType(type, source)).join(' | ');
}

/** An enumerator is a value; its type is asked for. */
function literalType(type: UnionType, source: string): string {
  return isEnum(type) ? `typeof ${source}` : source;
}

function isEnum(type: UnionType): boolean {
  return throughAliases(type.discriminant.type).kind === 'named';
}

/** The default arm with the values that it is for, unless the cases leave none. */
function defaultOf(
  type: UnionType,
): { readonly type: string; readonly field: ModelField | undefined } | undefined {
  const { defaultArm } = type;
  if (defaultArm === undefined || isExhaustive(type)) return undefined;
  const sources = type.arms.flatMap((arm) => arm.cases.map(({ source }) => source));
  const discriminant = throughAliases(type.discriminant.type);
  if (discriminant.kind === 'bool') {
    return { type: sources.includes('true') ? 'false' : 'true', field: defaultArm.field };
  }
  if (discriminant.kind !== 'named') return { type: 'number', field: defaultArm.field };
  const excluded = sources.map((source) => `typeof ${source}`).join(' | ');
  return { type: `Exclude<${discriminant.type.tsName}, ${excluded}>`, field: defaultArm.field };
}

/** The cases are all values that there are. */
function isExhaustive(type: UnionType): boolean {
  const covered = new Set(type.arms.flatMap((arm) => arm.cases.map(({ value }) => value)));
  const discriminant = throughAliases(type.discriminant.type);
  if (discriminant.kind === 'bool') return covered.size === 2;
  if (discriminant.kind !== 'named' || discriminant.type.kind !== 'enum') return false;
  return discriminant.type.members.every(({ value }) => covered.has(value));
}

function encodeUnion(type: UnionType, options: EmitOptions): string[] {
  const { discriminant } = type;
  const lines = [
    ...encodeStatements(discriminant.type, `value.${discriminant.tsName}`, options),
    `switch (value.${discriminant.tsName}) {`,
  ];
  const isCast = overlaps(type);
  const encodeArm = (field: ModelField | undefined, values: string): string[] => {
    if (field === undefined) return ['break;'];
    if (!isCast)
      return [...encodeStatements(field.type, `value.${field.tsName}`, options), 'break;'];
    return [
      `const arm = value as ${shapeOf(discriminant.tsName, values, field)};`,
      ...encodeStatements(field.type, `arm.${field.tsName}`, options),
      'break;',
    ];
  };
  for (const arm of type.arms) {
    lines.push(...clause(labels(arm), encodeArm(arm.field, caseTypes(type, arm))));
  }
  if (type.defaultArm === undefined && !isExhaustive(type)) {
    lines.push(
      '  default:',
      `    throw new XdrLimitError('union ${type.name} has no arm for its discriminant');`,
    );
  } else if (defaultOf(type) !== undefined) {
    lines.push(...clause(['  default:'], encodeArm(type.defaultArm?.field, 'number')));
  }
  return [...lines, '}'];
}

function labels(arm: ModelArm): string[] {
  return arm.cases.map(({ source }) => `  case ${source}:`);
}

function decodeUnion(type: UnionType, options: EmitOptions): string[] {
  const locals = new Locals();
  const { discriminant } = type;
  const key = discriminant.tsName;
  const local = locals.claim(key);
  const source = decodeSource(discriminant.type, key, options, locals);
  const lines = [`const ${local} = ${source.expression};`, `switch (${local}) {`];
  const decodeArm = (field: ModelField | undefined, known: string): string[] => {
    const first = entry(key, known);
    if (field === undefined) return [`return ${objectOf([first])};`];
    const inner = decodeSource(field.type, field.tsName, options, locals);
    const object = objectOf([first, entry(field.tsName, inner.expression)]);
    return [...inner.statements, ...`return ${object};`.split('\n')];
  };
  for (const arm of type.arms) {
    const [only] = arm.cases;
    const known = arm.cases.length === 1 && only !== undefined ? only.source : local;
    const body = decodeArm(arm.field, known);
    lines.push(...clause(labels(arm), body));
  }
  if (type.defaultArm === undefined && !isExhaustive(type)) {
    lines.push(
      '  default:',
      `    reader.fail('bad-union', \`union ${type.name} has no arm for \${${local}}\`, reader.position - 4);`,
      `    return undefined as unknown as ${type.tsName};`,
    );
  } else if (defaultOf(type) !== undefined) {
    lines.push(...clause(['  default:'], decodeArm(type.defaultArm?.field, local)));
  }
  return [...lines, '}'];
}

/** Variables of a clause need a block, or they would be those of all clauses. */
function clause(heads: readonly string[], body: readonly string[]): string[] {
  const declares = body.some((line) => /^(?:const|let) /.test(line));
  if (!declares) return [...heads, ...indent(indent(body))];
  return [...heads.slice(0, -1), `${heads.at(-1) ?? ''} {`, ...indent(indent(body)), '  }'];
}
