import { analyseProgram, claimProgramNames } from './analyse-program.ts';
import { claimTypeNames } from './analyse-type.ts';
import type { ConstDefinition, Definition } from './ast.ts';
import { Constants } from './constants.ts';
import { hoistInlineTypes } from './hoist.ts';
import { presentLists } from './lists.ts';
import type { Macros } from './macros.ts';
import type { Model, ModelConstant } from './model.ts';
import { NameScope } from './names.ts';
import { findRecursion, measure } from './recursion.ts';
import { TypeResolver } from './type-resolver.ts';

export interface AnalyseOptions {
  readonly sourceName: string;
  readonly byteStrings: boolean;
  readonly macros: Macros;
}

/** Checks a parsed file and gives everything its final form. */
export function analyse(definitions: readonly Definition[], options: AnalyseOptions): Model {
  const typeDefinitions = hoistInlineTypes(definitions);
  const enums = typeDefinitions.filter((definition) => definition.kind === 'enum');
  const constants = new Constants(definitions, enums, options.macros);
  const programDefinitions = definitions.filter((definition) => definition.kind === 'program');

  // Constants keep their names exactly; of two others that would be the same, types give way to programs.
  const scope = new NameScope('module');
  const modelConstants = definitions
    .filter((definition) => definition.kind === 'const')
    .map((definition) => analyseConstant(definition, constants, scope));
  const programNames = claimProgramNames(programDefinitions, constants, scope);
  const typeNames = claimTypeNames(typeDefinitions, scope);

  const resolver = new TypeResolver(typeDefinitions, typeNames, constants);
  const types = resolver.resolveAll();
  presentLists(types);
  measure(types);
  findRecursion(types);
  const programs = programDefinitions.flatMap((definition) =>
    analyseProgram(definition, constants, resolver, programNames),
  );
  const { sourceName, byteStrings } = options;
  return { sourceName, byteStrings, constants: modelConstants, types, programs };
}

function analyseConstant(
  { name, value }: ConstDefinition,
  constants: Constants,
  scope: NameScope,
): ModelConstant {
  const tsName = scope.claim(name, [name.text, `${name.text}_`]);
  if ('string' in value) return { name: name.text, tsName, literal: stringLiteral(value.string) };
  return {
    name: name.text,
    tsName,
    literal: numberLiteral(constants.value(value), value.token.text),
  };
}

/** In the radix in which it was written; a bigint where a number would lose digits. */
function numberLiteral(value: bigint, written: string): string {
  const isLarge =
    value > BigInt(Number.MAX_SAFE_INTEGER) || value < BigInt(Number.MIN_SAFE_INTEGER);
  const digits = (): string => {
    if (value >= 0n && /^0x/i.test(written))
      return `0x${value.toString(16).padStart(written.length - 2, '0')}`;
    if (value > 0n && /^0[0-7]/.test(written)) return `0o${value.toString(8)}`;
    return value.toString();
  };
  return isLarge ? `${value}n` : digits();
}

/** The escapes of C strings that TypeScript has too stay as they are. */
function stringLiteral(content: string): string {
  return `'${content.replace(/\\"/g, '"').replace(/'/g, "\\'")}'`;
}
